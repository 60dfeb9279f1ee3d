import type { Verdict } from '../repositories/grading.ts';

/** Pieces that gold and preferences share: from scores and verdicts to a gain. Model a is the one with the smaller id. */

/** The lowest and highest score. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/**
 * What the gains of one mechanism are made of: scores on a declared scale, scores on none (their observed range stands in),
 * or verdicts alone.
 */
export type GainForm = 'declared' | 'undeclared' | 'verdict';

/** A score as a fraction of its range; 0 where all scores are equal, so that no gain comes of them. */
export function toUnit(score: number, range: Range): number {
  return range.hi > range.lo ? (score - range.lo) / (range.hi - range.lo) : 0;
}

/** +1 where a is better, -1 where b is, 0 for a tie; NaN where there is no verdict. */
export function verdictGain(verdict: Verdict | null): number {
  if (verdict === null) return Number.NaN;
  return verdict === 'tie' ? 0 : verdict === 'a' ? 1 : -1;
}

/** The mean of the numbers that are numbers; NaN where none is. */
export function meanOfPresent(values: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** Values by key, in the order of their first appearance. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
