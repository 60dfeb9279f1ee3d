import type { AppEvent } from '../../src/contract/events.ts';
import type { Answer } from '../../src/contract/methods.ts';
import type { Caller } from '../../src/engine/authorise.ts';

/** How a host talks to the process its engine runs in. Everything crosses by structured clone. */
export type ToEngine =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly method: string;
      readonly input: unknown;
      /** A rater, who may grade and nothing else. Left out: everything. */
      readonly caller?: Caller | undefined;
    }
  /** Stop the jobs, close the project, exit with 0. */
  | { readonly type: 'close' };

export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer<unknown> }
  | { readonly type: 'event'; readonly event: AppEvent };

/** A running engine process, seen from its host. */
export interface EngineLink {
  readonly post: (message: ToEngine) => void;
  readonly kill: () => void;
}

export interface EngineLinkHandlers {
  readonly onMessage: (message: FromEngine) => void;
  /** Once, however it ended. */
  readonly onExit: () => void;
}

export type StartEngine = (handlers: EngineLinkHandlers) => EngineLink;
