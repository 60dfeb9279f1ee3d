import type { Matrix } from '../core/matrix.ts';

/**
 * k nearest neighbours by cosine: the mean value of the k most similar points. A baseline that learned routers often fail
 * to beat (arXiv 2505.12601).
 */
export interface NearestModel {
  readonly kind: 'nearest';
  readonly dim: number;
  readonly k: number;
  /** n × dim, row-major; each of length 1. */
  readonly points: Float32Array;
  /** n */
  readonly values: Float32Array;
}

export const NEIGHBOURS = 10;

export function fitNearest(x: Matrix, y: Float64Array, k = NEIGHBOURS): NearestModel {
  if (x.rows === 0) throw new RangeError('fitNearest: expected at least one row, got none');
  return {
    kind: 'nearest',
    dim: x.cols,
    k: Math.min(k, x.rows),
    points: unitRows(x),
    values: Float32Array.from(y),
  };
}

/** Equal similarities are taken in row order, so that the answer does not depend on the sort. */
export function predictNearest(model: NearestModel, x: Matrix): Float64Array {
  const { dim, k, points, values } = model;
  // The k best so far, best first. The length of a query does not change which points are nearest.
  const nearest = new Int32Array(k);
  const similarity = new Float64Array(k);
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let found = 0;
    for (let j = 0; j < values.length; j++) {
      let dot = 0;
      for (let c = 0; c < dim; c++) dot += x.data[i * dim + c] * points[j * dim + c];
      if (found === k && dot <= similarity[k - 1]) continue;
      let at = found === k ? k - 1 : found++;
      for (; at > 0 && similarity[at - 1] < dot; at--) {
        similarity[at] = similarity[at - 1];
        nearest[at] = nearest[at - 1];
      }
      similarity[at] = dot;
      nearest[at] = j;
    }
    let sum = 0;
    for (const j of nearest) sum += values[j];
    return sum / k;
  });
}

function unitRows(x: Matrix): Float32Array {
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < x.rows; i++) {
    const row = x.data.subarray(i * x.cols, (i + 1) * x.cols);
    let square = 0;
    for (const v of row) square += v * v;
    const norm = Math.sqrt(square) + 1e-9;
    for (let k = 0; k < row.length; k++) data[i * x.cols + k] = row[k] / norm;
  }
  return data;
}
