/** The lines of the decision log: what was decided, with which probability, what it took, and how it turned out. */
import { normHash } from '../dataset/normalise.ts';
import type { Usage } from './answer-text.ts';
import type { LineFile } from './line-file.ts';

export const DECISION_LOG_VERSION = 1;

/** One call of an upstream for one request. */
export interface UpstreamAttempt {
  readonly model: string;
  /** Null where it answered. */
  readonly failure: string | null;
  readonly usage: Usage;
  readonly costUsd: number | null;
}

export interface DecisionLine {
  readonly kind: 'decision';
  readonly version: typeof DECISION_LOG_VERSION;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly id: string;
  readonly router: string;
  readonly bundleId: string;
  readonly stage: 'route' | 'cascade';
  /** The choice of the policy. */
  readonly model: string;
  /** The model whose answer was given; null where none was (a decision alone, a failure). */
  readonly answeredBy: string | null;
  readonly action: string;
  readonly gain: number | null;
  readonly threshold: number | null;
  /** The probability with which the policy chose `model`. */
  readonly propensity: number;
  readonly isExplored: boolean;
  /** What counts as the same prompt has the same: 16 hex digits of the SHA-256 of its normalised text. */
  readonly promptHash: string | null;
  /** Only where the configuration asks for texts. */
  readonly prompt?: string;
  readonly latencyMs: {
    readonly decide: number;
    readonly firstByte: number | null;
    readonly total: number;
  };
  readonly outcome: 'complete' | 'cut' | 'aborted' | 'failed' | 'decided';
  readonly attempts: readonly UpstreamAttempt[];
  readonly costUsd: number | null;
}

export interface FeedbackLine {
  readonly kind: 'feedback';
  readonly version: typeof DECISION_LOG_VERSION;
  readonly time: string;
  /** Of the decision. */
  readonly id: string;
  /** How good the answer was, from 0 to 1. */
  readonly score: number;
}

export interface DecisionLog {
  readonly decision: (
    line: Omit<DecisionLine, 'kind' | 'version' | 'promptHash' | 'prompt'>,
    prompt: string | null,
  ) => void;
  readonly feedback: (line: Omit<FeedbackLine, 'kind' | 'version'>) => void;
}

function hashOf(prompt: string | null): string | null {
  return prompt === null || prompt.trim() === ''
    ? null
    : normHash({ text: prompt, dataset: '', externalId: '' });
}

export function createDecisionLog(file: LineFile | null, withText: boolean): DecisionLog {
  return {
    decision: (line, prompt) => {
      if (file === null) return;
      const text = withText && prompt !== null ? { prompt } : {};
      const document: DecisionLine = {
        kind: 'decision',
        version: DECISION_LOG_VERSION,
        ...line,
        promptHash: hashOf(prompt),
        ...text,
      };
      file.append(document);
    },
    feedback: (line) => {
      if (file === null) return;
      const document: FeedbackLine = { kind: 'feedback', version: DECISION_LOG_VERSION, ...line };
      file.append(document);
    },
  };
}

/** Milliseconds with three digits: what a clock of a process can tell. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
