import type { ReadableDb } from '../sqlite.ts';

export interface PromptText {
  readonly id: number;
  readonly text: string;
  readonly normHash: string;
  readonly category: string | null;
  readonly language: string | null;
}

/** Prompts by id, all at once. */
export function promptTexts(db: ReadableDb, ids: readonly number[]): ReadonlyMap<number, PromptText> {
  const rows = db
    .prepare<[string], PromptText>(
      `SELECT id, text, norm_hash AS normHash, category, language FROM prompt
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map((row) => [row.id, row]));
}
