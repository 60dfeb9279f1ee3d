import type { Matrix } from '../core/matrix.ts';
import { gram, multiply, transposeTimes } from '../stats/linalg.ts';
import { symmetricEigen, type SymmetricEigen } from '../stats/symmetric-eigen.ts';
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

/** Features and weights, ready for any number of targets: the decomposition and the leverages do not depend on them. */
export interface RidgeDesign {
  /** @param y one target for each row of the design. @throws RangeError where one is not finite or one is missing. */
  readonly fit: (y: Float64Array) => RidgeModel;
}

export interface RidgeRows {
  /** The rows of x to use, in this order; absent: all. One row may come twice. */
  readonly rows?: Int32Array | undefined;
  /** A non-negative weight for each of them; absent: 1. */
  readonly weights?: Float64Array | undefined;
}

export const PENALTY_EXPONENTS: readonly number[] = Array.from({ length: 13 }, (_, i) => -3 + i / 2);

/** Rows are gathered in blocks of so many: memory does not grow with the number of designs. */
const BLOCK = 512;

/**
 * @param x n × d features
 * @param y n targets
 * @param w n non-negative weights; absent = 1
 * @throws RangeError where there is no row, a shape differs, or a value is not finite.
 */
export function fitRidge(x: Matrix, y: Float64Array, w?: Float64Array): RidgeModel {
  return prepareRidge(x, { weights: w }).fit(y);
}

/** @throws RangeError where there is no row, a shape differs, or a feature or weight is not finite. */
export function prepareRidge(x: Matrix, { rows, weights }: RidgeRows = {}): RidgeDesign {
  const scaled = scaleRows(x, rows, weights);
  const { n, total } = scaled;
  const eigen = decompose(scaled, x.cols);
  const penalties = PENALTY_EXPONENTS.map((g) => total * 10 ** g);
  const shrink = shrinkage(eigen.values, penalties);
  const stretch = looStretch(scaled, eigen.vectors, shrink);
  return {
    fit: (y) => {
      if (y.length !== n) throw new RangeError(`fitRidge: ${n} rows of features, ${y.length} targets`);
      return fitTarget(scaled, eigen.vectors, penalties, shrink, stretch, y);
    },
  };
}

/** Rows scaled by √w and centred: ordinary ridge without an intercept. */
interface ScaledRows {
  readonly n: number;
  readonly roots: Float64Array;
  /** Σ w. */
  readonly total: number;
  readonly xMean: Float64Array;
  /** Calls back with consecutive blocks of rows, in a buffer that the next block reuses. */
  readonly eachBlock: (use: (block: Matrix, from: number) => void) => void;
  /** Aᵀb for a target that is scaled and centred too. */
  readonly timesTarget: (b: Float64Array) => Float64Array;
}

function scaleRows(x: Matrix, rows: Int32Array | undefined, weights: Float64Array | undefined): ScaledRows {
  const n = rows?.length ?? x.rows;
  const d = x.cols;
  if (n === 0) throw new RangeError('fitRidge: expected at least one row, got none');
  if (weights !== undefined && weights.length !== n) {
    throw new RangeError(`fitRidge: ${n} rows of features, ${weights.length} weights`);
  }
  if (weights?.every((w) => w >= 0 && w < Infinity) === false) {
    throw new RangeError('fitRidge: every weight must be a finite number and not negative');
  }
  const w = weights ?? new Float64Array(n).fill(1);
  const total = w.reduce((sum, v) => sum + v, 0);
  const { data } = x;
  const xMean = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const at = (rows === undefined ? i : rows[i]) * d;
    const wi = w[i];
    for (let k = 0; k < d; k++) xMean[k] += wi * data[at + k];
  }
  for (let k = 0; k < d; k++) xMean[k] /= total;
  if (!xMean.every(Number.isFinite)) {
    throw new RangeError('fitRidge: every feature must be a finite number, and some weight above 0');
  }
  const roots = w.map(Math.sqrt);
  const buffer = new Float64Array(Math.min(BLOCK, n) * d);
  return {
    n,
    roots,
    total,
    xMean,
    eachBlock: (use) => {
      for (let from = 0; from < n; from += BLOCK) {
        const count = Math.min(BLOCK, n - from);
        for (let i = 0; i < count; i++) {
          const at = (rows === undefined ? from + i : rows[from + i]) * d;
          const root = roots[from + i];
          const to = i * d;
          for (let k = 0; k < d; k++) buffer[to + k] = (data[at + k] - xMean[k]) * root;
        }
        use({ rows: count, cols: d, data: buffer.subarray(0, count * d) }, from);
      }
    },
    timesTarget: (b) => {
      const out = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        const at = (rows === undefined ? i : rows[i]) * d;
        const scaledTarget = roots[i] * b[i];
        for (let k = 0; k < d; k++) out[k] += scaledTarget * (data[at + k] - xMean[k]);
      }
      return out;
    },
  };
}

