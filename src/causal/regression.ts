import { take, takeRows, type Matrix } from '../core/matrix.ts';
import { deriveSeed } from '../core/rng.ts';
import type { JobControl } from '../core/progress.ts';
import { fitLearner, type LearnerName } from '../learners/fit-learner.ts';
import type { LearnerFit } from '../learners/learner-fit.ts';
import { predictRows } from '../learners/linear.ts';
import { predict, type Model } from '../learners/model.ts';
import { prepareRidge, type RidgeDesign, type RidgeModel } from '../learners/ridge.ts';
import { inverseProbabilityWeights, type Sample } from './sample.ts';

/** What ψ, or Δ, is learnt with; the nuisances are ridge regressions whatever it is. */
export interface HeadLearner {
  readonly name: LearnerName;
  readonly seed: number;
  readonly control?: JobControl;
  /** Told of every fit that is not ridge, those inside a cross-validation too. */
  readonly onFit?: (fit: LearnerFit) => void;
}

export const RIDGE_HEAD: HeadLearner = { name: 'ridge', seed: 0 };

/** Rows and their weights, on which several targets are regressed; what these share is computed when first needed. */
export interface Regression {
  readonly rows: Int32Array;
  /** Ridge of a target on x. @param target one value for each row of the sample; read at `rows` only. */
  readonly fit: (target: Float64Array) => RidgeModel;
  /** The same by the learner of ψ. */
  readonly learn: (target: Float64Array, learner: HeadLearner) => Model;
}

/** @param weights absent: all weigh 1. */
export function regressionOn(sample: Sample, rows: Int32Array, weights?: Float64Array): Regression {
  let design: RidgeDesign | undefined;
  const fit = (target: Float64Array): RidgeModel =>
    (design ??= prepareRidge(sample.x, { rows, weights })).fit(take(target, rows));
  return {
    rows,
    fit,
    learn: (target, learner) =>
      learner.name === 'ridge' ? fit(target) : learnRows(sample, rows, take(target, rows), learner, weights),
  };
}

/** One target for each of the rows; a row may come twice, with two targets. */
export function learnRows(
  { x, group }: Sample,
  rows: Int32Array,
  targets: Float64Array,
  { name, seed, control, onFit }: HeadLearner,
  weights?: Float64Array,
): Model {
  if (name === 'ridge') return prepareRidge(x, { rows, weights }).fit(targets);
  const fit = fitLearner(name, takeRows(x, rows), targets, weights, {
    seed: deriveSeed(seed, 'head'),
    group: rows.map((row) => group[row]),
    ...(control === undefined ? {} : { control }),
  });
  onFit?.(fit);
  return fit.model;
}

/** Rows weigh 1/π, self-normalised. */
export function goldRegression(sample: Sample, rows: Int32Array): Regression {
  return regressionOn(sample, rows, inverseProbabilityWeights(sample.propensity, rows));
}

/** Writes the model's predictions for `rows` of x into `out`. */
export function scatter(out: Float64Array, rows: Int32Array, x: Matrix, model: Model): void {
  const predicted = model.kind === 'linear' ? predictRows(model, x, rows) : predict(model, takeRows(x, rows));
  rows.forEach((row, i) => {
    out[row] = predicted[i];
  });
}
