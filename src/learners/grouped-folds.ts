import { createRng } from '../core/rng.ts';
import type { TrainingTable } from './training-table.ts';

export interface Fold {
  readonly inside: Int32Array;
  readonly outside: Int32Array;
}

/** Rows with weight, dealt into folds by group at random: for choosing a learner's settings. */
export function groupedFolds(
  { group, groupCount, weights }: Pick<TrainingTable, 'group' | 'groupCount' | 'weights'>,
  count: number,
  seed: number,
): Fold[] {
  const place = createRng(seed).permutation(groupCount);
  const rows = Int32Array.from(group.keys()).filter((i) => weights[i] > 0);
  const folds = Array.from({ length: count }, (_, fold) => ({
    inside: rows.filter((i) => place[group[i]] % count === fold),
    outside: rows.filter((i) => place[group[i]] % count !== fold),
  }));
  return folds.filter(({ inside, outside }) => inside.length > 0 && outside.length > 0);
}

/** Σ w (y − ŷ)² over some rows. */
export function squaredError(
  { y, weights }: Pick<TrainingTable, 'y' | 'weights'>,
  predicted: Float64Array,
  rows: Int32Array,
): number {
  let loss = 0;
  for (const i of rows) loss += weights[i] * (y[i] - predicted[i]) ** 2;
  return loss;
}
