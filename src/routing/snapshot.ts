import type { Warning } from '../core/warning.ts';
import type { EncoderDescription } from '../runtime/manifest.ts';

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

/** What one source says of one model against the anchor, prompt by prompt. */
export interface PreferenceColumn {
  readonly source: string;
  /** Labels from a simulation: every figure made from them is labelled. */
  readonly isSimulated: boolean;
  /** NaN where the source says nothing. */
  readonly gain: Float64Array;
  /** Verdicts or scores averaged into the gain. */
  readonly count: Int32Array;
  /** Whether gold and source both declare a scale (no rescaling), else the preference is rescaled on training rows. */
  readonly scalesDeclared: boolean;
}

/** The labels and costs of one model against the anchor. A gain is this model minus the anchor. */
export interface ModelColumns {
  readonly model: string;
  /** Gold gain where gold is revealed. */
  readonly goldGain: Float64Array;
  /** Gold gain wherever gold exists, masked or not: for evaluate and replicate only. */
  readonly allGoldGain: Float64Array;
  /** Gold quality of the anchor's response in [0, 1] wherever gold is scored, masked or not; NaN for verdict-only gold. */
  readonly allGoldAnchorQuality: Float64Array;
  /** One a source of the snapshot, in its order. */
  readonly preferences: readonly PreferenceColumn[];
  /** Of one call, in the snapshot's cost unit. */
  readonly cost: Float64Array;
}

/** What the rows of a snapshot are, whatever models are compared: one row a prompt. All arrays have `n` entries. */
export interface SnapshotRows {
  /** Some label comes from a simulation: every figure made from this is labelled. */
  readonly isSimulated: boolean;
  readonly stage: Stage;
  readonly n: number;
  readonly promptIds: readonly string[];
  readonly prompts: readonly string[];
  readonly languages: readonly (string | null)[];
  readonly categories: readonly (string | null)[];
  /** Text of the anchor's response; null where absent. Used by the stage `cascade` only. */
  readonly cheapResponses: readonly (string | null)[];
  readonly signals: readonly SignalColumn[];
  readonly covariates: readonly CovariateColumn[];
  /** Imported vectors (n × vectorDim, row-major), or null. */
  readonly vectors: Float64Array | null;
  readonly vectorDim: number;
  /** How they were made, where that is known. */
  readonly vectorEncoder?: EncoderDescription | null;
  /** SPLIT.train, .dev or .test; a prompt that occurs twice has one split. */
  readonly split: Uint8Array;
  /** Equal numbers = the same normalised prompt. */
  readonly group: Int32Array;
  /** Probability with which gold was revealed, where it was designed; NaN where nobody logged it. */
  readonly designedPropensity: Float64Array;
  /** What the design looked at: `nothing` beyond chance, the prompt, or also the verdict. */
  readonly designLookedAt: 'nothing' | 'prompt' | 'verdict';
  /**
   * What one unit of cost is: `usd` (imported or tokens × price), or `strong-call`: the anchor 0, the dearest model 1, one
   * in between by its prices where every model has some, else 1.
   */
  readonly costUnit: 'usd' | 'strong-call';
  /** SHA-256 over everything in the snapshot that a run reads. */
  readonly dataHash: string;
  readonly warnings: readonly Warning[];
}

/**
 * Everything a run reads, frozen: K models, of which one is the anchor that gains are measured against, and any number of
 * sources. Serialisable (structured clone), so that a task is a pure function of it and can run in a worker or on another
 * machine. Gains are in units of the declared scale ([−1, 1]); NaN where absent.
 */
export interface Snapshot extends SnapshotRows {
  /** The model that gains are measured against: the cheap one of two. */
  readonly anchor: string;
  /** Of one call of the anchor. */
  readonly anchorCost: Float64Array;
  /** The sources, in the order of the request; none for a run on gold alone. */
  readonly sources: readonly { readonly name: string; readonly isSimulated: boolean }[];
  /** Every model but the anchor, in the order of the request; at least one. */
  readonly models: readonly ModelColumns[];
}

/** A snapshot seen as one pair: a model (strong) against the anchor (cheap). Shares its arrays. */
export interface PairSnapshot extends SnapshotRows, ModelColumns {
  readonly strong: string;
  readonly cheap: string;
  readonly costStrong: Float64Array;
  readonly costCheap: Float64Array;
}

/** The pair of `snapshot.models[position]` and the anchor. */
export function pairOf(snapshot: Snapshot, position = 0): PairSnapshot {
  const { anchor, anchorCost, models, sources, ...rows } = snapshot;
  const columns = models[position];
  return {
    ...rows,
    ...columns,
    strong: columns.model,
    cheap: anchor,
    costStrong: columns.cost,
    costCheap: anchorCost,
  };
}

/** All models, the anchor last: strong before cheap. */
export function modelNames({ models, anchor }: Pick<Snapshot, 'models' | 'anchor'>): string[] {
  return [...models.map(({ model }) => model), anchor];
}

/** The names of the sources in one phrase; null where there is none. */
export function sourceLabel(sources: readonly { readonly name: string }[]): string | null {
  return sources.length === 0 ? null : sources.map(({ name }) => name).join(' + ');
}
