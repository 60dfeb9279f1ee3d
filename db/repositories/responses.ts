import type { ReadableDb } from '../sqlite.ts';

export interface Response {
  readonly id: number;
  readonly promptId: number;
  readonly modelId: number;
  readonly model: string;
  readonly text: string | null;
  /** What the model had answered to the turn before. */
  readonly previousText: string | null;
  /** Length before any truncation by the exporter of the data. */
  readonly chars: number | null;
  readonly isTruncated: boolean | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

interface ResponseRow {
  readonly id: number;
  readonly prompt_id: number;
  readonly model_id: number;
  readonly model: string;
  readonly text: string | null;
  readonly previous_text: string | null;
  readonly chars: number | null;
  readonly is_truncated: 0 | 1 | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
}

const SELECT = 'SELECT r.*, m.name AS model FROM response r JOIN model m ON m.id = r.model_id';

export function getResponse(db: ReadableDb, id: number): Response | null {
  const row = db.prepare<[number], ResponseRow>(`${SELECT} WHERE r.id = ?`).get(id);
  return row === undefined ? null : toResponse(row);
}

/** The responses to a prompt, by model name. */
export function listResponses(db: ReadableDb, promptId: number): readonly Response[] {
  return db
    .prepare<[number], ResponseRow>(`${SELECT} WHERE r.prompt_id = ? ORDER BY m.name`)
    .all(promptId)
    .map(toResponse);
}

function toResponse(row: ResponseRow): Response {
  return {
    id: row.id,
    promptId: row.prompt_id,
    modelId: row.model_id,
    model: row.model,
    text: row.text,
    previousText: row.previous_text,
    chars: row.chars,
    isTruncated: row.is_truncated === null ? null : row.is_truncated === 1,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
  };
}
