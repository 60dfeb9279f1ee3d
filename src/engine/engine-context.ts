import type { JobMethodName, JobResult, MethodName, MethodOutput, ParsedInput } from '../contract/methods.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from './event-bus.ts';
import type { JobContext } from './job-host.ts';
import type { JobKind } from './job-store.ts';
import type { Session } from './session.ts';

/** What an engine is given by its host. It knows neither a window nor a terminal. */
export interface EngineDeps {
  readonly clock: Clock;
  /** UUIDv7. */
  readonly newId: () => string;
  /** The module that workers start with: src/engine/task-worker.ts, or what it is built into. */
  readonly workerUrl: URL;
  /** The folder with router.mjs and router.py that every bundle ships. */
  readonly runtimeUrl: URL;
  readonly productVersion: string;
  /** How many jobs run at once, and how many workers one job may use. */
  readonly maxJobs?: number;
  readonly maxWorkers?: number;
  /** How long a cancelled worker may take to stop by itself before it is ended. */
  readonly cancelGraceMs?: number;
}

/** What handlers share. */
export interface EngineContext {
  readonly deps: Required<EngineDeps>;
  readonly emit: Emit;
  /** The open project; throws AppError `usage` where none is. */
  readonly session: () => Session;
  readonly setSession: (open: () => Session) => Promise<Session>;
  readonly closeSession: () => Promise<void>;
}

export type QueryMethodName = Exclude<MethodName, JobMethodName>;

export type QueryHandlers = {
  readonly [N in QueryMethodName]: (input: ParsedInput<N>) => MethodOutput<N> | Promise<MethodOutput<N>>;
};

export type JobHandlers = {
  readonly [N in JobMethodName]: {
    readonly kind: JobKind;
    readonly work: (input: ParsedInput<N>, job: JobContext) => Promise<JobResult<N>>;
  };
};
