/** What the handlers of requests share, and what is known about one request. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { NamedNumbers, OperatingChoice } from '../runtime/router.ts';
import type { UpstreamAttempt, DecisionLog } from './decision-log.ts';
import type { Decider, Decision } from './decider.ts';
import type { ExpertQueue } from './expert.ts';
import type { ServeConfig } from './serve-config.ts';
import type { ServeMetrics } from './serve-metrics.ts';
import type { UpstreamCalls } from './upstream-call.ts';

export interface ModelPrice {
  readonly inputUsdPerMillion: number | null;
  readonly outputUsdPerMillion: number | null;
}

export interface ServeParts {
  readonly config: ServeConfig;
  readonly routerName: string;
  readonly bundleId: string;
  readonly decider: Decider;
  /** What `auto` and the router's name mean. */
  readonly standard: OperatingChoice;
  /** Answers what cannot be scored. */
  readonly fallback: string;
  readonly prices: ReadonlyMap<string, ModelPrice>;
  readonly calls: UpstreamCalls;
  readonly metrics: ServeMetrics;
  readonly log: DecisionLog;
  readonly queue: ExpertQueue | null;
  /** The vector of a text, where the router wants one and an encoder is configured. */
  readonly encode: ((text: string, signal: AbortSignal) => Promise<Float64Array>) | null;
  /** Scores of the cheap model's answer, where a scorer is configured. */
  readonly scoreAnswer:
    ((question: { prompt: string; response: string }, signal: AbortSignal) => Promise<NamedNumbers>) | null;
  readonly clock: Clock;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly newId: () => string;
}

/** One request for an answer. What is learnt on the way is written into it. */
export interface Exchange {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** Aborts when the caller goes away or the server gives up draining. */
  readonly signal: AbortSignal;
  readonly startedMs: number;
  readonly attempts: UpstreamAttempt[];
  /** Whether the router was asked, and not a model by name. */
  isRouted: boolean;
  prompt: string | null;
  decision: Decision | null;
  decideMs: number;
  firstByteMs: number | null;
  answeredBy: string | null;
  outcome: 'complete' | 'cut' | 'aborted' | 'failed';
}
