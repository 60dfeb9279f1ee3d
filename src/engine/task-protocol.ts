import type { ErrorPayload } from '../core/errors.ts';
import type { JobControl, Progress } from '../core/progress.ts';

/**
 * How the engine and a worker talk. A worker gets one message, a request, and answers with any number of progress
 * messages and then one result or error. Whatever crosses is serialisable (structured clone): a frozen snapshot and a
 * configuration in, plain data out, never a database handle.
 */

/** The tasks that a worker knows: by name, what goes in and what comes out. */
export type TaskTypes = Record<string, { readonly input: unknown; readonly result: unknown }>;

export type Tasks<T extends TaskTypes> = {
  readonly [K in keyof T]: (
    input: T[K]['input'],
    control: JobControl,
  ) => T[K]['result'] | Promise<T[K]['result']>;
};

export interface TaskRequest<T extends TaskTypes, K extends keyof T> {
  readonly kind: K;
  readonly input: T[K]['input'];
  /** One Int32: 1 once the job has been cancelled. Shared, because a computing worker reads no messages. */
  readonly cancelFlag: SharedArrayBuffer;
}

export type TaskReply<R> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'result'; readonly result: R }
  | { readonly type: 'error'; readonly error: ErrorPayload };

export function createCancelFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function raiseCancelFlag(flag: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(flag), 0, 1);
}

export function isCancelled(flag: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(flag), 0) === 1;
}
