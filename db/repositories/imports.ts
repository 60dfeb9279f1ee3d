import type { Warning } from '../../src/core/warning.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** A row of a file that was not taken, and why. */
export interface Refusal {
  readonly line: number;
  readonly reason: string;
}

export interface ImportRecord {
  readonly id: string;
  readonly fileName: string;
  readonly fileSha256: string;
  readonly format: string;
  /** The column mapping, where the format needs one. */
  readonly mapping: unknown;
  readonly rowsRead: number;
  readonly rowsRefused: number;
  /** Rows that were new, by kind. */
  readonly added: Readonly<Record<string, number>>;
  readonly warnings: readonly Warning[];
  readonly createdMs: number;
}

interface ImportRow {
  readonly id: string;
  readonly file_name: string;
  readonly file_sha256: string;
  readonly format: string;
  readonly mapping_json: string | null;
  readonly rows_read: number;
  readonly rows_refused: number;
  readonly added_json: string;
  readonly warnings_json: string;
  readonly created_ms: number;
}

/** Stores the record of an import with the rows it refused: call it inside the transaction that merges its rows. */
export function insertImport(db: WritableDb, record: ImportRecord, refusals: Iterable<Refusal>): void {
  db.prepare(
    `INSERT INTO import (id, file_name, file_sha256, format, mapping_json, rows_read, rows_refused, added_json,
       warnings_json, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    record.id,
    record.fileName,
    record.fileSha256,
    record.format,
    record.mapping === null || record.mapping === undefined ? null : JSON.stringify(record.mapping),
    record.rowsRead,
    record.rowsRefused,
    JSON.stringify(record.added),
    JSON.stringify(record.warnings),
    record.createdMs,
  );
  const insert = db.prepare('INSERT INTO import_refusal (import_id, line, reason) VALUES (?, ?, ?)');
  for (const refusal of refusals) insert.run(record.id, refusal.line, refusal.reason);
}

/** Newest first. */
export function listImports(db: ReadableDb): readonly ImportRecord[] {
  return db
    .prepare<[], ImportRow>('SELECT * FROM import ORDER BY created_ms DESC, id DESC')
    .all()
    .map(toImport);
}

/** The newest import of a file with that content. */
export function findImportBySha256(db: ReadableDb, sha256: string): ImportRecord | null {
  const row = db
    .prepare<[string], ImportRow>(
      'SELECT * FROM import WHERE file_sha256 = ? ORDER BY created_ms DESC LIMIT 1',
    )
    .get(sha256);
  return row === undefined ? null : toImport(row);
}

/** The rows an import refused, in the order of the file. */
export function listRefusals(db: ReadableDb, importId: string): readonly Refusal[] {
  return db
    .prepare<[string], Refusal>('SELECT line, reason FROM import_refusal WHERE import_id = ? ORDER BY line')
    .all(importId);
}

function toImport(row: ImportRow): ImportRecord {
  const mapping: unknown = row.mapping_json === null ? null : JSON.parse(row.mapping_json);
  const added: unknown = JSON.parse(row.added_json);
  const warnings: unknown = JSON.parse(row.warnings_json);
  return {
    id: row.id,
    fileName: row.file_name,
    fileSha256: row.file_sha256,
    format: row.format,
    mapping,
    rowsRead: row.rows_read,
    rowsRefused: row.rows_refused,
    added: toCounts(added),
    warnings: Array.isArray(warnings) ? warnings.filter(isWarning) : [],
    createdMs: row.created_ms,
  };
}

function toCounts(value: unknown): Readonly<Record<string, number>> {
  const entries: readonly [string, unknown][] =
    typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function isWarning(value: unknown): value is Warning {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'message' in value &&
    typeof value.code === 'string' &&
    typeof value.message === 'string'
  );
}
