import type { Matrix } from '../core/matrix.ts';
import { affine } from '../stats/linalg.ts';

/** x ↦ intercept + x·coefficients. What every estimator with ridge heads ends in, and what a bundle stores. */
export interface LinearModel {
  readonly kind: 'linear';
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

export function predictLinear(model: LinearModel, x: Matrix): Float64Array {
  return affine(x, model.coefficients, model.intercept);
}

/** Predictions for some rows of x, in their order. */
export function predictRows(model: LinearModel, x: Matrix, rows: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows.length);
  const { coefficients, intercept } = model;
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * x.cols;
    let sum = intercept;
    for (let k = 0; k < x.cols; k++) sum += x.data[at + k] * coefficients[k];
    out[i] = sum;
  }
  return out;
}

/** Σ weight · model: linear models add up to one. */
export function combineLinear(
  terms: readonly { readonly weight: number; readonly model: LinearModel }[],
): LinearModel {
  const coefficients = new Float64Array(terms[0].model.coefficients.length);
  let intercept = 0;
  for (const { weight, model } of terms) {
    intercept += weight * model.intercept;
    for (let k = 0; k < coefficients.length; k++) coefficients[k] += weight * model.coefficients[k];
  }
  return { kind: 'linear', intercept, coefficients };
}
