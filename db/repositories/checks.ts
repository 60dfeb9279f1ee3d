import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** Diagnostics and certificates of runs, as JSON: what they hold is the engine's business. */

/** Replaces what was worked out before: the labels of the project have grown since. */
export function saveDiagnostics(
  db: WritableDb,
  diagnostics: { readonly runId: string; readonly createdMs: number; readonly document: unknown },
): void {
  db.prepare(
    'INSERT OR REPLACE INTO run_diagnostics (run_id, created_ms, document_json) VALUES (?, ?, ?)',
  ).run(diagnostics.runId, diagnostics.createdMs, JSON.stringify(diagnostics.document));
}

/** Null where nobody has asked for them yet. */
export function getDiagnostics(db: ReadableDb, runId: string): unknown {
  const json = db
    .prepare<[string], string>('SELECT document_json FROM run_diagnostics WHERE run_id = ?')
    .pluck()
    .get(runId);
  return json === undefined ? null : parse(json);
}

export function insertCertificate(
  db: WritableDb,
  certificate: {
    readonly id: string;
    readonly runId: string;
    readonly createdMs: number;
    readonly document: unknown;
  },
): void {
  db.prepare('INSERT INTO certificate (id, run_id, created_ms, document_json) VALUES (?, ?, ?, ?)').run(
    certificate.id,
    certificate.runId,
    certificate.createdMs,
    JSON.stringify(certificate.document),
  );
}

/** Newest first; of one run where it is named. */
export function listCertificates(db: ReadableDb, runId?: string): readonly unknown[] {
  return db
    .prepare<[{ runId: string | null }], string>(
      `SELECT document_json FROM certificate WHERE @runId IS NULL OR run_id = @runId
       ORDER BY created_ms DESC, id DESC`,
    )
    .pluck()
    .all({ runId: runId ?? null })
    .map(parse);
}

function parse(json: string): unknown {
  return JSON.parse(json);
}