function decompose(scaled: ScaledRows, d: number): SymmetricEigen {
  const total = new Float64Array(d * d);
  scaled.eachBlock((block) => {
    const part = gram(block);
    for (let k = 0; k < part.length; k++) total[k] += part[k];
  });
  return symmetricEigen(total, d);
}

/** 1 / (eigenvalue + penalty): d × m, row-major. */
function shrinkage(eigenvalues: Float64Array, penalties: readonly number[]): Float64Array {
  const m = penalties.length;
  const out = new Float64Array(eigenvalues.length * m);
  eigenvalues.forEach((value, k) => {
    penalties.forEach((penalty, g) => {
      out[k * m + g] = 1 / (Math.max(value, 0) + penalty);
    });
  });
  return out;
}

/** 1 / (1 − leverage) for every row and penalty, n × m: what turns a residual into a leave-one-out residual. */
function looStretch({ n, roots, total, eachBlock }: ScaledRows, vectors: Float64Array, shrink: Float64Array) {
  const m = PENALTY_EXPONENTS.length;
  const stretch = new Float64Array(n * m);
  eachBlock((block, from) => {
    const d = block.cols;
    const squares = multiply(block, vectors, d);
    for (let k = 0; k < squares.length; k++) squares[k] *= squares[k];
    const leverage = multiply({ rows: block.rows, cols: d, data: squares }, shrink, m);
    for (let i = 0; i < block.rows; i++) {
      const own = 1 - roots[from + i] ** 2 / total;
      for (let g = 0; g < m; g++) {
        stretch[(from + i) * m + g] = 1 / Math.max(own - leverage[i * m + g], 1e-6);
      }
    }
  });
  return stretch;
}

function fitTarget(
  scaled: ScaledRows,
  vectors: Float64Array,
  penalties: readonly number[],
  shrink: Float64Array,
  stretch: Float64Array,
  y: Float64Array,
): RidgeModel {
  const { n, roots, total, xMean, eachBlock } = scaled;
  const d = xMean.length;
  const m = penalties.length;
  let yMean = 0;
  for (let i = 0; i < n; i++) yMean += roots[i] ** 2 * y[i];
  yMean /= total;
  if (!Number.isFinite(yMean) || !y.every(Number.isFinite)) {
    throw new RangeError('fitRidge: every target must be a finite number');
  }
  const b = y.map((v, i) => (v - yMean) * roots[i]);
  const coefficients = everyCoefficient(vectors, scaled.timesTarget(b), shrink, m);
  const errors = new Float64Array(m);
  eachBlock((block, from) => {
    const fitted = multiply(block, coefficients, m);
    for (let i = 0; i < block.rows; i++) {
      for (let g = 0; g < m; g++) {
        const residual = (b[from + i] - fitted[i * m + g]) * stretch[(from + i) * m + g];
        errors[g] += residual * residual;
      }
    }
  });
  const best = errors.indexOf(Math.min(...errors));
  const chosen = Float64Array.from({ length: d }, (_, k) => coefficients[k * m + best]);
  let intercept = yMean;
  for (let k = 0; k < d; k++) intercept -= xMean[k] * chosen[k];
  return {
    kind: 'linear',
    intercept,
    coefficients: chosen,
    penalty: penalties[best],
    looError: errors[best] / total,
  };
}

/** β of every penalty: V · diag(1/(s + λ)) · Vᵀ · Aᵀb, d × m. */
function everyCoefficient(
  vectors: Float64Array,
  products: Float64Array,
  shrink: Float64Array,
  m: number,
): Float64Array {
  const d = products.length;
  const basis = { rows: d, cols: d, data: vectors };
  const rotated = transposeTimes(basis, products);
  const shrunk = shrink.map((s, at) => s * rotated[Math.floor(at / m)]);
  return multiply(basis, shrunk, m);
}
