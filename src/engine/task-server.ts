import { parentPort } from 'node:worker_threads';
import { AppError, toErrorPayload } from '../core/errors.ts';
import type { ErrorPayload } from '../core/errors.ts';
import type { JobControl } from '../core/progress.ts';
import type { TaskReply, TaskRequest, Tasks, TaskTypes } from './task-protocol.ts';

/** A computing worker cannot wait for a timer, so it throttles by the clock; the last value comes with the result. */
const REPORT_INTERVAL_MS = 50;

/** The worker's side: takes one request, runs that task, answers, ends. */
export function serveTask<T extends TaskTypes>(tasks: Tasks<T>): void {
  if (parentPort === null) throw new Error('This module is the start of a worker thread.');
  const port = parentPort;
  port.once('message', <K extends keyof T>(request: TaskRequest<T, K>) => {
    const reply = (message: TaskReply<T[K]['result']>): void => {
      port.postMessage(message);
    };
    void run(tasks, request, reply).then((last) => {
      reply(last);
      port.close();
    });
  });
}

async function run<T extends TaskTypes, K extends keyof T>(
  tasks: Tasks<T>,
  request: TaskRequest<T, K>,
  reply: (message: TaskReply<T[K]['result']>) => void,
): Promise<TaskReply<T[K]['result']>> {
  try {
    const task = tasks[request.kind];
    const result = await task(request.input, createControl(request.cancelFlag, reply));
    return { type: 'result', result };
  } catch (error) {
    return { type: 'error', error: describe(error) };
  }
}

function createControl(
  cancelFlag: SharedArrayBuffer,
  reply: (message: TaskReply<never>) => void,
): JobControl {
  const flag = new Int32Array(cancelFlag);
  let lastMs = -Infinity;
  let lastStage = '';
  return {
    report: (progress) => {
      const now = performance.now();
      if (progress.stage === lastStage && now - lastMs < REPORT_INTERVAL_MS) return;
      lastMs = now;
      lastStage = progress.stage;
      reply({ type: 'progress', progress });
    },
    throwIfCancelled: () => {
      if (Atomics.load(flag, 0) === 1) throw new AppError('cancelled', 'Cancelled.');
    },
  };
}

/** A bug keeps its stack in the details: nobody else will see where it came from. */
function describe(error: unknown): ErrorPayload {
  const payload = toErrorPayload(error);
  if (payload.code !== 'internal' || !(error instanceof Error)) return payload;
  return { ...payload, details: { ...payload.details, stack: error.stack ?? '' } };
}
