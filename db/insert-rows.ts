import type { WritableDb } from './sqlite.ts';

type Value = string | number | null;

/** A statement with more parameters than this is slower to bind than it saves. */
const ROWS_AT_ONCE = 100;

/**
 * Inserts rows a hundred at a time, about twice as fast as one by one; answers how many were. Rows whose primary key is there
 * already are passed over.
 *
 * @param columns what each row holds; @param shared columns that are the same for all.
 */
export function insertRows(
  db: WritableDb,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Value[]>,
  shared: Readonly<Record<string, Value>> = {},
): number {
  const into = [...columns, ...Object.keys(shared)].join(', ');
  const row = [...columns.map(() => '?'), ...Object.keys(shared).map((name) => `@${name}`)].join(', ');
  const statementFor = (count: number) =>
    db.prepare<[...Value[], typeof shared]>(
      `INSERT INTO ${table} (${into}) VALUES ${Array(count).fill(`(${row})`).join(', ')} ON CONFLICT DO NOTHING`,
    );
  const full = statementFor(ROWS_AT_ONCE);
  const size = ROWS_AT_ONCE * columns.length;
  let inserted = 0;
  let waiting: Value[] = [];
  for (const values of rows) {
    for (const value of values) waiting.push(value);
    if (waiting.length < size) continue;
    inserted += full.run(...waiting, shared).changes;
    waiting = [];
  }
  if (waiting.length > 0)
    inserted += statementFor(waiting.length / columns.length).run(...waiting, shared).changes;
  return inserted;
}
