import type { ReadableDb, WritableDb } from '../sqlite.ts';
import { inTransaction } from '../sqlite.ts';

/** The full-text index follows the rows: everything up to the highest id indexed is in it. */

const TABLES = ['prompt', 'response'] as const;

/** A step is a few milliseconds, so that whoever asks meanwhile does not notice. */
const STEP_CHARACTERS = 100_000;
const STEP_ROWS = 2_000;

/** Indexes some of the rows that are not indexed yet; false where none are left. */
export function indexMore(db: WritableDb): boolean {
  return TABLES.some((table) => indexSome(db, table) > 0);
}

/** About how many rows are still to be indexed, prompts and responses together; 0 where none are. */
export function countUnindexed(db: ReadableDb): number {
  return TABLES.reduce((sum, table) => {
    // Rows without a text are never indexed: the newest that has one says how far there is to go.
    const newest =
      db
        .prepare<[], number>(`SELECT id FROM ${table} WHERE text IS NOT NULL ORDER BY id DESC LIMIT 1`)
        .pluck()
        .get() ?? 0;
    return sum + Math.max(0, newest - lastIndexed(db, table));
  }, 0);
}

/**
 * A person's words as a query of FTS5: every word or "quoted phrase" must occur, the last word may go on. Null where there
 * is no word in it. Operators of the query language are words like others.
 */
export function toMatchQuery(search: string): string | null {
  const parts = [...search.matchAll(/"([^"]*)"|([^\s"]+)/g)].flatMap((match) => {
    const phrase = match.at(1);
    const text = phrase ?? match.at(2) ?? '';
    return /[\p{L}\p{N}]/u.test(text) ? [{ text, isPhrase: phrase !== undefined }] : [];
  });
  if (parts.length === 0) return null;
  const isOpen = /[\p{L}\p{N}]$/u.test(search);
  return parts
    .map(({ text, isPhrase }, i) => `"${text}"${isOpen && !isPhrase && i === parts.length - 1 ? '*' : ''}`)
    .join(' ');
}

function indexSome(db: WritableDb, table: (typeof TABLES)[number]): number {
  const rows = db
    .prepare<[number, number], { id: number; chars: number }>(
      `SELECT id, length(text) AS chars FROM ${table} WHERE id > ? AND text IS NOT NULL ORDER BY id LIMIT ?`,
    )
    .all(lastIndexed(db, table), STEP_ROWS);
  let chars = 0;
  const taken = rows.filter((row, i) => (chars += row.chars) <= STEP_CHARACTERS || i === 0);
  const first = taken.at(0)?.id;
  const last = taken.at(-1)?.id;
  if (first === undefined || last === undefined) return 0;
  inTransaction(db, () => {
    db.prepare(
      `INSERT INTO ${table}_search (rowid, text)
       SELECT id, text FROM ${table} WHERE id BETWEEN ? AND ? AND text IS NOT NULL`,
    ).run(first, last);
  });
  return taken.length;
}

function lastIndexed(db: ReadableDb, table: (typeof TABLES)[number]): number {
  return db.prepare<[], number | null>(`SELECT max(id) FROM ${table}_search_docsize`).pluck().get() ?? 0;
}
