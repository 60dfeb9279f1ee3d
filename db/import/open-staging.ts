import { connect } from '../sqlite.ts';
import type { Connection } from '../sqlite.ts';

/**
 * Opens a new staging file: fast, not durable. Its journal is in memory (SQLite's defensive mode, which is on, refuses to go
 * without one); it stays small, because pages that are new in a transaction are not in it.
 */
export function openStaging(path: string): Connection {
  const db = connect(path, { mustExist: false });
  for (const pragma of [
    'page_size = 8192',
    'journal_mode = memory',
    'synchronous = off',
    'locking_mode = exclusive',
  ])
    db.pragma(pragma);
  return db;
}
