import type { Matrix } from '../core/matrix.ts';
import { type JobControl, uncontrolled } from '../core/progress.ts';
import type { LearnerFit } from './learner-fit.ts';
import { fitRidge } from './ridge.ts';
import { trainingTable } from './training-table.ts';
import { BOOSTING_BINS, tuneBoostedTrees } from './tune-boosted-trees.ts';
import { tuneForest } from './tune-forest.ts';
import { tuneMlp } from './tune-mlp.ts';
import { tuneNearest } from './tune-nearest.ts';

export type LearnerName = 'ridge' | 'forest' | 'boosted-trees' | 'mlp' | 'knn';

export interface LearnerOptions {
  readonly seed: number;
  /** Rows with the same number are the same prompt: held out together. Absent: every row by itself. */
  readonly group?: ArrayLike<number>;
  /** Asked often whether the fit is still wanted. */
  readonly control?: JobControl;
}

/**
 * Regression of y on x by a learner that chooses its own settings on these rows alone, by held-out error: leave-one-out for
 * ridge, out of bag by group for the forest, cross-validation by group for the others. Called inside a fold, nothing outside
 * the fold is seen. The same rows and seed give the same model.
 *
 * For `mlp`, `startTensorFlow` must have been awaited in this thread.
 *
 * @param x n × d features
 * @param y n targets
 * @param weights n non-negative weights; absent = 1
 * @throws RangeError where there is no row with weight, a shape differs, or a value is not finite.
 */
export function fitLearner(
  name: LearnerName,
  x: Matrix,
  y: Float64Array,
  weights: Float64Array | undefined,
  { seed, group, control = uncontrolled }: LearnerOptions,
): LearnerFit {
  if (name === 'ridge') {
    const { penalty, looError, ...model } = fitRidge(x, y, weights);
    return { model, settings: { penalty }, heldOutError: looError };
  }
  checkInput(x, y, weights);
  const table = trainingTable(x, y, weights, group, name === 'boosted-trees' ? BOOSTING_BINS : undefined);
  switch (name) {
    case 'forest':
      return tuneForest(table, seed, control);
    case 'boosted-trees':
      return tuneBoostedTrees(table, seed, control);
    case 'mlp':
      return tuneMlp(table, seed, control);
    case 'knn':
      return tuneNearest(table, seed, control);
  }
}

function checkInput(x: Matrix, y: Float64Array, w: Float64Array | undefined): void {
  if (y.length !== x.rows || (w !== undefined && w.length !== x.rows)) {
    throw new RangeError(
      `fitLearner: ${x.rows} rows of features, ${y.length} targets, ${w?.length ?? 'no'} weights`,
    );
  }
  if (!y.every(Number.isFinite) || !x.data.every(Number.isFinite) || w?.every(isWeight) === false) {
    throw new RangeError(
      'fitLearner: every feature, target and weight must be a finite number, weights not negative',
    );
  }
  if (x.rows === 0 || w?.some((v) => v > 0) === false) {
    throw new RangeError('fitLearner: expected at least one row with weight, got none');
  }
}

function isWeight(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
