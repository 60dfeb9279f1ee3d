import type { Matrix } from '../core/matrix.ts';
import { gram, multiply, transposeTimes } from '../stats/linalg.ts';
import { symmetricEigen } from '../stats/symmetric-eigen.ts';
import type { LinearModel } from './linear.ts';

/**
 * Weighted ridge regression with a free intercept and the penalty chosen by weighted leave-one-out.
 *
 *   minimise  Σ wᵢ (yᵢ − β₀ − xᵢβ)² + λ |β|²,      λ = (Σ w) · 10^g,  g in −3, −2.5 … 3
 *
 * The intercept is not penalised, so that the most shrunken answer is the weighted mean. The score of a λ is
 * Σ wᵢ (leave-one-out residualᵢ)² / Σ w, in closed form from one eigendecomposition (Allen's PRESS). Generalised
 * cross-validation is wrong here: the R-learner's weights (t − p)² make the effective sample the gold rows, while GCV
 * counts every row and never shrinks.
 */
export interface RidgeModel extends LinearModel {
  readonly penalty: number;
  /** Weighted mean squared leave-one-out residual at the chosen penalty. */
  readonly looError: number;
}

export const PENALTY_EXPONENTS: readonly number[] = Array.from({ length: 13 }, (_, i) => -3 + i / 2);

/**
 * @param x n × d features
 * @param y n targets
 * @param w n non-negative weights; absent = 1
 * @throws RangeError where there is no row, a shape differs, or a value is not finite.
 */
export function fitRidge(x: Matrix, y: Float64Array, w?: Float64Array): RidgeModel {
  const { rows: n, cols: d } = x;
  checkInput(x, y, w);
  const weights = w ?? new Float64Array(n).fill(1);
  const total = weights.reduce((sum, v) => sum + v, 0);
  const { xMean, yMean } = weightedCentre(x, y, weights, total);

  // Rows scaled by √w and centred: ordinary ridge without an intercept.
  const a = { rows: n, cols: d, data: new Float64Array(n * d) };
  const b = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const root = Math.sqrt(weights[i]);
    const at = i * d;
    for (let k = 0; k < d; k++) a.data[at + k] = (x.data[at + k] - xMean[k]) * root;
    b[i] = (y[i] - yMean) * root;
  }
  const { values, vectors } = symmetricEigen(gram(a), d);
  const z = { rows: n, cols: d, data: multiply(a, vectors, d) };
  const q = transposeTimes(z, b);

  const penalties = PENALTY_EXPONENTS.map((g) => total * 10 ** g);
  const errors = looErrors(z, b, q, values, penalties, weights, total);
  const best = errors.indexOf(Math.min(...errors));
  const penalty = penalties[best];
  const coefficients = new Float64Array(d);
  for (let k = 0; k < d; k++) {
    const c = q[k] / (Math.max(values[k], 0) + penalty);
    for (let j = 0; j < d; j++) coefficients[j] += vectors[j * d + k] * c;
  }
  let intercept = yMean;
  for (let k = 0; k < d; k++) intercept -= xMean[k] * coefficients[k];
  return { kind: 'linear', intercept, coefficients, penalty, looError: errors[best] };
}

/** The leave-one-out error of every penalty: residual / (1 − leverage), weighted as the fit is. */
function looErrors(
  z: Matrix,
  b: Float64Array,
  q: Float64Array,
  eigenvalues: Float64Array,
  penalties: readonly number[],
  weights: Float64Array,
  total: number,
): number[] {
  const { rows: n, cols: d, data } = z;
  const m = penalties.length;
  const shrink = new Float64Array(d * m);
  const shrunkQ = new Float64Array(d * m);
  for (let k = 0; k < d; k++) {
    for (let g = 0; g < m; g++) {
      shrink[k * m + g] = 1 / (Math.max(eigenvalues[k], 0) + penalties[g]);
      shrunkQ[k * m + g] = q[k] * shrink[k * m + g];
    }
  }
  const leverage = new Float64Array(m);
  const fitted = new Float64Array(m);
  const errors = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    leverage.fill(weights[i] / total);
    fitted.fill(0);
    for (let k = 0; k < d; k++) {
      const zik = data[i * d + k];
      const square = zik * zik;
      const at = k * m;
      for (let g = 0; g < m; g++) {
        leverage[g] += square * shrink[at + g];
        fitted[g] += zik * shrunkQ[at + g];
      }
    }
    for (let g = 0; g < m; g++) {
      const residual = (b[i] - fitted[g]) / Math.max(1 - leverage[g], 1e-6);
      errors[g] += residual * residual;
    }
  }
  return Array.from(errors, (e) => e / total);
}

function weightedCentre(
  x: Matrix,
  y: Float64Array,
  w: Float64Array,
  total: number,
): { xMean: Float64Array; yMean: number } {
  const xMean = transposeTimes(x, w).map((v) => v / total);
  let yMean = 0;
  for (let i = 0; i < y.length; i++) yMean += w[i] * y[i];
  return { xMean, yMean: yMean / total };
}

function checkInput(x: Matrix, y: Float64Array, w: Float64Array | undefined): void {
  if (x.rows === 0) throw new RangeError('fitRidge: expected at least one row, got none');
  if (y.length !== x.rows || (w !== undefined && w.length !== x.rows)) {
    throw new RangeError(
      `fitRidge: ${x.rows} rows of features, ${y.length} targets, ${w?.length ?? 'no'} weights`,
    );
  }
  if (!y.every(Number.isFinite) || !x.data.every(Number.isFinite) || w?.every((v) => v >= 0) === false) {
    throw new RangeError(
      'fitRidge: every feature, target and weight must be a finite number, weights not negative',
    );
  }
}
