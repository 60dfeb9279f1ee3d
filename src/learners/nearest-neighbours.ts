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
  return Float64Array.from({ length: x.rows }, (_, i) => {
    const found = nearestPoints(model, x.data.subarray(i * x.cols, (i + 1) * x.cols), model.k);
    let sum = 0;
    for (const j of found) sum += model.values[j];
    return sum / found.length;
  });
}

/**
 * The k points most similar to a query, the nearest first; of equal ones the first. The length of the query changes nothing.
 * @param isAllowed which points may be found; absent: all
 */
export function nearestPoints(
  { dim, points, values }: NearestModel,
  query: Float64Array,
  k: number,
  isAllowed?: (point: number) => boolean,
): Int32Array {
  const nearest = new Int32Array(k);
  const similarity = new Float64Array(k);
  let found = 0;
  for (let j = 0; j < values.length; j++) {
    let dot = 0;
    for (let c = 0; c < dim; c++) dot += query[c] * points[j * dim + c];
    if ((found === k && dot <= similarity[k - 1]) || isAllowed?.(j) === false) continue;
    let at = found === k ? k - 1 : found++;
    for (; at > 0 && similarity[at - 1] < dot; at--) {
      similarity[at] = similarity[at - 1];
      nearest[at] = nearest[at - 1];
    }
    similarity[at] = dot;
    nearest[at] = j;
  }
  return nearest.subarray(0, found);
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
