import { joinColumns, type Matrix, take, takeRows } from '../core/matrix.ts';
import { affine, gram, solvePositiveDefinite, transposeTimes } from '../stats/linalg.ts';

/**
 * Logistic regression with a free intercept and a ridge penalty:
 *   minimise  −Σ [t log p + (1 − t) log(1 − p)] + n·λ/2 |β|²,    p = 1 / (1 + exp(−β₀ − xβ)),
 * by Newton's method (iteratively reweighted least squares); λ by 5-fold log loss over a fixed grid.
 */
export interface LogisticModel {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  readonly penalty: number;
}

const PENALTIES: readonly number[] = [0.001, 0.01, 0.1, 1, 10];

/** @param folds a fold number for every row, used to choose the penalty. */
export function fitLogistic(x: Matrix, t: Uint8Array, folds: Int32Array, foldCount: number): LogisticModel {
  const losses = new Float64Array(PENALTIES.length);
  for (let fold = 0; fold < foldCount; fold++) {
    const outside: number[] = [];
    const inside: number[] = [];
    folds.forEach((f, i) => (f === fold ? inside : outside).push(i));
    const models = fitPath(takeRows(x, outside), take(t, outside), 0);
    const xInside = takeRows(x, inside);
    models.forEach((model, k) => {
      const p = predictProbability(model, xInside);
      inside.forEach((row, i) => {
        losses[k] -= Math.log(Math.max(t[row] === 1 ? p[i] : 1 - p[i], 1e-12));
      });
    });
  }
  const best = losses.indexOf(Math.min(...losses));
  return fitPath(x, Float64Array.from(t), best)[0];
}

export function predictProbability(model: LogisticModel, x: Matrix): Float64Array {
  return affine(x, model.coefficients, model.intercept).map((score) => 1 / (1 + Math.exp(-score)));
}

/**
 * A model for each penalty from PENALTIES[from] on, in that order. The largest is fitted first and each starts where the one
 * before ended: two or three steps of Newton's method instead of six.
 */
function fitPath(x: Matrix, t: Float64Array, from: number): LogisticModel[] {
  const { rows: n, cols: d } = x;
  const share = Math.min(Math.max(t.reduce((s, v) => s + v, 0) / n, 1e-6), 1 - 1e-6);
  // β with the intercept in front, and a column of ones to go with it.
  const beta = new Float64Array(d + 1);
  beta[0] = Math.log(share / (1 - share));
  const wide = joinColumns([{ rows: n, cols: 1, data: new Float64Array(n).fill(1) }, x]);
  const models: LogisticModel[] = [];
  for (let k = PENALTIES.length - 1; k >= from; k--) {
    newton(wide, t, beta, PENALTIES[k] * n);
    models.unshift({ intercept: beta[0], coefficients: beta.slice(1), penalty: PENALTIES[k] });
  }
  return models;
}

function newton(x: Matrix, t: Float64Array, beta: Float64Array, penalty: number): void {
  for (let iteration = 0; iteration < 50; iteration++) {
    const step = newtonStep(x, t, beta, penalty);
    let largest = 0;
    for (let k = 0; k < beta.length; k++) {
      beta[k] += step[k];
      largest = Math.max(largest, Math.abs(step[k]));
    }
    if (largest < 1e-8) break;
  }
}

/** (Xᵀ diag(p (1 − p)) X + penalty)⁻¹ (Xᵀ (t − p) − penalty β), the first column of X free of penalty. */
function newtonStep(x: Matrix, t: Float64Array, beta: Float64Array, penalty: number): Float64Array {
  const { rows: n, cols: size } = x;
  const p = affine(x, beta, 0).map((score) => 1 / (1 + Math.exp(-score)));
  const gradient = transposeTimes(
    x,
    t.map((v, i) => v - p[i]),
  );
  const scaled = new Float64Array(n * size);
  for (let i = 0; i < n; i++) {
    const root = Math.sqrt(Math.max(p[i] * (1 - p[i]), 1e-9));
    for (let k = 0; k < size; k++) scaled[i * size + k] = root * x.data[i * size + k];
  }
  const hessian = gram({ rows: n, cols: size, data: scaled });
  for (let j = 1; j < size; j++) {
    gradient[j] -= penalty * beta[j];
    hessian[j * size + j] += penalty;
  }
  return solvePositiveDefinite(hessian, gradient);
}
