/**
 * The leading right singular vectors of a large sparse matrix A by a randomised block Krylov method (Musco & Musco 2015,
 * NeurIPS, algorithm 2; block Lanczos with full orthogonalisation), which is nearer to the truth than subspace iteration
 * for the same number of products:
 *
 *   Q = an orthonormal basis of [Y, (A Aᵀ) Y, (A Aᵀ)² Y, …], Y = A Ω, Ω eight columns of random signs;
 *   T = Qᵀ A Aᵀ Q = W Λ Wᵀ, singular values √Λ, left singular vectors U = Q W, right ones V = Aᵀ U Λ^(−1/2).
 *
 * Ω belongs to the columns of A, so that the order of the rows does not matter but for rounding. The sign of a vector is the
 * one that makes its largest entry positive.
 */
import { uncontrolled, type JobControl } from '../core/progress.ts';
import type { Rng } from '../core/rng.ts';
import { symmetricEigen } from '../stats/symmetric-eigen.ts';
import { dot, extendBasis, PANEL, toColumns, toPanel, type Panel } from './panel.ts';
import { multiply, transpose, type SparseMatrix } from './sparse-matrix.ts';

export interface TruncatedSvd {
  /** min(wanted rank, rank of A). */
  readonly rank: number;
  /** Descending. */
  readonly singularValues: Float64Array;
  /** cols × rank, row-major: column k belongs to singularValues[k]. */
  readonly components: Float32Array;
}

/** The basis has this many vectors for each wanted one, and eight more. */
const BASIS_FACTOR = 3;
/** Singular values below this share of the largest are rounding (panels are float32). */
const NEGLIGIBLE = 1e-5;

function randomSigns(size: number, rng: Rng): Panel {
  const signs = new Float32Array(size);
  let bits = 0;
  for (let i = 0; i < size; i++) {
    if (i % 32 === 0) bits = rng.uniform() * 4294967296;
    signs[i] = (bits >>> (i % 32)) & 1 ? 1 : -1;
  }
  return signs;
}

interface KrylovSpace {
  /** Orthonormal vectors of length rows. */
  readonly basis: readonly Float64Array[];
  /** basisᵀ A Aᵀ basis, size × size. */
  readonly projected: Float64Array;
}

/** @param limit how many vectors at most; fewer where the space is exhausted */
function krylovSpace(
  a: SparseMatrix,
  aT: SparseMatrix,
  limit: number,
  rng: Rng,
  control: JobControl,
): KrylovSpace {
  const y = new Float64Array(a.rows * PANEL);
  const z = new Float64Array(a.cols * PANEL);
  const basis: Float64Array[] = [];
  const inner: number[][] = [];
  multiply(a, randomSigns(a.cols * PANEL, rng), y);
  extendBasis(basis, toColumns(y, PANEL), limit);
  while (inner.length < basis.length) {
    control.throwIfCancelled();
    control.report({ stage: 'encoder', fraction: inner.length / limit });
    const block = basis.slice(inner.length, inner.length + PANEL);
    multiply(aT, toPanel(block, a.rows), z);
    multiply(a, Float32Array.from(z), y);
    const images = toColumns(y, block.length);
    for (const image of images) {
      const earlier = basis.slice(0, inner.length + 1);
      inner.push(earlier.map((vector) => dot(vector, image)));
    }
    extendBasis(basis, images, limit);
  }
  const size = basis.length;
  const projected = new Float64Array(size * size);
  inner.forEach((row, i) => {
    row.forEach((value, j) => {
      projected[i * size + j] = value;
      projected[j * size + i] = value;
    });
  });
  return { basis, projected };
}

/** basis · weights[·, column], a vector of length rows. */
function combine(basis: readonly Float64Array[], weights: Float64Array, column: number): Float64Array {
  const out = new Float64Array(basis[0].length);
  basis.forEach((vector, k) => {
    const weight = weights[k * basis.length + column];
    for (let i = 0; i < out.length; i++) out[i] += weight * vector[i];
  });
  return out;
}

/** Flips the columns whose largest entry (the first of equals) is negative. */
function fixSigns(components: Float32Array, rows: number, rank: number): void {
  for (let k = 0; k < rank; k++) {
    let largest = 0;
    for (let i = 0; i < rows; i++) {
      const value = components[i * rank + k];
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    if (largest >= 0) continue;
    for (let i = 0; i < rows; i++) components[i * rank + k] *= -1;
  }
}

/** @param wanted how many singular vectors; fewer come back where the matrix has a lower rank, none for a zero matrix */
export function truncatedSvd(
  a: SparseMatrix,
  wanted: number,
  rng: Rng,
  control: JobControl = uncontrolled,
): TruncatedSvd {
  const aT = transpose(a);
  const limit = Math.min(BASIS_FACTOR * wanted + PANEL, a.rows, a.cols);
  const { basis, projected } = krylovSpace(a, aT, limit, rng, control);
  const size = basis.length;
  const { values, vectors } = symmetricEigen(projected, size);
  // symmetricEigen ascends
  const found = Array.from(values, (value) => Math.sqrt(Math.max(0, value))).reverse();
  const rank = found.slice(0, wanted).filter((sigma) => sigma > NEGLIGIBLE * found[0]).length;
  const components = new Float32Array(a.cols * rank);
  const z = new Float64Array(a.cols * PANEL);
  for (let first = 0; first < rank; first += PANEL) {
    control.throwIfCancelled();
    const count = Math.min(PANEL, rank - first);
    const left = Array.from({ length: count }, (_, j) => combine(basis, vectors, size - 1 - first - j));
    multiply(aT, toPanel(left, a.rows), z);
    for (let i = 0; i < a.cols; i++) {
      for (let j = 0; j < count; j++) components[i * rank + first + j] = z[i * PANEL + j] / found[first + j];
    }
  }
  fixSigns(components, a.cols, rank);
  control.report({ stage: 'encoder', fraction: 1 });
  return { rank, singularValues: Float64Array.from(found.slice(0, rank)), components };
}
