import type { ReadableDb, WritableDb } from '../sqlite.ts';
import type { GradingItem } from './grading.ts';

/** Items whose answer is known. What raters answer is an event with `check_id`, and never gold. */
export interface AttentionCheck extends GradingItem {
  readonly id: string;
  readonly taskId: string;
  /** Null in a pack: a rater's file does not hold the answers. */
  readonly answer: unknown;
  readonly createdMs: number;
}

interface CheckRow {
  readonly id: string;
  readonly task_id: string;
  readonly prompt_id: number;
  readonly model_a_id: number;
  readonly model_b_id: number | null;
  readonly answer_json: string | null;
  readonly created_ms: number;
}

export function insertCheck(db: WritableDb, check: AttentionCheck): void {
  db.prepare(
    `INSERT INTO attention_check (id, task_id, prompt_id, model_a_id, model_b_id, answer_json, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    check.id,
    check.taskId,
    check.promptId,
    check.modelAId,
    check.modelBId,
    check.answer === null ? null : JSON.stringify(check.answer),
    check.createdMs,
  );
}

/** Oldest first. */
export function listChecks(db: ReadableDb, taskId: string): readonly AttentionCheck[] {
  return db
    .prepare<[string], CheckRow>('SELECT * FROM attention_check WHERE task_id = ? ORDER BY created_ms, id')
    .all(taskId)
    .map((row) => {
      const answer: unknown = row.answer_json === null ? null : JSON.parse(row.answer_json);
      return {
        id: row.id,
        taskId: row.task_id,
        promptId: row.prompt_id,
        modelAId: row.model_a_id,
        modelBId: row.model_b_id,
        answer,
        createdMs: row.created_ms,
      };
    });
}
