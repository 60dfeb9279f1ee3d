import { PANEL, type Panel } from './panel.ts';

/**
 * A sparse matrix of float32 in compressed rows, as the truncated SVD needs it: at most 65,536 rows and columns, so that
 * an entry takes six bytes.
 */
export interface SparseMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Row i is the entries rowStart[i] … rowStart[i + 1] − 1. */
  readonly rowStart: Int32Array;
  readonly column: Uint16Array;
  readonly value: Float32Array;
}

/** The transposed matrix, entries of a row in ascending order of the columns. */
export function transpose({ rows, cols, rowStart, column, value }: SparseMatrix): SparseMatrix {
  const entries = rowStart[rows];
  const start = new Int32Array(cols + 1);
  for (let e = 0; e < entries; e++) start[column[e] + 1]++;
  for (let j = 0; j < cols; j++) start[j + 1] += start[j];
  const next = start.slice();
  const flipped = { column: new Uint16Array(entries), value: new Float32Array(entries) };
  for (let i = 0; i < rows; i++) {
    for (let e = rowStart[i]; e < rowStart[i + 1]; e++) {
      const to = next[column[e]]++;
      flipped.column[to] = i;
      flipped.value[to] = value[e];
    }
  }
  return { rows: cols, cols: rows, rowStart: start, ...flipped };
}

/**
 * y = a · x for a panel x (a.cols × 8), summed in float64.
 *
 * @param y a.rows × 8, overwritten
 */
export function multiply({ rows, rowStart, column, value }: SparseMatrix, x: Panel, y: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const end = rowStart[i + 1];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let e = rowStart[i]; e < end; e++) {
      const v = value[e];
      const k = column[e] * PANEL;
      s0 += v * x[k];
      s1 += v * x[k + 1];
      s2 += v * x[k + 2];
      s3 += v * x[k + 3];
      s4 += v * x[k + 4];
      s5 += v * x[k + 5];
      s6 += v * x[k + 6];
      s7 += v * x[k + 7];
    }
    const at = i * PANEL;
    y[at] = s0;
    y[at + 1] = s1;
    y[at + 2] = s2;
    y[at + 3] = s3;
    y[at + 4] = s4;
    y[at + 5] = s5;
    y[at + 6] = s6;
    y[at + 7] = s7;
  }
}
