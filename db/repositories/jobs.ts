import { AppError } from '../../src/core/errors.ts';
import type { ErrorCode, ErrorPayload } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export type JobKind =
  'import' | 'train' | 'evaluate' | 'replicate' | 'bias' | 'export' | 'verify' | 'embed' | 'draw';
export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  /** Why it failed. */
  readonly error: ErrorPayload | null;
  readonly createdMs: number;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
}

interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly error_json: string | null;
  readonly created_ms: number;
  readonly started_ms: number | null;
  readonly finished_ms: number | null;
}

export function insertJob(
  db: WritableDb,
  job: { readonly id: string; readonly kind: JobKind; readonly createdMs: number },
): void {
  db.prepare("INSERT INTO job (id, kind, state, created_ms) VALUES (?, ?, 'queued', ?)").run(
    job.id,
    job.kind,
    job.createdMs,
  );
}

/** Queued → running; `conflict` from any other state. */
export function markJobRunning(db: WritableDb, id: string, startedMs: number): void {
  const { changes } = db
    .prepare("UPDATE job SET state = 'running', started_ms = ? WHERE id = ? AND state = 'queued'")
    .run(startedMs, id);
  if (changes === 0) throw notPossible(db, id, 'start');
}

/** Queued or running → over; `conflict` where it is over already. */
export function finishJob(
  db: WritableDb,
  id: string,
  end: Pick<Job, 'state' | 'error'> & { readonly finishedMs: number },
): void {
  const { changes } = db
    .prepare(
      `UPDATE job SET state = ?, error_json = ?, finished_ms = ?
       WHERE id = ? AND state IN ('queued', 'running')`,
    )
    .run(end.state, end.error === null ? null : JSON.stringify(end.error), end.finishedMs, id);
  if (changes === 0) throw notPossible(db, id, 'finish');
}

/**
 * Fails whatever a process that ended left queued or running: call it once after opening, before any job starts. Answers
 * how many there were.
 */
export function failInterruptedJobs(db: WritableDb, nowMs: number): number {
  const error: ErrorPayload = {
    code: 'internal',
    message:
      'Interrupted: the program ended before this job did, and nothing of the job was kept. Start it again.',
    details: { reason: 'interrupted' },
  };
  return db
    .prepare(
      "UPDATE job SET state = 'failed', error_json = ?, finished_ms = ? WHERE state IN ('queued', 'running')",
    )
    .run(JSON.stringify(error), nowMs).changes;
}

export function getJob(db: ReadableDb, id: string): Job | null {
  const row = db.prepare<[string], JobRow>('SELECT * FROM job WHERE id = ?').get(id);
  return row === undefined ? null : toJob(row);
}

/** Newest first. */
export function listJobs(db: ReadableDb, limit: number): readonly Job[] {
  return db
    .prepare<[number], JobRow>('SELECT * FROM job ORDER BY created_ms DESC, id DESC LIMIT ?')
    .all(limit)
    .map(toJob);
}

function notPossible(db: ReadableDb, id: string, what: string): AppError {
  const job = getJob(db, id);
  if (job === null) return new AppError('not-found', `There is no job ${id}.`, { details: { jobId: id } });
  return new AppError('conflict', `The job ${id} cannot ${what}: it is ${job.state}.`, {
    details: { jobId: id, state: job.state },
  });
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    error: row.error_json === null ? null : parseError(row.error_json),
    createdMs: row.created_ms,
    startedMs: row.started_ms,
    finishedMs: row.finished_ms,
  };
}

const errorCodes: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  'not-found': true,
  'already-exists': true,
  'invalid-input': true,
  'not-enough-data': true,
  'newer-format': true,
  damaged: true,
  locked: true,
  conflict: true,
  'parity-failed': true,
  cancelled: true,
  io: true,
  internal: true,
};

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

function parseError(json: string): ErrorPayload {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return { code: 'internal', message: json };
  const code = 'code' in value && isErrorCode(value.code) ? value.code : 'internal';
  const message = 'message' in value && typeof value.message === 'string' ? value.message : json;
  const details =
    'details' in value && typeof value.details === 'object' && value.details !== null
      ? { details: { ...value.details } }
      : {};
  return { code, message, ...details };
}
