import type { Matrix } from '../core/matrix.ts';

/** A feature has at most this many bins, so that a bin number fits a byte. */
export const MOST_BINS = 256;

/**
 * Features cut into bins: what trees are grown on. A row is in bin b of a feature where b cuts lie below its value, so
 * `bin <= b` and `fround(value) <= cuts[b]` say the same.
 */
export interface BinnedFeatures {
  readonly rows: number;
  readonly cols: number;
  /** cols × rows: feature by feature. */
  readonly bins: Uint8Array;
  /** By feature, ascending: a float32 between two neighbouring float32 values of the feature. */
  readonly cuts: readonly Float32Array[];
}

/** Up to `most` values of a feature have a bin each; more are cut at their quantiles. Labels are not looked at. */
export function binFeatures(x: Matrix, most = MOST_BINS): BinnedFeatures {
  const { rows, cols } = x;
  const bins = new Uint8Array(rows * cols);
  const column = new Float32Array(rows);
  const cuts: Float32Array[] = [];
  for (let f = 0; f < cols; f++) {
    for (let i = 0; i < rows; i++) column[i] = x.data[i * cols + f];
    const between = chooseCuts(column.toSorted(), most);
    for (let i = 0; i < rows; i++) bins[f * rows + i] = countBelow(between, column[i]);
    cuts.push(between);
  }
  return { rows, cols, bins, cuts };
}

function chooseCuts(ascending: Float32Array, most: number): Float32Array {
  const n = ascending.length;
  let distinct = 1;
  for (let i = 1; i < n; i++) if (ascending[i] > ascending[i - 1]) distinct++;
  const cuts: number[] = [];
  const cutBefore = (i: number): void => {
    const cut = floatBetween(ascending[i - 1], ascending[i]);
    if (ascending[i] > ascending[i - 1] && cut !== cuts.at(-1)) cuts.push(cut);
  };
  if (distinct <= most) {
    for (let i = 1; i < n; i++) cutBefore(i);
  } else {
    for (let b = 1; b < most; b++) cutBefore(firstOfRun(ascending, Math.floor((b * n) / most)));
  }
  return Float32Array.from(cuts);
}

/** The first of the equal values at i, but not the first of all. */
function firstOfRun(ascending: Float32Array, i: number): number {
  while (i > 1 && ascending[i - 1] === ascending[i]) i--;
  return Math.max(i, 1);
}

/** The middle of a < b in float32, or a where there is no float32 between them: a <= middle < b. */
function floatBetween(a: number, b: number): number {
  const middle = Math.fround((a + b) / 2);
  return middle < b ? middle : a;
}

/** How many of the ascending cuts are below the value. */
function countBelow(cuts: Float32Array, value: number): number {
  let from = 0;
  let to = cuts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (cuts[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
