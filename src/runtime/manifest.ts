/**
 * What a router file says about itself. The same JSON is the manifest.json of a bundle and, as a string, the metadata of
 * router.safetensors. A reader refuses a newer `formatVersion`, and a manifest or tensor whose SHA-256 differs.
 */
export const FORMAT_VERSION = 2;

/** A measured number: its value, its 95 % interval, or why it has none. */
export interface Measured {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly reason?: string;
}

export interface ManifestModel {
  readonly name: string;
  /** Two models: one is strong, one cheap (the anchor). More: one anchor, the others candidates. */
  readonly role: 'strong' | 'cheap' | 'anchor' | 'candidate';
  /** Mean cost over the anchor's, in units of the dearest model's: anchor 0, dearest 1. */
  readonly relativeCost: number;
  readonly inputUsdPerMillion: number | null;
  readonly outputUsdPerMillion: number | null;
}

/** Every constant of the hashed n-gram encoder (src/runtime/ngrams.ts), so that any language can rebuild it. */
export interface HashedNgramSpec {
  readonly version: 1;
  /** A power of two, at most 2^15 (2^14 a block in a cascade). */
  readonly buckets: number;
  readonly wordNgrams: readonly [number, number];
  readonly charNgrams: readonly [number, number];
  /** Text beyond this many code points is not read. */
  readonly maxCodePoints: number;
}

interface BlockBase {
  /** Also the prefix of the block's tensors: `<name>.center` [dim] and those named below. */
  readonly name: string;
  /** Width of the block in the feature vector. */
  readonly dim: number;
  /** The one number that every centred component is divided by. */
  readonly scale: number;
}

/** Text → hashed tf–idf → projection. Tensors `<name>.idf` [buckets], `<name>.components` [buckets, dim]. */
export interface TextBlock extends BlockBase {
  readonly kind: 'hashed-ngram';
  readonly input: 'prompt' | 'response';
  readonly encoder: HashedNgramSpec;
}

/** What makes the vector of a text, so that production makes the same one. The runtime itself makes none. */
export interface EncoderDescription {
  /** A server that speaks /v1/embeddings, or a sentence encoder in a local folder. */
  readonly kind: 'openai-embeddings' | 'onnx';
  readonly model: string;
  /** SHA-256 over the files of a local model; null where a server keeps them. */
  readonly revision: string | null;
  readonly dimension: number;
  /** Whether `dimension` was asked for: a server shortened its vectors. */
  readonly isShortened: boolean;
  /** How the vectors of tokens become one: known of a local model only. */
  readonly pooling: 'mean' | 'cls' | 'server';
  /** `l2`: divided by its length. */
  readonly normalisation: 'l2' | 'none';
  /** Put before every text. */
  readonly prefix: string;
  /** Text beyond this many code points is not read (the prefix is not counted). */
  readonly maxCodePoints: number;
}

/** A vector that comes with the prompt → projection. Tensor `<name>.components` [inputDim, dim]. */
export interface PrecomputedBlock extends BlockBase {
  readonly kind: 'precomputed';
  readonly inputDim: number;
  /** Left out: vectors were imported, and the bundle does not know how they were made. */
  readonly encoder?: EncoderDescription;
}

/** Length, digits, code, language, question form of a text (src/runtime/text-form.ts). */
export interface TextFormBlock extends BlockBase {
  readonly kind: 'text-form';
  readonly input: 'prompt' | 'response';
  readonly version: 1;
}

/** Named numbers that the caller brings: imported columns, or the scores of signals. Absent ones count as the centre. */
export interface ColumnsBlock extends BlockBase {
  readonly kind: 'columns' | 'signals';
  readonly names: readonly string[];
}

/** The feature vector is the blocks side by side, in order; each is (raw − center) / scale. */
export type BlockSpec = TextBlock | PrecomputedBlock | TextFormBlock | ColumnsBlock;

/** intercept + features · coefficients. Tensors `coefficients` [dim], `intercept` [1]. */
export interface LinearHead {
  readonly kind: 'linear';
}

/**
 * base + the sum over the trees of the value of the leaf that is reached; left where float32(feature) <= threshold. Tensors
 * `base` [1], `roots` [trees], and by node `feature` (−1: a leaf), `threshold`, `left`, `right` (both greater than the node
 * itself) and `value`; roots, feature, left and right are I32.
 */
export interface TreesHead {
  readonly kind: 'trees';
  readonly trees: number;
  readonly nodes: number;
}

