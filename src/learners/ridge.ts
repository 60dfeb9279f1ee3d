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
  // By penalty, then component: the loops below then run along both.
  const shrink = new Float64Array(m * d);
  const shrunkQ = new Float64Array(m * d);
  for (let g = 0; g < m; g++) {
    for (let k = 0; k < d; k++) {
      shrink[g * d + k] = 1 / (Math.max(eigenvalues[k], 0) + penalties[g]);
      shrunkQ[g * d + k] = q[k] * shrink[g * d + k];
    }
  }
  const errors = new Float64Array(m);
  const add = (g: number, i: number, leverage: number, fitted: number): void => {
    const residual = (b[i] - fitted) / Math.max(1 - weights[i] / total - leverage, 1e-6);
    errors[g] += residual * residual;
  };
  // Four rows share each load of a penalty's factors: twice as fast as one (measured).
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const r0 = i * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    for (let g = 0; g < m; g++) {
      let [h0, h1, h2, h3, f0, f1, f2, f3] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < d; k++) {
        const s = shrink[g * d + k];
        const c = shrunkQ[g * d + k];
        const z0 = data[r0 + k];
        const z1 = data[r1 + k];
        const z2 = data[r2 + k];
        const z3 = data[r3 + k];
        h0 += z0 * z0 * s;
        h1 += z1 * z1 * s;
        h2 += z2 * z2 * s;
        h3 += z3 * z3 * s;
        f0 += z0 * c;
        f1 += z1 * c;
        f2 += z2 * c;
        f3 += z3 * c;
      }
      add(g, i, h0, f0);
      add(g, i + 1, h1, f1);
      add(g, i + 2, h2, f2);
      add(g, i + 3, h3, f3);
    }
  }
  for (; i < n; i++) {
    for (let g = 0; g < m; g++) {
      let h = 0;
      let f = 0;
      for (let k = 0; k < d; k++) {
        const z = data[i * d + k];
        h += z * z * shrink[g * d + k];
        f += z * shrunkQ[g * d + k];
      }
      add(g, i, h, f);
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
  if (!isFiniteThroughout(y) || !isFiniteThroughout(x.data) || w?.every((v) => v >= 0) === false) {
    throw new RangeError(
      'fitRidge: every feature, target and weight must be a finite number, weights not negative',
    );
  }
}

/** A sum is finite only where every term is; products with 0 keep large terms from overflowing it. */
function isFiniteThroughout(values: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}
