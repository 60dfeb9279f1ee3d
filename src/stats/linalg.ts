import type { Matrix } from '../core/matrix.ts';

/**
 * Dense kernels of the regressions. Rows are taken four at a time: the result matrix then stays in the first-level cache
 * and each of its entries is loaded and stored once for four multiplications.
 */

/** AᵀA: cols × cols, symmetric, row-major. Two columns share each load of four rows: twice as fast as one (measured). */
export function gram(a: Matrix): Float64Array {
  const { rows, cols, data } = a;
  const g = new Float64Array(cols * cols);
  const evenCols = cols - (cols % 2);
  const fourRows = rows - (rows % 4);
  for (let i = 0; i < fourRows; i += 4) {
    const r0 = i * cols;
    const r1 = r0 + cols;
    const r2 = r1 + cols;
    const r3 = r2 + cols;
    for (let j = 0; j < evenCols; j += 2) {
      const a0 = data[r0 + j];
      const a1 = data[r1 + j];
      const a2 = data[r2 + j];
      const a3 = data[r3 + j];
      const b0 = data[r0 + j + 1];
      const b1 = data[r1 + j + 1];
      const b2 = data[r2 + j + 1];
      const b3 = data[r3 + j + 1];
      const toA = j * cols;
      const toB = toA + cols;
      for (let k = 0; k <= j + 1; k++) {
        const x0 = data[r0 + k];
        const x1 = data[r1 + k];
        const x2 = data[r2 + k];
        const x3 = data[r3 + k];
        g[toA + k] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
        g[toB + k] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
      }
    }
    for (let r = i; r < i + 4; r++) addOuterProduct(g, data, r, cols, evenCols);
  }
  for (let r = fourRows; r < rows; r++) addOuterProduct(g, data, r, cols, 0);
  for (let j = 0; j < cols; j++) for (let k = 0; k < j; k++) g[k * cols + j] = g[j * cols + k];
  return g;
}

/** Adds row r's products to the lower triangle, from line `firstLine` on. */
function addOuterProduct(
  g: Float64Array,
  data: Float64Array,
  r: number,
  cols: number,
  firstLine: number,
): void {
  for (let j = firstLine; j < cols; j++) {
    const v = data[r * cols + j];
    for (let k = 0; k <= j; k++) g[j * cols + k] += v * data[r * cols + k];
  }
}

/**
 * A·B for A rows × inner and B inner × cols, both row-major. Two rows of A share each load of B: twice as fast as one for
 * the 50 to 130 columns that occur (measured).
 */
export function multiply(a: Matrix, b: Float64Array, cols: number): Float64Array {
  const { rows, cols: inner, data } = a;
  const out = new Float64Array(rows * cols);
  let i = 0;
  for (; i + 1 < rows; i += 2) {
    const p = i * inner;
    const q = p + inner;
    const toP = i * cols;
    const toQ = toP + cols;
    let j = 0;
    for (; j + 3 < inner; j += 4) {
      const p0 = data[p + j];
      const p1 = data[p + j + 1];
      const p2 = data[p + j + 2];
      const p3 = data[p + j + 3];
      const q0 = data[q + j];
      const q1 = data[q + j + 1];
      const q2 = data[q + j + 2];
      const q3 = data[q + j + 3];
      const b0 = j * cols;
      const b1 = b0 + cols;
      const b2 = b1 + cols;
      const b3 = b2 + cols;
      for (let k = 0; k < cols; k++) {
        const x0 = b[b0 + k];
        const x1 = b[b1 + k];
        const x2 = b[b2 + k];
        const x3 = b[b3 + k];
        out[toP + k] += p0 * x0 + p1 * x1 + p2 * x2 + p3 * x3;
        out[toQ + k] += q0 * x0 + q1 * x1 + q2 * x2 + q3 * x3;
      }
    }
    for (; j < inner; j++) {
      const p0 = data[p + j];
      const q0 = data[q + j];
      for (let k = 0; k < cols; k++) {
        out[toP + k] += p0 * b[j * cols + k];
        out[toQ + k] += q0 * b[j * cols + k];
      }
    }
  }
  for (; i < rows; i++) {
    for (let j = 0; j < inner; j++) {
      const p0 = data[i * inner + j];
      for (let k = 0; k < cols; k++) out[i * cols + k] += p0 * b[j * cols + k];
    }
  }
  return out;
}

/** Aᵀv for A rows × cols and v of length rows. */
export function transposeTimes(a: Matrix, v: Float64Array): Float64Array {
  const out = new Float64Array(a.cols);
  for (let i = 0; i < a.rows; i++) {
    const vi = v[i];
    const at = i * a.cols;
    for (let k = 0; k < a.cols; k++) out[k] += vi * a.data[at + k];
  }
  return out;
}

/** A·v + constant for A rows × cols and v of length cols. */
export function affine(a: Matrix, v: ArrayLike<number>, constant: number): Float64Array {
  const out = new Float64Array(a.rows);
  for (let i = 0; i < a.rows; i++) {
    const at = i * a.cols;
    let sum = constant;
    for (let k = 0; k < a.cols; k++) sum += a.data[at + k] * v[k];
    out[i] = sum;
  }
  return out;
}

/**
 * Solves S x = b for a symmetric positive definite S (n × n, row-major) by Cholesky.
 * @throws RangeError where S is not positive definite.
 */
export function solvePositiveDefinite(s: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const l = Float64Array.from(s);
  for (let j = 0; j < n; j++) {
    let pivot = l[j * n + j];
    for (let k = 0; k < j; k++) pivot -= l[j * n + k] ** 2;
    if (!(pivot > 0)) throw new RangeError('solvePositiveDefinite: the matrix is not positive definite');
    const root = Math.sqrt(pivot);
    l[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = l[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = sum / root;
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}
