import type { Matrix } from '../core/matrix.ts';
import { createRng } from '../core/rng.ts';
import { mean } from '../stats/descriptive.ts';
import { gram, solvePositiveDefinite, transposeTimes } from '../stats/linalg.ts';

/**
 * What an active queue expects of each item: how far the corrected preference will be off, and the gain. With a few dozen
 * grades there is no more to learn than a handful of coefficients, so both are ridge regressions on a handful of features;
 * errors are measured out of fold. The draw stays valid however wrong these are (its probabilities are logged): a bad guess
 * only costs width.
 */
export interface ActiveData {
  /** n × p: what may be looked at. A constant column is added here. */
  readonly features: Matrix;
  /** y, one an item; NaN where the source says nothing. */
  readonly preference: Float64Array;
  /** r, one an item; NaN where there is no gold. */
  readonly gold: Float64Array;
  readonly seed: number;
}

export interface ActiveEstimates {
  /** √ of the expected squared error, one an item, above 0. */
  readonly error: Float64Array;
  /** Expected gold gain. */
  readonly gain: Float64Array;
}

/** A prior worth this many observations keeps coefficients that few grades speak for near 0. */
const PENALTY = 5;
const FOLDS = 5;
/** No item is expected to be more than so many times better or worse known than the mean. */
const SPREAD = 16;

export function estimateActive({ features, preference, gold, seed }: ActiveData): ActiveEstimates {
  const x = standardised(features);
  const judged = rowsWhere(preference);
  const graded = rowsWhere(gold);
  const eta = judged.length === 0 ? new Float64Array(x.rows) : predict(x, fitRidge(x, preference, judged));
  const base = preference.map((y, i) => (Number.isNaN(y) ? eta[i] : y));
  const gap = gold.map((r, i) => r - base[i]);
  const correction = predict(x, fitRidge(x, gap, graded));
  const squared = new Float64Array(x.rows).fill(Number.NaN);
  const order = createRng(seed).permutation(graded.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const isHeld = (at: number): boolean => order[at] % FOLDS === fold;
    const rest = graded.filter((_, at) => !isHeld(at));
    const guess = predict(x, fitRidge(x, gap, rest));
    graded.forEach((row, at) => {
      if (isHeld(at)) squared[row] = (gap[row] - guess[row]) ** 2;
    });
  }
  const centre = graded.reduce((sum, row) => sum + squared[row], 0) / graded.length;
  const expected = predict(x, fitRidge(x, squared, graded));
  const error = expected.map((value) =>
    Math.sqrt(centre === 0 ? 1 : Math.min(centre * SPREAD, Math.max(centre / SPREAD, value))),
  );
  return { error, gain: eta.map((value, i) => value + correction[i]) };
}

/** Weight of closeness to the decision beside the expected error, both with mean 1. */
const CLOSENESS_WEIGHT = 0.5;

export interface ActiveUtility {
  /** u, one an item: expected error over its mean, plus closeness to the decision over its mean. */
  readonly scores: Float64Array;
  readonly errorRatio: Float64Array;
  readonly closeness: Float64Array;
}

/** How much a grade of each item is worth (Zrnic & Candès 2024, section 3.2, with a term for the decision). */
export function activeUtility(error: Float64Array, gain: Float64Array, threshold: number): ActiveUtility {
  const errorRatio = overMean(error);
  const closeness = closenessTo(gain, threshold, error);
  const closenessRatio = overMean(closeness);
  const scores = errorRatio.map((ratio, i) => ratio + CLOSENESS_WEIGHT * closenessRatio[i]);
  return { scores, errorRatio, closeness };
}

function overMean(values: Float64Array): Float64Array {
  const centre = mean(values);
  return centre > 0 ? values.map((value) => value / centre) : values.map(() => 1);
}

/**
 * How close a gain is to the decision: 1 at it, falling off over half a standard deviation of all gains, or over half the mean
 * error where that is more: gains that differ by less than they are known do not tell items apart.
 */
function closenessTo(gain: Float64Array, threshold: number, error: Float64Array): Float64Array {
  const centre = mean(gain);
  const spread = Math.sqrt(mean(gain.map((value) => (value - centre) ** 2)));
  const width = Math.max(spread, mean(error), 1e-9) / 2;
  return gain.map((value) => Math.exp(-0.5 * ((value - threshold) / width) ** 2));
}

function rowsWhere(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).filter((i) => Number.isFinite(values[i]));
}

/** Columns with mean 0 and variance 1 after a constant one; a column that never varies becomes 0. */
function standardised({ rows, cols, data }: Matrix): Matrix {
  const out = new Float64Array(rows * (cols + 1));
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) sum += data[i * cols + j];
    const mean = sum / rows;
    for (let i = 0; i < rows; i++) squares += (data[i * cols + j] - mean) ** 2;
    const scale = Math.sqrt(squares / rows);
    for (let i = 0; i < rows; i++) {
      out[i * (cols + 1) + j + 1] = scale < 1e-12 ? 0 : (data[i * cols + j] - mean) / scale;
    }
  }
  for (let i = 0; i < rows; i++) out[i * (cols + 1)] = 1;
  return { rows, cols: cols + 1, data: out };
}

/** Ridge with an unpenalised constant (column 0) on some of the rows. */
function fitRidge(x: Matrix, target: Float64Array, rows: Int32Array): Float64Array {
  const data = new Float64Array(rows.length * x.cols);
  rows.forEach((row, i) => {
    data.set(x.data.subarray(row * x.cols, (row + 1) * x.cols), i * x.cols);
  });
  const part = { rows: rows.length, cols: x.cols, data };
  const normal = gram(part);
  for (let j = 0; j < x.cols; j++) normal[j * x.cols + j] += j === 0 ? 1e-9 : PENALTY;
  return solvePositiveDefinite(
    normal,
    transposeTimes(
      part,
      Float64Array.from(rows, (row) => target[row]),
    ),
  );
}

function predict(x: Matrix, coefficients: Float64Array): Float64Array {
  const out = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) out[i] += x.data[i * x.cols + j] * coefficients[j];
  }
  return out;
}
