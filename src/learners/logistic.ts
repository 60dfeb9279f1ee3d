import { type Matrix, take, takeRows } from '../core/matrix.ts';
import { solvePositiveDefinite } from '../stats/linalg.ts';

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
  const losses = PENALTIES.map((penalty) => {
    let loss = 0;
    for (let fold = 0; fold < foldCount; fold++) {
      const outside: number[] = [];
      const inside: number[] = [];
      folds.forEach((f, i) => (f === fold ? inside : outside).push(i));
      const model = fitWithPenalty(takeRows(x, outside), take(t, outside), penalty);
      const p = predictProbability(model, takeRows(x, inside));
      inside.forEach((row, i) => {
        loss -= Math.log(Math.max(t[row] === 1 ? p[i] : 1 - p[i], 1e-12));
      });
    }
    return loss;
  });
  const best = PENALTIES[losses.indexOf(Math.min(...losses))];
  return fitWithPenalty(x, Float64Array.from(t), best);
}

export function predictProbability(model: LogisticModel, x: Matrix): Float64Array {
  const out = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    let score = model.intercept;
    for (let k = 0; k < x.cols; k++) score += x.data[i * x.cols + k] * model.coefficients[k];
    out[i] = 1 / (1 + Math.exp(-score));
  }
  return out;
}

function fitWithPenalty(x: Matrix, t: Float64Array, penalty: number): LogisticModel {
  const { rows: n, cols: d } = x;
  const share = Math.min(Math.max(t.reduce((s, v) => s + v, 0) / n, 1e-6), 1 - 1e-6);
  // β with the intercept in front.
  const beta = new Float64Array(d + 1);
  beta[0] = Math.log(share / (1 - share));
  for (let iteration = 0; iteration < 50; iteration++) {
    const step = newtonStep(x, t, beta, penalty * n);
    let largest = 0;
    for (let k = 0; k <= d; k++) {
      beta[k] += step[k];
      largest = Math.max(largest, Math.abs(step[k]));
    }
    if (largest < 1e-8) break;
  }
  return { intercept: beta[0], coefficients: beta.slice(1), penalty };
}

function newtonStep(x: Matrix, t: Float64Array, beta: Float64Array, penalty: number): Float64Array {
  const { rows: n, cols: d } = x;
  const size = d + 1;
  const hessian = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  const row = new Float64Array(size);
  row[0] = 1;
  for (let i = 0; i < n; i++) {
    row.set(x.data.subarray(i * d, (i + 1) * d), 1);
    let score = 0;
    for (let k = 0; k < size; k++) score += row[k] * beta[k];
    const p = 1 / (1 + Math.exp(-score));
    const curvature = Math.max(p * (1 - p), 1e-9);
    for (let j = 0; j < size; j++) {
      gradient[j] += row[j] * (t[i] - p);
      const scaled = row[j] * curvature;
      for (let k = 0; k <= j; k++) hessian[j * size + k] += scaled * row[k];
    }
  }
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) hessian[k * size + j] = hessian[j * size + k];
    if (j > 0) {
      gradient[j] -= penalty * beta[j];
      hessian[j * size + j] += penalty;
    }
  }
  return solvePositiveDefinite(hessian, gradient);
}
