import type { JobControl } from '../core/progress.ts';
import { deriveSeed } from '../core/rng.ts';
import { createBooster, fitBoosted, type BoostingOptions } from './boosted-trees.ts';
import { groupedFolds, squaredError, type Fold } from './grouped-folds.ts';
import type { LearnerFit } from './learner-fit.ts';
import type { TrainingTable } from './training-table.ts';

const FOLDS = 5;
/** Labels of gains are noisy: finer cuts find nothing more, and every cut of every feature is looked at for every leaf. */
export const BOOSTING_BINS = 64;
/** 2 leaves: no interactions at all. */
const LEAVES: readonly number[] = [2, 8];
const MOST_ITERATIONS = 300;
/** Iterations without a better one after which the search ends. */
const PATIENCE = 15;

/**
 * Boosted trees whose size and number are chosen by 5-fold cross-validation by group. The folds advance together, one tree
 * each, and stop when their common held-out error has not fallen for 15 trees. No tree at all is a possible answer.
 */
export function tuneBoostedTrees(table: TrainingTable, seed: number, control: JobControl): LearnerFit {
  const folds = groupedFolds(table, FOLDS, deriveSeed(seed, 'boosting folds'));
  const minLeaf = Math.max(2, Math.min(20, Math.floor(table.x.rows / 20)));
  const options = (maxLeaves: number): BoostingOptions => ({
    maxLeaves,
    minLeaf,
    l2: 1,
    learningRate: 0.1,
  });
  let best = { maxLeaves: LEAVES[0], trees: 0, error: Number.POSITIVE_INFINITY };
  for (const maxLeaves of LEAVES) {
    const found = crossValidate(table, folds, options(maxLeaves), control);
    if (found.error < best.error) best = { maxLeaves, ...found };
  }
  return {
    model: fitBoosted(table, options(best.maxLeaves), best.trees),
    settings: { trees: best.trees, maxLeaves: best.maxLeaves, minLeaf, learningRate: 0.1, l2: 1 },
    heldOutError: Number.isFinite(best.error) ? best.error : null,
  };
}

/** The number of trees with the least held-out error, and that error. */
function crossValidate(
  table: TrainingTable,
  folds: readonly Fold[],
  options: BoostingOptions,
  control: JobControl,
): { readonly trees: number; readonly error: number } {
  let total = 0;
  for (const { inside } of folds) for (const i of inside) total += table.weights[i];
  if (total === 0) return { trees: 0, error: Number.POSITIVE_INFINITY };
  const boosters = folds.map(({ outside }) => createBooster(table, outside, options));
  const error = (): number =>
    boosters.reduce((sum, { predicted }, k) => sum + squaredError(table, predicted, folds[k].inside), 0) /
    total;
  let best = { trees: 0, error: error() };
  for (let trees = 1; trees <= MOST_ITERATIONS && trees <= best.trees + PATIENCE; trees++) {
    control.throwIfCancelled();
    for (const booster of boosters) booster.step();
    const now = error();
    if (now < best.error) best = { trees, error: now };
  }
  return best;
}
