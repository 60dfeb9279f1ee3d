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
