import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** Imported vectors of prompts, by the name of the encoder that made them. */

export interface EncoderCount {
  readonly encoder: string;
  readonly dimension: number;
  readonly prompts: number;
}

/** Stores vectors, replacing those of the same prompt and encoder. */
export function putEmbeddings(
  db: WritableDb,
  encoder: string,
  rows: Iterable<{ readonly promptId: number; readonly vector: Float64Array }>,
): void {
  const insert = db.prepare(
    `INSERT INTO embedding (prompt_id, encoder, vector) VALUES (?, ?, ?)
     ON CONFLICT (prompt_id, encoder) DO UPDATE SET vector = excluded.vector`,
  );
  db.transaction(() => {
    for (const { promptId, vector } of rows) {
      insert.run(promptId, encoder, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
    }
  })();
}

export function getEmbedding(db: ReadableDb, encoder: string, promptId: number): Float64Array | null {
  const bytes = db
    .prepare<[number, string], Uint8Array>('SELECT vector FROM embedding WHERE prompt_id = ? AND encoder = ?')
    .pluck()
    .get(promptId, encoder);
  return bytes === undefined ? null : toVector(bytes);
}

/** Every vector of an encoder, by prompt id. One at a time: a project of 100,000 prompts holds a gigabyte of them. */
export function* iterateEmbeddings(
  db: ReadableDb,
  encoder: string,
): Generator<{ readonly promptId: number; readonly vector: Float64Array }> {
  const rows = db.prepare<[string], { promptId: number; vector: Uint8Array }>(
    'SELECT prompt_id AS promptId, vector FROM embedding WHERE encoder = ? ORDER BY prompt_id',
  );
  for (const row of rows.iterate(encoder)) yield { promptId: row.promptId, vector: toVector(row.vector) };
}

export function listEncoders(db: ReadableDb): readonly EncoderCount[] {
  return db
    .prepare<[], EncoderCount>(
      'SELECT encoder, max(length(vector)) / 8 AS dimension, count(*) AS prompts FROM embedding GROUP BY encoder',
    )
    .all();
}

/** A copy: the bytes SQLite hands out need not start where a float64 may. */
function toVector(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
