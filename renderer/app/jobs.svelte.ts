import type { Client, JobProgress } from '../../src/contract/client.ts';
import type { AppEvent } from '../../src/contract/events.ts';
import type { JobMethodName, JobResult, MethodInput, MethodOutput } from '../../src/contract/methods.ts';
import { AppError, toErrorPayload } from '../../src/core/errors.ts';

type JobKind = MethodOutput<'job.get'>['kind'];

/** A job that is queued or runs, whoever started it. */
export interface ActiveJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly progress: JobProgress | null;
}

/** One run of a job method, from start to end. It lives on while its screen is not shown. */
export class JobRun<N extends JobMethodName> {
  readonly input: MethodInput<N>;
  state: 'running' | 'succeeded' | 'failed' | 'cancelled' = $state('running');
  progress: JobProgress | null = $state.raw(null);
  result: JobResult<N> | null = $state.raw(null);
  error: AppError | null = $state.raw(null);
  isCancelling = $state(false);
  /** Settles when the run is over, however it ended. */
  readonly done: Promise<void>;
  readonly #abort = new AbortController();

  constructor(client: Client, method: N, input: MethodInput<N>) {
    this.input = input;
    this.done = this.#follow(client, method);
  }

  cancel(): void {
    this.isCancelling = true;
    this.#abort.abort();
  }

  async #follow(client: Client, method: N): Promise<void> {
    try {
      this.result = await client.run(method, this.input, {
        signal: this.#abort.signal,
        onProgress: (progress) => (this.progress = progress),
      });
      this.state = 'succeeded';
    } catch (error) {
      const { code, message, details } = toErrorPayload(error);
      this.error = new AppError(code, message, details === undefined ? {} : { details });
      this.state = code === 'cancelled' ? 'cancelled' : 'failed';
    }
  }
}

type LatestRuns = { readonly [N in JobMethodName]?: JobRun<N> };

export class Jobs {
  /** What is queued or runs now. */
  active: readonly ActiveJob[] = $state.raw([]);
  #latest: LatestRuns = $state.raw({});
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  start<N extends JobMethodName>(method: N, input: MethodInput<N>): JobRun<N> {
    const run = new JobRun(this.#client, method, input);
    this.#latest = { ...this.#latest, [method]: run };
    return run;
  }

  /** The newest run of a method since the project was opened; a screen that comes back finds its job here. */
  latest<N extends JobMethodName>(method: N): LatestRuns[N] {
    return this.#latest[method];
  }

  async cancel(id: string): Promise<void> {
    await this.#client.call('job.cancel', { jobId: id });
  }

  /** After a (re)connection: what runs already. */
  async refresh(): Promise<void> {
    const { jobs } = await this.#client.call('job.list', { limit: 20 });
    const known = new Map(this.active.map((job) => [job.id, job]));
    this.active = jobs
      .filter((job) => job.state === 'queued' || job.state === 'running')
      .map(({ id, kind }) => known.get(id) ?? { id, kind, progress: null });
  }

  clear(): void {
    this.active = [];
    this.#latest = {};
  }

  readonly onEvent = (event: AppEvent): void => {
    if (event.name === 'job.queued' || event.name === 'job.started') {
      const { jobId: id, kind } = event.data;
      if (!this.active.some((job) => job.id === id))
        this.active = [...this.active, { id, kind, progress: null }];
    } else if (event.name === 'job.progressed') {
      const { jobId: id, kind, progress } = event.data;
      const others = this.active.filter((job) => job.id !== id);
      this.active = [...others, { id, kind, progress }].sort((a, b) => (a.id < b.id ? -1 : 1));
    } else if (event.name === 'job.finished') {
      this.active = this.active.filter((job) => job.id !== event.data.jobId);
    }
  };
}
