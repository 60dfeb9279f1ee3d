import type { ErrorPayload } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import type { AppEvent } from './events.ts';
import type { jobProgress } from './jobs.ts';
import type { Frozen } from './method.ts';
import type { Answer, JobMethodName, JobResult, MethodInput, MethodName, MethodOutput } from './methods.ts';
import { methods } from './methods.ts';
import type { z } from './zod.ts';

/** How a client reaches an engine: directly, or over any wire that carries JSON-like values both ways. */
export interface Transport {
  readonly call: (method: string, input: unknown) => Promise<Answer<unknown>>;
  readonly subscribe: (
    listener: (event: AppEvent) => void,
    options: { readonly signal: AbortSignal },
  ) => void;
}

export type JobProgress = Frozen<z.output<typeof jobProgress>>;

export interface RunOptions {
  /** Cancels the job; `run` then throws AppError `cancelled` once the job has stopped. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** The typed side of the contract. What the engine refuses is thrown as AppError. */
export interface Client {
  readonly call: <N extends MethodName>(method: N, input: MethodInput<N>) => Promise<MethodOutput<N>>;
  /** Starts a job and waits for its result. */
  readonly run: <N extends JobMethodName>(
    method: N,
    input: MethodInput<N>,
    options?: RunOptions,
  ) => Promise<JobResult<N>>;
  readonly subscribe: Transport['subscribe'];
}

type Outputs = { readonly [N in MethodName]: { readonly output: z.ZodType<MethodOutput<N>> } };
type Results = { readonly [N in JobMethodName]: { readonly result: z.ZodType<JobResult<N>> } };
const outputs: Outputs = methods;
const results: Results = methods;

export function createClient(transport: Transport): Client {
  async function call<N extends MethodName>(method: N, input: MethodInput<N>): Promise<MethodOutput<N>> {
    const answer = await transport.call(method, input);
    if (!answer.ok) throw toError(answer.error);
    return outputs[method].output.parse(answer.value);
  }

  async function run<N extends JobMethodName>(
    method: N,
    input: MethodInput<N>,
    options: RunOptions = {},
  ): Promise<JobResult<N>> {
    const job = await startJob(method, input, options);
    const { result } = await call('job.result', { jobId: job });
    return results[method].result.parse(result);
  }

  /** Answers the id of the job once it is over. */
  async function startJob(method: JobMethodName, input: unknown, options: RunOptions): Promise<string> {
    const { signal, onProgress } = options;
    if (isAborted(signal)) throw new AppError('cancelled', 'Cancelled before it started.');
    const over = new AbortController();
    const finishedJobs = new Set<string>();
    let jobId: string | null = null;
    let resolveFinished: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (resolveFinished = resolve));
    try {
      transport.subscribe(
        (event) => {
          if (event.name === 'job.progressed' && event.data.jobId === jobId)
            onProgress?.(event.data.progress);
          if (event.name !== 'job.finished') return;
          finishedJobs.add(event.data.jobId);
          if (event.data.jobId === jobId) resolveFinished();
        },
        { signal: over.signal },
      );
      const answer = await transport.call(method, input);
      if (!answer.ok) throw toError(answer.error);
      const started = outputs[method].output.parse(answer.value);
      jobId = started.jobId;
      if (finishedJobs.has(jobId)) return jobId;
      const cancel = (): void => {
        // The job may be over already: then there is nothing to cancel, and job.finished has the truth.
        void transport.call('job.cancel', { jobId: started.jobId });
      };
      if (isAborted(signal)) cancel();
      signal?.addEventListener('abort', cancel, { signal: over.signal, once: true });
      await finished;
      return jobId;
    } finally {
      over.abort();
    }
  }

  return { call, run, subscribe: transport.subscribe };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function toError(payload: ErrorPayload): AppError {
  return new AppError(
    payload.code,
    payload.message,
    payload.details === undefined ? undefined : { details: payload.details },
  );
}
