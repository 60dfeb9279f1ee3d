import { take, type Matrix } from '../core/matrix.ts';
import { predictRows, type LinearModel } from '../learners/linear.ts';
import { prepareRidge, type RidgeDesign, type RidgeModel } from '../learners/ridge.ts';
import { inverseProbabilityWeights, rowWeights, type Sample } from './sample.ts';

/** Rows and their weights, on which several targets are regressed; what these share is computed when first needed. */
export interface Regression {
  readonly rows: Int32Array;
  /** Undefined: all weigh 1. */
  readonly weights: Float64Array | undefined;
  /** Ridge of a target on x. @param target one value for each row of the sample; read at `rows` only. */
  readonly fit: (target: Float64Array) => RidgeModel;
}

/** Every row counts what the sample says, 1 as a rule. */
export function plainRegression(sample: Sample, rows: Int32Array): Regression {
  return createRegression(sample.x, rows, rowWeights(sample, rows));
}

/** Rows weigh 1/π, self-normalised. */
export function goldRegression(sample: Sample, rows: Int32Array): Regression {
  return createRegression(sample.x, rows, inverseProbabilityWeights(sample, rows));
}

function createRegression(x: Matrix, rows: Int32Array, weights: Float64Array | undefined): Regression {
  let design: RidgeDesign | undefined;
  return {
    rows,
    weights,
    fit: (target) => (design ??= prepareRidge(x, { rows, weights })).fit(take(target, rows)),
  };
}

/** Writes the model's predictions for `rows` of x into `out`. */
export function scatter(out: Float64Array, rows: Int32Array, x: Matrix, model: LinearModel): void {
  const predicted = predictRows(model, x, rows);
  rows.forEach((row, i) => {
    out[row] = predicted[i];
  });
}
