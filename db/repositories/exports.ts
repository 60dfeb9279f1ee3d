import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** A bundle that was written: of which run, where to, in which formats. */
export interface ExportRecord {
  readonly id: string;
  readonly runId: string;
  readonly directory: string;
  readonly formats: unknown;
  readonly createdMs: number;
}

interface ExportRow {
  readonly id: string;
  readonly run_id: string;
  readonly directory: string;
  readonly formats_json: string;
  readonly created_ms: number;
}

export function insertExport(db: WritableDb, record: ExportRecord): void {
  db.prepare(
    'INSERT INTO export (id, run_id, directory, formats_json, created_ms) VALUES (?, ?, ?, ?, ?)',
  ).run(record.id, record.runId, record.directory, JSON.stringify(record.formats), record.createdMs);
}

/** Newest first: of one run, or all. */
export function listExports(db: ReadableDb, runId?: string): readonly ExportRecord[] {
  return db
    .prepare<[{ runId: string | null }], ExportRow>(
      'SELECT * FROM export WHERE @runId IS NULL OR run_id = @runId ORDER BY created_ms DESC, id DESC',
    )
    .all({ runId: runId ?? null })
    .map((row) => {
      const formats: unknown = JSON.parse(row.formats_json);
      return {
        id: row.id,
        runId: row.run_id,
        directory: row.directory,
        formats,
        createdMs: row.created_ms,
      };
    });
}
