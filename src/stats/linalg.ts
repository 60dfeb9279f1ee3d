import type { Matrix } from '../core/matrix.ts';
import { addProductKernel } from './kernels/add-product.ts';

/** Dense products of the regressions. */

/** Rows that the kernel sees at once: their part of either operand stays in the first-level cache. */
const BLOCK = 64;

/** The kernel works in tiles of 4 × 4. */
const padded = (length: number): number => (length + 3) & ~3;

/** AᵀA: cols × cols, symmetric, row-major. */
export function gram(a: Matrix): Float64Array {
  const { rows, cols, data } = a;
  const g = new Float64Array(cols * cols);
  if (rows === 0 || cols === 0) return g;
  const stride = padded(cols);
  const kernel = addProductKernel();
  const from = stride * stride;
  const pad = kernel.reserve(from + BLOCK * stride);
  pad.fill(0, 0, from + BLOCK * stride);
  for (let i = 0; i < rows; i += BLOCK) {
    const steps = Math.min(BLOCK, rows - i);
    for (let r = 0; r < steps; r++) {
      const at = (i + r) * cols;
      const to = from + r * stride;
      for (let k = 0; k < cols; k++) pad[to + k] = data[at + k];
    }
    // The lower triangle, four lines at a time.
    for (let j = 0; j < stride; j += 4) {
      kernel.run({
        left: { at: from + j, rowStride: 1, stepStride: stride },
        right: { at: from, stride },
        out: { at: j * stride, stride },
        rows: 4,
        cols: j + 4,
        steps,
      });
    }
  }
  for (let j = 0; j < cols; j++) {
    for (let k = 0; k <= j; k++) g[j * cols + k] = g[k * cols + j] = pad[j * stride + k];
  }
  return g;
}

/** A·B for A rows × inner and B inner × cols, both row-major. */
export function multiply(a: Matrix, b: Float64Array, cols: number): Float64Array {
  const { rows, cols: inner, data } = a;
  const result = new Float64Array(rows * cols);
  if (rows === 0 || cols === 0 || inner === 0) return result;
  const stride = padded(cols);
  const kernel = addProductKernel();
  const left = inner * stride;
  const out = left + BLOCK * inner;
  const pad = kernel.reserve(out + BLOCK * stride);
  pad.fill(0, 0, left);
  for (let j = 0; j < inner; j++) pad.set(b.subarray(j * cols, (j + 1) * cols), j * stride);
  for (let i = 0; i < rows; i += BLOCK) {
    const count = Math.min(BLOCK, rows - i);
    pad.set(data.subarray(i * inner, (i + count) * inner), left);
    pad.fill(0, left + count * inner, left + padded(count) * inner);
    pad.fill(0, out, out + padded(count) * stride);
    kernel.run({
      left: { at: left, rowStride: inner, stepStride: 1 },
      right: { at: 0, stride },
      out: { at: out, stride },
      rows: padded(count),
      cols: stride,
      steps: inner,
    });
    for (let r = 0; r < count; r++) {
      const at = out + r * stride;
      const to = (i + r) * cols;
      for (let k = 0; k < cols; k++) result[to + k] = pad[at + k];
    }
  }
  return result;
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
