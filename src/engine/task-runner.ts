import { Worker } from 'node:worker_threads';
import type { ErrorPayload } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { TaskReply, TaskRequest, TaskTypes } from './task-protocol.ts';

export interface TaskRun<T extends TaskTypes, K extends keyof T> {
  readonly workerUrl: URL;
  readonly request: TaskRequest<T, K>;
  readonly onProgress: (progress: Progress) => void;
  /** Aborts when the job is cancelled: the worker has `graceMs` to stop by itself, then it is ended. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** Runs one task in a worker of its own. A worker that dies rejects with AppError and harms nothing else. */
export function runTask<T extends TaskTypes, K extends keyof T>(run: TaskRun<T, K>): Promise<T[K]['result']> {
  const { workerUrl, request, onProgress, signal, graceMs } = run;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelledError());
      return;
    }
    // Not the host's own flags: a worker is to run the same whatever started the program.
    const worker = new Worker(workerUrl, { execArgv: [], stdin: false });
    let graceTimer: ReturnType<typeof setTimeout> | undefined;

    const settle = (finish: () => void): void => {
      clearTimeout(graceTimer);
      signal.removeEventListener('abort', onAbort);
      worker.removeAllListeners('message');
      finish();
    };
    const onAbort = (): void => {
      graceTimer = setTimeout(() => {
        settle(() => {
          reject(cancelledError());
        });
        void worker.terminate();
      }, graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });

    worker.on('message', (reply: TaskReply<T[K]['result']>) => {
      switch (reply.type) {
        case 'progress':
          onProgress(reply.progress);
          return;
        case 'result':
          settle(() => {
            resolve(reply.result);
          });
          return;
        case 'error':
          settle(() => {
            reject(fromPayload(reply.error));
          });
          return;
      }
    });
    worker.on('error', (error) => {
      settle(() => {
        reject(describeCrash(error));
      });
    });
    worker.on('exit', (code) => {
      // After a result this changes nothing: a promise settles once.
      settle(() => {
        reject(
          signal.aborted
            ? cancelledError()
            : new AppError('internal', `The worker stopped without a result (exit code ${code}).`),
        );
      });
    });
    worker.postMessage(request);
  });
}

function cancelledError(): AppError {
  return new AppError('cancelled', 'Cancelled.');
}

function fromPayload(error: ErrorPayload): AppError {
  return new AppError(
    error.code,
    error.message,
    error.details === undefined ? {} : { details: error.details },
  );
}

function describeCrash(error: unknown): AppError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new AppError('internal', 'The worker ran out of memory. Try fewer prompts or dimensions.', {
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('internal', `The worker crashed: ${message}`, { cause: error });
}
