import type { JobControl } from '../core/progress.ts';
import { fitForest, FOREST_DEFAULTS, type ForestFit } from './forest.ts';
import type { LearnerFit } from './learner-fit.ts';
import type { TrainingTable } from './training-table.ts';

/** Labels of gains are noisy: leaves of one row, the usual default, lose to larger ones nearly always. */
const MIN_LEAVES: readonly number[] = [5, 20, 80];

/**
 * A forest of 100 trees whose leaf size is the one with the least out-of-bag error. Whole groups are drawn, so that error is
 * cross-validation by group that costs no further fits. A third of the features is looked at in each split (Breiman's
 * default for regression).
 */
export function tuneForest(table: TrainingTable, seed: number, control: JobControl): LearnerFit {
  const featuresPerSplit = Math.max(1, Math.ceil(table.x.cols / 3));
  const usable = MIN_LEAVES.filter((minLeaf, i) => i === 0 || 2 * minLeaf <= table.x.rows);
  let best: { readonly fit: ForestFit; readonly minLeaf: number; readonly error: number } | null = null;
  for (const minLeaf of usable) {
    const fit = fitForest(table, { ...FOREST_DEFAULTS, featuresPerSplit, minLeaf, seed }, control);
    const error = fit.outOfBagError ?? Number.POSITIVE_INFINITY;
    if (best === null || error < best.error) best = { fit, minLeaf, error };
  }
  if (best === null) throw new RangeError('tuneForest: expected at least one row, got none');
  return {
    model: best.fit.model,
    settings: { trees: FOREST_DEFAULTS.trees, minLeaf: best.minLeaf, featuresPerSplit },
    heldOutError: best.fit.outOfBagError,
  };
}
