import type { ReadableDb } from '../sqlite.ts';
import type { GradingItem } from './grading.ts';

/** An item on which raters differ. */
export interface Disagreement extends GradingItem {
  readonly raters: number;
  /** The widest difference: of gains in [-1, 1] for a pair, of shares of the scale for a single response. */
  readonly distance: number;
}

/** Each grade as one number: a score (or the difference of two) as a share of its scale, a verdict as 1, 0 or −1. */
const VALUE = `CASE
    WHEN g.score_a IS NOT NULL AND g.score_b IS NOT NULL THEN (g.score_a - g.score_b) / coalesce(g.scale_hi - g.scale_lo, 1)
    WHEN g.score_a IS NOT NULL THEN (g.score_a - coalesce(g.scale_lo, 0)) / coalesce(g.scale_hi - g.scale_lo, 1)
    WHEN g.verdict = 'a' THEN 1.0 WHEN g.verdict = 'b' THEN -1.0 ELSE 0.0 END`;
const DECISION = "(g.action = 'adjudicate')";

/**
 * Items of a task with grades of two raters or more that differ, and that nobody has decided (or that somebody has); the
 * furthest apart first. A decision is not one of the grades that differ.
 */
export function disagreedItems(db: ReadableDb, taskId: string, isDecided = false): readonly Disagreement[] {
  return db
    .prepare<[string, number], Disagreement>(
      `SELECT g.prompt_id AS promptId, g.model_a_id AS modelAId, g.model_b_id AS modelBId,
         count(DISTINCT CASE WHEN NOT ${DECISION} THEN g.rater_id END) AS raters,
         max(CASE WHEN NOT ${DECISION} THEN ${VALUE} END) - min(CASE WHEN NOT ${DECISION} THEN ${VALUE} END) AS distance
       FROM current_grade g JOIN rater r ON r.id = g.rater_id
       WHERE g.task_id = ? AND r.kind = 'person'
       GROUP BY g.prompt_id, g.model_a_id, g.model_b_id
       HAVING raters > 1 AND distance > 1e-9 AND max(${DECISION}) = ?
       ORDER BY distance DESC, g.prompt_id, g.model_a_id`,
    )
    .all(taskId, Number(isDecided));
}

/** The items of a task that stand in an open queue for a decision and were not decided there, with the names of these queues. */
export function itemsToBeDecided(
  db: ReadableDb,
  taskId: string,
): readonly (GradingItem & { readonly queue: string })[] {
  return db
    .prepare<[string], GradingItem & { readonly queue: string }>(
      `SELECT i.prompt_id AS promptId, i.model_a_id AS modelAId, nullif(i.model_b_id, 0) AS modelBId, q.name AS queue
       FROM grading_queue q JOIN queue_item i ON i.queue_id = q.id
       WHERE q.task_id = ? AND q.kind = 'adjudication' AND q.is_open = 1 AND i.graded < i.wanted`,
    )
    .all(taskId);
}
