import { createRng, deriveSeed } from '../core/rng.ts';
import { AppError } from '../core/errors.ts';
import type { Sample } from './sample.ts';

/** Folds of cross-fitting (Chernozhukov et al. 2018, doi 10.1111/ectj.12097, section 3). */
export const FOLD_COUNT = 5;

/**
 * `grouped`: the product's default. Groups of equal prompts are shuffled within strata (with and without gold) and dealt
 * out; repeated, because one split of 100 gold rows is luck.
 * `reference`: the i-th row of each stratum goes to fold i mod 5, once: deterministic, for golden values.
 */
export type FoldScheme =
  | { readonly kind: 'grouped'; readonly repeats: number; readonly seed: number }
  | { readonly kind: 'reference' };

/** One fold number a row, for each repeat. Rows of a group share a fold; folds are disjoint and cover by construction. */
export function makeFolds(sample: Pick<Sample, 'hasGold' | 'group'>, scheme: FoldScheme): Int32Array[] {
  if (scheme.kind === 'reference') return [referenceFolds(sample.hasGold)];
  return Array.from({ length: scheme.repeats }, (_, repeat) =>
    groupedFolds(sample, deriveSeed(scheme.seed, 'folds', repeat)),
  );
}

function referenceFolds(hasGold: Uint8Array): Int32Array {
  const next = [0, 0];
  return Int32Array.from(hasGold, (stratum) => next[stratum]++ % FOLD_COUNT);
}

function groupedFolds(sample: Pick<Sample, 'hasGold' | 'group'>, seed: number): Int32Array {
  const strata = groupsByStratum(sample);
  const rng = createRng(seed);
  const foldOfGroup = new Map<number, number>();
  for (const groups of strata) {
    rng.permutation(groups.length).forEach((position, i) => {
      foldOfGroup.set(groups[position], i % FOLD_COUNT);
    });
  }
  const folds = Int32Array.from(sample.group, (group) => foldOfGroup.get(group) ?? -1);
  assertCovers(folds);
  return folds;
}

/** Distinct groups [without any gold, with gold], in order of first appearance. */
function groupsByStratum(sample: Pick<Sample, 'hasGold' | 'group'>): [number[], number[]] {
  const hasGold = new Map<number, boolean>();
  sample.group.forEach((group, i) => {
    hasGold.set(group, (hasGold.get(group) ?? false) || sample.hasGold[i] === 1);
  });
  const strata: [number[], number[]] = [[], []];
  for (const [group, gold] of hasGold) strata[gold ? 1 : 0].push(group);
  return strata;
}

function assertCovers(folds: Int32Array): void {
  const sizes = new Int32Array(FOLD_COUNT);
  for (const fold of folds) {
    if (fold < 0 || fold >= FOLD_COUNT) throw new AppError('internal', `A row has no fold: ${fold}.`);
    sizes[fold]++;
  }
}

/** The rows inside, or outside, a fold. */
export function foldRows(folds: Int32Array, fold: number, side: 'inside' | 'outside'): Int32Array {
  const rows = new Int32Array(folds.length);
  let count = 0;
  folds.forEach((f, i) => {
    if ((f === fold) === (side === 'inside')) rows[count++] = i;
  });
  return rows.slice(0, count);
}
