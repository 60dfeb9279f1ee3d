import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** A training, as it is listed. The documents are stored as JSON; what they hold is the engine's business. */
export interface RunSummary {
  readonly id: string;
  readonly createdMs: number;
  readonly config: unknown;
  readonly manifest: unknown;
}

export interface Run extends RunSummary {
  readonly result: unknown;
}

interface SummaryRow {
  readonly id: string;
  readonly created_ms: number;
  readonly config_json: string;
  readonly manifest_json: string;
}

interface RunRow extends SummaryRow {
  readonly result_json: string;
}

/** Stores a run, the bytes of its router.safetensors and its estimators: all or nothing. */
export function insertRun(
  db: WritableDb,
  run: Run & { readonly safetensors?: Uint8Array; readonly models?: Uint8Array },
): void {
  db.transaction(() => {
    db.prepare(
      'INSERT INTO run (id, created_ms, config_json, manifest_json, result_json) VALUES (?, ?, ?, ?, ?)',
    ).run(
      run.id,
      run.createdMs,
      JSON.stringify(run.config),
      JSON.stringify(run.manifest),
      JSON.stringify(run.result),
    );
    if (run.safetensors !== undefined) {
      db.prepare('INSERT INTO run_artifact (run_id, safetensors) VALUES (?, ?)').run(run.id, run.safetensors);
    }
    if (run.models !== undefined) {
      db.prepare('INSERT INTO run_models (run_id, safetensors) VALUES (?, ?)').run(run.id, run.models);
    }
  })();
}

/** Newest first, without their results. */
export function listRuns(db: ReadableDb): readonly RunSummary[] {
  return db
    .prepare<[], SummaryRow>(
      'SELECT id, created_ms, config_json, manifest_json FROM run ORDER BY created_ms DESC, id DESC',
    )
    .all()
    .map(toSummary);
}

/** Newest first, with their results. */
export function listRunsWithResults(db: ReadableDb): readonly Run[] {
  return db.prepare<[], RunRow>('SELECT * FROM run ORDER BY created_ms DESC, id DESC').all().map(toRun);
}

/** The run of that id, or the newest; null where there is none. */
export function getRun(db: ReadableDb, id?: string): Run | null {
  const row = db
    .prepare<[{ id: string | null }], RunRow>(
      'SELECT * FROM run WHERE @id IS NULL OR id = @id ORDER BY created_ms DESC, id DESC LIMIT 1',
    )
    .get({ id: id ?? null });
  return row === undefined ? null : toRun(row);
}

/** The router of a run, byte for byte as an export writes it. */
export function getRunArtifact(db: ReadableDb, runId: string): Uint8Array | null {
  const bytes = db
    .prepare<[string], Uint8Array>('SELECT safetensors FROM run_artifact WHERE run_id = ?')
    .pluck()
    .get(runId);
  return bytes ?? null;
}

/** The estimators of a run, as they were stored; null for runs of earlier versions. */
export function getRunModels(db: ReadableDb, runId: string): Uint8Array | null {
  const bytes = db
    .prepare<[string], Uint8Array>('SELECT safetensors FROM run_models WHERE run_id = ?')
    .pluck()
    .get(runId);
  return bytes ?? null;
}

function toSummary(row: SummaryRow): RunSummary {
  const config: unknown = JSON.parse(row.config_json);
  const manifest: unknown = JSON.parse(row.manifest_json);
  return { id: row.id, createdMs: row.created_ms, config, manifest };
}

function toRun(row: RunRow): Run {
  const result: unknown = JSON.parse(row.result_json);
  return { ...toSummary(row), result };
}
