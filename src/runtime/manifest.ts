/**
 * What a router file says about itself. The same JSON is the manifest.json of a bundle and, as a string, the metadata of
 * router.safetensors. A reader refuses a newer `formatVersion`, and a manifest or tensor whose SHA-256 differs.
 */
export const FORMAT_VERSION = 1;

/** A measured number: its value, its 95 % interval, or why it has none. */
export interface Measured {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly reason?: string;
}

export interface ManifestModel {
  readonly name: string;
  readonly role: 'strong' | 'cheap';
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

/** An imported vector → projection. Tensor `<name>.components` [inputDim, dim]. */
export interface PrecomputedBlock extends BlockBase {
  readonly kind: 'precomputed';
  readonly inputDim: number;
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

/** gain = intercept + features · coefficients. Tensors `head.coefficients` [dim], `head.intercept` [1]. */
export interface LinearHead {
  readonly kind: 'linear';
  readonly dim: number;
}

export interface OperatingPoint {
  readonly name: string;
  readonly w: number;
  /** The strong model answers (or the cascade escalates) where gain > threshold. */
  readonly threshold: number;
  readonly strongShare: Measured;
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
  /** The model that gains are measured against: the cheap one. */
  readonly anchor: string;
  readonly costUnit: 'usd' | 'strong-call';
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  readonly meanCost: { readonly strong: number; readonly cheap: number };
  readonly blocks: readonly BlockSpec[];
  readonly head: LinearHead;
  /** Reserved for a monotone map of the gain; null = the gain as it is. */
  readonly calibration: null;
  /** Reserved for the band of gains in which a cascade asks a person (`expert`); null or absent = never. */
  readonly deferral?: null;
  /** Predicted gain at percentiles 0, 1 … 100 of the prompts that the encoder was fitted on: from share to threshold. */
  readonly gainPercentiles: readonly number[];
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

/** What training leaves: everything a bundle is written from. Hashes are filled in when it is serialised. */
export interface TrainedRouter {
  readonly manifest: Omit<Manifest, 'formatVersion' | 'tensors'>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}
