import type { JobMethodName, JobResult, MethodName, MethodOutput, ParsedInput } from '../contract/methods.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { Emit } from './event-bus.ts';
import type { JobContext } from './job-host.ts';
import type { JobKind } from './job-store.ts';
import type { Quiet } from './quiet.ts';
import type { Session } from './session.ts';

/** What handlers share. */
export interface EngineContext {
  readonly deps: Required<EngineDeps>;
  readonly emit: Emit;
  /** For work in the background: whether anybody waits for the engine. */
  readonly quiet: Quiet;
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