/** Dense layers with rectified linear units between them. Tensors `layer.<j>.weight` [in, out], `layer.<j>.bias` [out]. */
export interface MlpHead {
  readonly kind: 'mlp';
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
}

/**
 * The mean value of the k points most similar to the features by cosine. Tensors `points` [points, dim] of length 1,
 * `values` [points].
 */
export interface NearestHead {
  readonly kind: 'nearest';
  readonly k: number;
  readonly points: number;
}

export type SimpleHead = LinearHead | TreesHead | MlpHead | NearestHead;

/** Σ weight · part. The tensors of a part are named `part.<j>.…`. */
export interface SumHead {
  readonly kind: 'sum';
  readonly parts: readonly (SimpleHead & { readonly weight: number })[];
}

/** From features to a number. Its tensors are named `head.<i>.<tensor>`, i being its place in `heads`. */
export type HeadSpec = SimpleHead | SumHead;

/** The gain of this model over the anchor. */
export type ManifestHead = HeadSpec & { readonly model: string };

/**
 * When a cascade of two models asks a person: `draws` bootstrap refits of a linear head give that many gains, and where the
 * percentile interval of this level straddles the threshold the action is `expert`. Tensors `deferral.coefficients`
 * [draws, dim], `deferral.intercepts` [draws].
 */
export interface BootstrapDeferral {
  readonly kind: 'bootstrap-linear';
  readonly draws: number;
  /** Of the interval, e.g. 0.95. */
  readonly level: number;
}

export interface OperatingPoint {
  readonly name: string;
  readonly w: number;
  /** Two models: the strong one answers (or the cascade escalates) where gain > threshold. More models: w decides. */
  readonly threshold: number;
  readonly strongShare: Measured;
  /** More than two models: the share of prompts that goes to each. */
  readonly shares?: Readonly<Record<string, Measured>>;
  /** In the units of the run's `qualityUnit`. */
  readonly quality: Measured;
  /** Mean cost per prompt in `costUnit`. */
  readonly cost: Measured;
}

export interface Manifest {
  readonly formatVersion: number;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC: when the run was trained, so that the same run exports the same bytes. */
  readonly created: string;
  readonly productVersion: string;
  readonly stage: 'route' | 'cascade';
  readonly models: readonly ManifestModel[];
  /** The model that gains are measured against: of two, the cheap one. */
  readonly anchor: string;
  readonly costUnit: 'usd' | 'strong-call';
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  /** Per prompt, of the dearest model and of the anchor: what a relative cost of 1 and of 0 stand for. */
  readonly meanCost: { readonly strong: number; readonly cheap: number };
  readonly blocks: readonly BlockSpec[];
  /** One for each model but the anchor. */
  readonly heads: readonly ManifestHead[];
  /** Reserved for a monotone map of the gain; null = the gain as it is. */
  readonly calibration: null;
  /** When a cascade asks a person; null or absent = never. */
  readonly deferral?: BootstrapDeferral | null;
  /** What was proven about the rule, and from which prompts; null or absent = nothing was. For people. */
  readonly certificate?: Readonly<Record<string, unknown>> | null;
  /**
   * Predicted gain at percentiles 0, 1 … 100 of the prompts that the encoder was fitted on: from share to threshold. Null
   * with more than two models.
   */
  readonly gainPercentiles: readonly number[] | null;
  readonly operatingPoints: readonly OperatingPoint[];
  /** Feature vectors longer than this are unlike anything in training; the reason of a decision says so. */
  readonly outOfDistribution: { readonly maxFeatureNorm: number };
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
  readonly isSimulated: boolean;
  /** The run's manifest, diagnostics and assumptions: for people and for reproduction, not needed to decide. */
  readonly run: Readonly<Record<string, unknown>>;
  readonly diagnostics: Readonly<Record<string, unknown>>;
  readonly assumptions: readonly {
    readonly name: string;
    readonly holds: boolean | null;
    readonly why: string;
  }[];
}

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What the columns of trees are made of. */
export interface IntTensor {
  readonly shape: readonly number[];
  readonly data: Int32Array;
}

export type AnyTensor = Tensor | IntTensor;

/** What training leaves: everything a bundle is written from. Hashes are filled in when it is serialised. */
export interface TrainedRouter {
  readonly manifest: Omit<Manifest, 'formatVersion' | 'tensors'>;
  readonly tensors: Readonly<Record<string, AnyTensor>>;
}
