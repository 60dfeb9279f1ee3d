import type { Clock } from '../core/clock.ts';
import { AppError, toErrorPayload } from '../core/errors.ts';
import type { JobControl } from '../core/progress.ts';
import type { Emit } from './event-bus.ts';
import { createProgressReporter } from './job-progress.ts';
import type { JobKind, JobRecord, JobStore } from './job-store.ts';
import { createCancelFlag, isCancelled, raiseCancelFlag } from './task-protocol.ts';

/** What the work of a job gets. */
export interface JobContext {
  readonly jobId: string;
  readonly control: JobControl;
  /** For workers: raised when the job is cancelled. */
  readonly cancelFlag: SharedArrayBuffer;
  /** For everything that waits: aborts when the job is cancelled. */
  readonly signal: AbortSignal;
}

export type JobWork = (context: JobContext) => Promise<unknown>;

export interface JobHost {
  /** Queues a job and answers its id. */
  readonly start: (kind: JobKind, work: JobWork) => string;
  readonly cancel: (id: string) => JobRecord;
  readonly get: (id: string) => JobRecord;
  readonly list: (limit: number) => readonly JobRecord[];
  /** The result of a succeeded job; throws the error of one that is not. */
  readonly result: (id: string) => unknown;
  /** Cancels what runs and waits until it has stopped. */
  readonly close: () => Promise<void>;
}

export interface JobHostDeps {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly emit: Emit;
  readonly maxRunning: number;
}

interface LiveJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly work: JobWork;
  readonly cancelFlag: SharedArrayBuffer;
  readonly abort: AbortController;
}

/** Results are kept in memory for whoever started the job; what lasts is in the project's tables. */
const KEPT_RESULTS = 64;

/** Runs jobs: a row each, at most `maxRunning` at a time, in the order in which they came. */
export function createJobHost(deps: JobHostDeps): JobHost {
  const { store, clock, newId, emit } = deps;
  const queue: LiveJob[] = [];
  const live = new Map<string, LiveJob>();
  const running = new Map<string, Promise<void>>();
  const results = new Map<string, unknown>();
  let isClosed = false;

  function start(kind: JobKind, work: JobWork): string {
    if (isClosed) throw new AppError('conflict', 'The project is being closed: no new jobs.');
    const job = { id: newId(), kind, work, cancelFlag: createCancelFlag(), abort: new AbortController() };
    store.insert({ id: job.id, kind, createdMs: clock() });
    live.set(job.id, job);
    queue.push(job);
    emit({ name: 'job.queued', data: { jobId: job.id, kind } });
    // Not before the caller has the id.
    setImmediate(startNext);
    return job.id;
  }

  function startNext(): void {
    while (running.size < deps.maxRunning) {
      const job = queue.shift();
      if (job === undefined) return;
      const done = execute(job).finally(() => {
        running.delete(job.id);
        startNext();
      });
      running.set(job.id, done);
    }
  }

  async function execute(job: LiveJob): Promise<void> {
    const { id, kind } = job;
    const reporter = createProgressReporter(clock, (progress) => {
      emit({ name: 'job.progressed', data: { jobId: id, kind, progress } });
    });
    const control: JobControl = {
      report: reporter.report,
      throwIfCancelled: () => {
        if (isCancelled(job.cancelFlag)) throw new AppError('cancelled', 'Cancelled.');
      },
    };
    try {
      store.markRunning(id, clock());
      emit({ name: 'job.started', data: { jobId: id, kind } });
      const result = await job.work({
        jobId: id,
        control,
        cancelFlag: job.cancelFlag,
        signal: job.abort.signal,
      });
      reporter.flush();
      keepResult(id, result);
      finish(job, 'succeeded', null);
    } catch (error) {
      reporter.flush();
      const wasCancelled = isCancelled(job.cancelFlag);
      const payload = wasCancelled
        ? { code: 'cancelled' as const, message: 'Cancelled.' }
        : toErrorPayload(error);
      finish(job, wasCancelled ? 'cancelled' : 'failed', payload);
    }
  }

  /** Says how a job ended even where the row can no longer be written: a waiting caller must never hang. */
  function finish(
    job: LiveJob,
    state: 'succeeded' | 'failed' | 'cancelled',
    error: JobRecord['error'],
  ): void {
    let shown = { state, error };
    live.delete(job.id);
    try {
      store.finish(job.id, { state, error, finishedMs: clock() });
    } catch (writeError) {
      shown = { state: 'failed', error: toErrorPayload(writeError) };
    }
    emit({ name: 'job.finished', data: { jobId: job.id, kind: job.kind, ...shown } });
  }

  function keepResult(id: string, result: unknown): void {
    results.set(id, result);
    const oldest = results.keys().next();
    if (results.size > KEPT_RESULTS && oldest.done !== true) results.delete(oldest.value);
  }

  function get(id: string): JobRecord {
    const record = store.get(id);
    if (record === null) throw new AppError('not-found', `There is no job ${id} in this project.`);
    return record;
  }

  function cancel(id: string): JobRecord {
    const job = live.get(id);
    if (job === undefined) {
      throw new AppError('conflict', `Job ${id} is over already (${get(id).state}); nothing to cancel.`);
    }
    raiseCancelFlag(job.cancelFlag);
    job.abort.abort();
    const place = queue.indexOf(job);
    if (place >= 0) {
      queue.splice(place, 1);
      finish(job, 'cancelled', { code: 'cancelled', message: 'Cancelled.' });
    }
    return get(id);
  }

  function result(id: string): unknown {
    const record = get(id);
    if (record.error !== null) {
      const { code, message, details } = record.error;
      throw new AppError(code, message, details === undefined ? {} : { details });
    }
    if (record.state !== 'succeeded')
      throw new AppError('conflict', `Job ${id} is not over yet (${record.state}).`);
    if (!results.has(id)) {
      throw new AppError('not-found', `The result of job ${id} is no longer kept; the project's runs are.`);
    }
    return results.get(id);
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const id of [...live.keys()]) cancel(id);
    await Promise.all(running.values());
  }

  return { start, cancel, get, list: store.list, result, close };
}
