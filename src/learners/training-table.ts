import type { Matrix } from '../core/matrix.ts';
import { binFeatures, MOST_BINS, type BinnedFeatures } from './bins.ts';

/** What trees are grown from. */
export interface TrainingTable {
  readonly x: Matrix;
  readonly binned: BinnedFeatures;
  readonly y: Float64Array;
  /** Any scale: only their ratios count. */
  readonly weights: Float64Array;
  /** 0 … groupCount − 1 for each row: rows of a group are drawn, and held out, together. */
  readonly group: Int32Array;
  readonly groupCount: number;
}

/** @param group equal numbers stay together; absent: every row by itself. */
export function trainingTable(
  x: Matrix,
  y: Float64Array,
  weights?: Float64Array,
  group?: ArrayLike<number>,
  mostBins = MOST_BINS,
): TrainingTable {
  const ids = new Map<number, number>();
  const dense = Int32Array.from({ length: x.rows }, (_, i) => {
    if (group === undefined) return i;
    const id = ids.get(group[i]) ?? ids.size;
    ids.set(group[i], id);
    return id;
  });
  return {
    x,
    binned: binFeatures(x, mostBins),
    y,
    weights: weights ?? new Float64Array(x.rows).fill(1),
    group: dense,
    groupCount: group === undefined ? x.rows : ids.size,
  };
}
