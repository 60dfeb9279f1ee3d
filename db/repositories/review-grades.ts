import type { ReadableDb } from '../sqlite.ts';
import type { GradingItem, Verdict } from './grading.ts';

/** A person's grade in force, with what a comparison of raters needs. */
export interface ReviewGrade extends GradingItem {
  readonly eventId: string;
  readonly createdMs: number;
  readonly rater: string;
  readonly isAdjudicated: boolean;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly scaleLo: number | null;
  readonly scaleHi: number | null;
  readonly verdict: Verdict | null;
  readonly detail: unknown;
  readonly charsA: number;
  readonly charsB: number | null;
}

interface Row extends Omit<ReviewGrade, 'isAdjudicated' | 'detail'> {
  readonly isAdjudicated: 0 | 1;
  readonly detailJson: string | null;
}

/** Every grade of a task in force, oldest first. Answers to checks are not among them. */
export function reviewGrades(db: ReadableDb, taskId: string): readonly ReviewGrade[] {
  return db
    .prepare<[string], Row>(
      `SELECT g.id AS eventId, g.created_ms AS createdMs, r.name AS rater, g.prompt_id AS promptId,
         g.model_a_id AS modelAId, g.model_b_id AS modelBId, g.action = 'adjudicate' AS isAdjudicated,
         g.score_a AS scoreA, g.score_b AS scoreB, g.scale_lo AS scaleLo, g.scale_hi AS scaleHi, g.verdict,
         g.detail_json AS detailJson, length(a.text) AS charsA, length(b.text) AS charsB
       FROM current_grade g JOIN rater r ON r.id = g.rater_id
       LEFT JOIN response a ON a.prompt_id = g.prompt_id AND a.model_id = g.model_a_id
       LEFT JOIN response b ON b.prompt_id = g.prompt_id AND b.model_id = g.model_b_id
       WHERE g.task_id = ? AND r.kind = 'person' ORDER BY g.created_ms, g.id`,
    )
    .all(taskId)
    .map(({ isAdjudicated, detailJson, ...row }) => {
      const detail: unknown = detailJson === null ? null : JSON.parse(detailJson);
      return { ...row, isAdjudicated: isAdjudicated === 1, detail };
    });
}

/** What a rater did in a task, by kind of event. */
export function countActions(
  db: ReadableDb,
  taskId: string,
): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const rows = db
    .prepare<[string], { rater: string; action: string; count: number }>(
      `SELECT r.name AS rater, e.action, count(*) AS count FROM grading_event e JOIN rater r ON r.id = e.rater_id
       WHERE e.task_id = ? AND e.check_id IS NULL AND (e.action = 'undo' OR NOT EXISTS (
         SELECT 1 FROM grading_event u WHERE u.target_id = e.id AND u.action = 'undo'))
       GROUP BY r.name, e.action`,
    )
    .all(taskId);
  const counts = new Map<string, Record<string, number>>();
  for (const { rater, action, count } of rows) counts.set(rater, { ...counts.get(rater), [action]: count });
  return counts;
}

/** The draw of a prompt, and its places in queues. */
export function promptDraw(
  db: ReadableDb,
  promptId: number,
): {
  readonly isRevealed: boolean;
  readonly propensity: number;
  readonly lookedAt: 'nothing' | 'prompt' | 'verdict';
  readonly method: string;
  readonly createdMs: number;
} | null {
  const row = db
    .prepare<
      [number],
      {
        isRevealed: 0 | 1;
        propensity: number;
        lookedAt: 'nothing' | 'prompt' | 'verdict';
        method: string;
        createdMs: number;
      }
    >(
      `SELECT is_revealed AS isRevealed, propensity, looked_at AS lookedAt, method, created_ms AS createdMs
       FROM gold_draw WHERE prompt_id = ?`,
    )
    .get(promptId);
  return row === undefined ? null : { ...row, isRevealed: row.isRevealed === 1 };
}

interface PromptPlace {
  readonly queueId: number;
  readonly name: string;
  readonly kind: 'random' | 'active' | 'slice' | 'adjudication' | 'pack';
  readonly createdMs: number;
  readonly position: number;
}

export function promptQueues(
  db: ReadableDb,
  promptId: number,
): readonly (PromptPlace & { readonly reason: unknown })[] {
  return db
    .prepare<[number], PromptPlace & { reasonJson: string | null }>(
      `SELECT i.queue_id AS queueId, q.name, q.kind, q.created_ms AS createdMs, i.position, i.reason_json AS reasonJson
       FROM queue_item i JOIN grading_queue q ON q.id = i.queue_id WHERE i.prompt_id = ? ORDER BY q.id, i.position`,
    )
    .all(promptId)
    .map(({ reasonJson, ...row }) => {
      const reason: unknown = reasonJson === null ? null : JSON.parse(reasonJson);
      return { ...row, reason };
    });
}
