import type { Matrix } from '../core/matrix.ts';

/**
 * k nearest neighbours by cosine: the mean label of the k most similar rows. A baseline that learned routers often fail
 * to beat (arXiv 2505.12601).
 */
export interface NearestNeighboursModel {
  readonly kind: 'nearest-neighbours';
  readonly k: number;
  /** Rows of length 1. */
  readonly x: Matrix;
  readonly labels: Float64Array;
}

export function fitNearestNeighbours(x: Matrix, labels: Float64Array, k = 10): NearestNeighboursModel {
  return { kind: 'nearest-neighbours', k: Math.min(k, x.rows), x: unitRows(x), labels };
}

/** Equal similarities are taken in row order, so that the answer does not depend on the sort. */
export function predictNearestNeighbours(model: NearestNeighboursModel, x: Matrix): Float64Array {
  const queries = unitRows(x);
  const d = x.cols;
  const similarity = new Float64Array(model.x.rows);
  const order = Int32Array.from(similarity.keys());
  return Float64Array.from({ length: x.rows }, (_, i) => {
    for (let j = 0; j < model.x.rows; j++) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot += queries.data[i * d + k] * model.x.data[j * d + k];
      similarity[j] = dot;
    }
    order.sort((a, b) => similarity[b] - similarity[a] || a - b);
    let sum = 0;
    for (let j = 0; j < model.k; j++) sum += model.labels[order[j]];
    return sum / model.k;
  });
}

function unitRows(x: Matrix): Matrix {
  const data = Float64Array.from(x.data);
  for (let i = 0; i < x.rows; i++) {
    const row = data.subarray(i * x.cols, (i + 1) * x.cols);
    let square = 0;
    for (const v of row) square += v * v;
    const norm = Math.sqrt(square) + 1e-9;
    for (let k = 0; k < row.length; k++) row[k] /= norm;
  }
  return { rows: x.rows, cols: x.cols, data };
}
