import { AppError } from '../core/errors.ts';
import type { GradedCriterion } from '../dataset/canonical.ts';

/** One line of a rubric: so many points where it is met; fewer than none for a fault. */
export interface Criterion {
  readonly id: string;
  readonly text: string;
  readonly points: number;
  readonly tags: readonly string[];
}

/** HealthBench's score of a model: the mean over items, clipped to [0, 1]. NaN of nothing. */
export function clippedMean(scores: readonly number[]): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return Math.min(1, Math.max(0, mean));
}

/** Says which criteria are met; refuses ids that the rubric does not have, and a rubric that cannot be scored. */
export function gradeCriteria(
  criteria: readonly Criterion[],
  metIds: readonly string[],
): readonly GradedCriterion[] {
  requireRubric(criteria);
  const known = new Set(criteria.map((each) => each.id));
  const unknown = metIds.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new AppError(
      'invalid-input',
      'The rubric of this item does not have these criteria: load it again.',
      {
        details: { unknown },
      },
    );
  }
  const met = new Set(metIds);
  return criteria.map(({ id, points }) => ({ id, points, isMet: met.has(id) }));
}

/** A rubric has different ids and something to win. */
export function requireRubric(criteria: readonly Criterion[]): void {
  if (new Set(criteria.map((each) => each.id)).size < criteria.length) {
    throw new AppError('invalid-input', 'Two criteria of a rubric have the same id.');
  }
  if (criteria.some((each) => each.points > 0)) return;
  throw new AppError(
    'invalid-input',
    'A rubric needs a criterion with positive points: the score is the share of them that is met.',
  );
}
