import type { Warning } from '../core/warning.ts';

/** Before any model has answered, or after the cheap one has (statistics: feature blocks and stages). */
export type Stage = 'route' | 'cascade';

export const SPLIT = { train: 0, dev: 1, test: 2 } as const;

/** The scores of the cheap response by one source, as a feature of a cascade. NaN where absent. */
export interface SignalColumn {
  readonly name: string;
  readonly scores: Float64Array;
}

/** A numeric column imported with the prompts, that the deployer will have too. NaN where absent. */
export interface CovariateColumn {
  readonly name: string;
  readonly values: Float64Array;
}

/**
 * Everything a run reads, frozen: one row a prompt, for one pair of models and at most one source. Serialisable
 * (structured clone), so that a task is a pure function of it and can run in a worker or on another machine.
 *
 * All arrays have `n` entries. A gain is strong minus cheap, in units of the declared scale ([-1, 1]); NaN where absent.
 */
export interface PairSnapshot {
  readonly strong: string;
  readonly cheap: string;
  /** The preference source, or null for a run on gold alone. */
  readonly source: string | null;
  /** A source whose labels come from a simulation: every figure made from it is labelled. */
  readonly isSimulated: boolean;
  readonly stage: Stage;
  readonly n: number;
  readonly promptIds: readonly string[];
  readonly prompts: readonly string[];
  readonly languages: readonly (string | null)[];
  readonly categories: readonly (string | null)[];
  /** Text of the cheap model's response; null where absent. Used by the stage `cascade` only. */
  readonly cheapResponses: readonly (string | null)[];
  readonly signals: readonly SignalColumn[];
  readonly covariates: readonly CovariateColumn[];
  /** Imported vectors (n × vectorDim, row-major), or null. */
  readonly vectors: Float64Array | null;
  readonly vectorDim: number;
  /** SPLIT.train, .dev or .test; a prompt that occurs twice has one split. */
  readonly split: Uint8Array;
  /** Equal numbers = the same normalised prompt. */
  readonly group: Int32Array;
  /** Gold gain where gold is revealed. */
  readonly goldGain: Float64Array;
  /** Gold gain wherever gold exists, masked or not: for evaluate and replicate only. */
  readonly allGoldGain: Float64Array;
  /** Gold quality of the cheap response in [0, 1] wherever gold is scored, masked or not; NaN for verdict-only gold. */
  readonly allGoldCheapQuality: Float64Array;
  readonly preferenceGain: Float64Array;
  /** Verdicts or scores averaged into preferenceGain. */
  readonly preferenceCount: Int32Array;
  /** Probability with which gold was revealed, where it was designed; NaN where nobody logged it. */
  readonly designedPropensity: Float64Array;
  /** What the design looked at: `nothing` beyond chance, the prompt, or also the verdict. */
  readonly designLookedAt: 'nothing' | 'prompt' | 'verdict';
  readonly costStrong: Float64Array;
  readonly costCheap: Float64Array;
  /** What one unit of cost is: `usd` (imported or tokens × price) or `strong-call` (cheap 0, strong 1). */
  readonly costUnit: 'usd' | 'strong-call';
  /** Whether gold and source both declare a scale (no rescaling), else the preference is rescaled on training rows. */
  readonly scalesDeclared: boolean;
  /** SHA-256 over everything above that a run reads. */
  readonly dataHash: string;
  readonly warnings: readonly Warning[];
}
