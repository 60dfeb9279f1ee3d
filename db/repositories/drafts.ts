import type { ReadableDb, WritableDb } from '../sqlite.ts';
import type { GradingItem } from './grading.ts';

/** A grade that is not submitted yet, overwritten at every change. */
export interface NewDraft extends GradingItem {
  /** Stored as JSON. */
  readonly draft: unknown;
  readonly updatedMs: number;
}

export interface Draft extends NewDraft {
  /** The responses it is about, where the project has them. */
  readonly responseAId: number | null;
  readonly responseBId: number | null;
}

interface DraftRow {
  readonly prompt_id: number;
  readonly model_a_id: number;
  /** 0 for an item of one model. */
  readonly model_b_id: number;
  readonly response_a_id: number | null;
  readonly response_b_id: number | null;
  readonly draft_json: string;
  readonly updated_ms: number;
}

const SELECT = `SELECT d.*, ra.id AS response_a_id, rb.id AS response_b_id FROM grading_draft d
  LEFT JOIN response ra ON ra.prompt_id = d.prompt_id AND ra.model_id = d.model_a_id
  LEFT JOIN response rb ON rb.prompt_id = d.prompt_id AND rb.model_id = d.model_b_id`;

export function saveDraft(db: WritableDb, raterId: number, draft: NewDraft): void {
  db.prepare(
    `INSERT INTO grading_draft (rater_id, prompt_id, model_a_id, model_b_id, draft_json, updated_ms)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET draft_json = excluded.draft_json, updated_ms = excluded.updated_ms`,
  ).run(
    raterId,
    draft.promptId,
    draft.modelAId,
    draft.modelBId ?? 0,
    JSON.stringify(draft.draft),
    draft.updatedMs,
  );
}

export function getDraft(db: ReadableDb, raterId: number, item: GradingItem): Draft | null {
  const row = db
    .prepare<[number, number, number, number], DraftRow>(
      `${SELECT} WHERE d.rater_id = ? AND d.prompt_id = ? AND d.model_a_id = ? AND d.model_b_id = ?`,
    )
    .get(raterId, item.promptId, item.modelAId, item.modelBId ?? 0);
  return row === undefined ? null : toDraft(row);
}

/** Newest first. */
export function listDrafts(db: ReadableDb, raterId: number): readonly Draft[] {
  return db
    .prepare<[number], DraftRow>(`${SELECT} WHERE d.rater_id = ? ORDER BY d.updated_ms DESC, d.prompt_id`)
    .all(raterId)
    .map(toDraft);
}

/** Removes a draft; nothing happens where there is none. */
export function deleteDraft(db: WritableDb, raterId: number, item: GradingItem): void {
  db.prepare(
    'DELETE FROM grading_draft WHERE rater_id = ? AND prompt_id = ? AND model_a_id = ? AND model_b_id = ?',
  ).run(raterId, item.promptId, item.modelAId, item.modelBId ?? 0);
}

function toDraft(row: DraftRow): Draft {
  const draft: unknown = JSON.parse(row.draft_json);
  return {
    promptId: row.prompt_id,
    modelAId: row.model_a_id,
    modelBId: row.model_b_id === 0 ? null : row.model_b_id,
    responseAId: row.response_a_id,
    responseBId: row.response_b_id,
    draft,
    updatedMs: row.updated_ms,
  };
}
