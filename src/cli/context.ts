import type { Client } from '../contract/client.ts';
import type { JobMethodName, JobResult, MethodInput } from '../contract/methods.ts';
import type { Output } from './output.ts';

/** What a command works with. */
export interface CommandContext {
  readonly client: Client;
  readonly output: Output;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs a job to its end with progress on stderr; Ctrl-C cancels it. */
  readonly runJob: <N extends JobMethodName>(method: N, input: MethodInput<N>) => Promise<JobResult<N>>;
}

export interface CommonOptions {
  readonly json?: boolean;
}

/** Opens an engine, does the work of one command, closes the engine, sets the exit code. */
export type Execute = (
  options: CommonOptions,
  work: (context: CommandContext) => Promise<void>,
) => Promise<void>;
