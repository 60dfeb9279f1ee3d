import { encoderDescription } from '../../src/encoders/encoder-description.ts';
import type { EncoderDescription } from '../../src/runtime/manifest.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** Vectors of prompts, imported or made here, by the name of the encoder that made them. */

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

interface EncoderRow {
  readonly description_json: string;
}

/** How an encoder's vectors were made; null for imported ones. */
export function getEncoderDescription(db: ReadableDb, encoder: string): EncoderDescription | null {
  const row = db
    .prepare<[string], EncoderRow>('SELECT description_json FROM encoder WHERE name = ?')
    .get(encoder);
  return row === undefined ? null : encoderDescription.parse(JSON.parse(row.description_json));
}

export function putEncoderDescription(
  db: WritableDb,
  encoder: string,
  description: EncoderDescription,
  createdMs: number,
): void {
  db.prepare('INSERT INTO encoder (name, created_ms, description_json) VALUES (?, ?, ?)').run(
    encoder,
    createdMs,
    JSON.stringify(description),
  );
}

/** A prompt that has a text and no vector of an encoder yet. */
export interface PendingText {
  readonly promptId: number;
  readonly text: string;
  readonly normHash: string;
}

const PENDING = `FROM prompt p WHERE trim(p.text, char(9, 10, 11, 12, 13, 32)) <> ''
  AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.prompt_id = p.id AND e.encoder = ?)`;

/** The next pending prompts after `afterId`, by id. */
export function listPendingTexts(
  db: ReadableDb,
  encoder: string,
  afterId: number,
  limit: number,
): readonly PendingText[] {
  return db
    .prepare<[string, number, number], PendingText>(
      `SELECT p.id AS promptId, p.text, p.norm_hash AS normHash ${PENDING} AND p.id > ? ORDER BY p.id LIMIT ?`,
    )
    .all(encoder, afterId, limit);
}

/** Every pending text, one at a time, for counting. */
export function* iteratePendingTexts(db: ReadableDb, encoder: string): Generator<string> {
  const rows = db.prepare<[string], { text: string }>(`SELECT p.text ${PENDING}`);
  for (const { text } of rows.iterate(encoder)) yield text;
}

/** The vector that another prompt of exactly this text has from the encoder. */
export function findVectorOfText(
  db: ReadableDb,
  encoder: string,
  { text, normHash }: Pick<PendingText, 'text' | 'normHash'>,
): Float64Array | null {
  const bytes = db
    .prepare<[string, string, string], Uint8Array>(
      `SELECT e.vector FROM prompt q CROSS JOIN embedding e ON e.prompt_id = q.id AND e.encoder = ?
       WHERE q.norm_hash = ? AND q.text = ? LIMIT 1`,
    )
    .pluck()
    .get(encoder, normHash, text);
  return bytes === undefined ? null : toVector(bytes);
}

export interface PromptCounts {
  readonly prompts: number;
  readonly withVector: number;
  readonly withoutText: number;
}

export function countForEncoder(db: ReadableDb, encoder: string): PromptCounts {
  const counts = db
    .prepare<[string], PromptCounts>(
      `SELECT count(*) AS prompts, (SELECT count(*) FROM embedding WHERE encoder = ?) AS withVector,
         coalesce(sum(trim(text, char(9, 10, 11, 12, 13, 32)) = ''), 0) AS withoutText FROM prompt`,
    )
    .get(encoder);
  return counts ?? { prompts: 0, withVector: 0, withoutText: 0 };
}
