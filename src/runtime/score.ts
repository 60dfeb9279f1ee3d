/**
 * From an input to a gain. gain = intercept + Σ coefficients · features is linear in what each block reads, so the head is
 * carried through the projections once, at load: one weight a bucket, a vector entry or a number, and one constant. The
 * composed sum and the sum over the features differ by rounding only (below 1e-9, tested).
 */
import { createFeatureReader, type BlockInput, type FeatureReader } from './blocks.ts';
import { RouterFileError } from './errors.ts';
import type { BlockSpec, ColumnsBlock, TextBlock, TextFormBlock } from './manifest.ts';
import { createNgramEncoder } from './ngrams.ts';
import type { RouterFile } from './router-file.ts';
import { textForm } from './text-form.ts';

export type ScoreInput = BlockInput;

export interface Scorer {
  /** Width of the feature vector. */
  readonly dim: number;
  /** Length of the vector that the router reads, or null where it reads none. */
  readonly vectorDim: number | null;
  readonly readsPrompt: boolean;
  readonly readsResponse: boolean;
  /** The fast path: what the block reads times the composed weights. */
  readonly gain: (input: ScoreInput) => number;
  readonly features: (input: ScoreInput) => Float64Array;
  readonly gainOfFeatures: (features: ArrayLike<number>) => number;
  /** The columns and signals that the router reads and the input lacks. */
  readonly absent: (input: ScoreInput) => string[];
}

/** A block's share of the gain, without the constant. */
type PartialGain = (input: ScoreInput) => number;

/** weights[i] = Σ_j components[i, j] · head[j], head being the block's coefficients over its scale. */
function compose(components: Float32Array, head: Float64Array): Float64Array {
  const dim = head.length;
  const weights = new Float64Array(components.length / dim);
  let at = 0;
  for (let i = 0; i < weights.length; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += components[at++] * head[j];
    weights[i] = sum;
  }
  return weights;
}

/** Σ values · weights, over the length of the weights; four sums at a time, since each addition waits for the one before. */
function sum(values: Float64Array, weights: Float64Array): number {
  const whole = weights.length - (weights.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * weights[i];
    b += values[i + 1] * weights[i + 1];
    c += values[i + 2] * weights[i + 2];
    d += values[i + 3] * weights[i + 3];
  }
  let total = a + b + (c + d);
  for (let i = whole; i < weights.length; i++) total += values[i] * weights[i];
  return total;
}

/** What an absent text contributes: nothing, like the centre; `constant` undoes the centre's part of the constant. */
function ofText(
  block: TextBlock | TextFormBlock,
  constant: number,
  gain: (text: string) => number,
): PartialGain {
  const field = block.input;
  return (input) => {
    const text = input[field];
    return typeof text === 'string' ? gain(text) - constant : 0;
  };
}

function ofNumbers(block: ColumnsBlock, center: Float32Array, head: Float64Array): PartialGain {
  const { kind, names } = block;
  return (input) => {
    const given = input[kind];
    if (given === undefined) return 0;
    let total = 0;
    for (let j = 0; j < names.length; j++) {
      const value = given[names[j]];
      if (Number.isFinite(value)) total += (value - center[j]) * head[j];
    }
    return total;
  };
}

function composeBlock(block: BlockSpec, { tensors }: RouterFile, head: Float64Array): PartialGain {
  const center = tensors[`${block.name}.center`].data;
  const constant = sum(Float64Array.from(center), head);
  switch (block.kind) {
    case 'hashed-ngram': {
      const encoder = createNgramEncoder(block.encoder, tensors[`${block.name}.idf`].data);
      const weights = compose(tensors[`${block.name}.components`].data, head);
      return ofText(block, constant, (text) => {
        const { buckets, values, length } = encoder.encodeSparse(text);
        let total = 0;
        for (let i = 0; i < length; i++) total += values[i] * weights[buckets[i]];
        return total;
      });
    }
    case 'precomputed': {
      const weights = compose(tensors[`${block.name}.components`].data, head);
      return ({ vector }) => {
        if (vector === undefined || vector === null) return 0;
        const values = vector instanceof Float64Array ? vector : Float64Array.from(vector);
        return sum(values, weights) - constant;
      };
    }
    case 'text-form': {
      const raw = new Float64Array(block.dim);
      return ofText(block, constant, (text) => {
        textForm(text, raw);
        return sum(raw, head);
      });
    }
    case 'columns':
    case 'signals':
      return ofNumbers(block, center, head);
  }
}

/** The coefficients of each block, over its scale. */
function headsOf({ manifest, tensors }: RouterFile): Float64Array[] {
  const coefficients = tensors['head.coefficients'].data;
  let offset = 0;
  return manifest.blocks.map(({ dim, scale }) => {
    const head = Float64Array.from(coefficients.subarray(offset, offset + dim), (value) => value / scale);
    offset += dim;
    return head;
  });
}

function absentNames(blocks: readonly BlockSpec[], input: ScoreInput): string[] {
  return blocks.flatMap((block) => {
    if (block.kind !== 'columns' && block.kind !== 'signals') return [];
    const given = input[block.kind];
    return block.names.filter((name) => given === undefined || !Number.isFinite(given[name]));
  });
}

/**
 * The scorer of a router file. Make one and keep it: it holds the composed weights and the scratch memory of the encoders.
 *
 * @throws RouterFileError `bad-manifest` where scales are so small that weights overflow
 * @example
 * createScorer(readRouterFile(bytes)).gain({ prompt: 'Why is the sky blue?' }); // 0.131…
 */
export function createScorer(file: RouterFile): Scorer {
  const { blocks, head } = file.manifest;
  const coefficients = file.tensors['head.coefficients'].data;
  const [intercept] = file.tensors['head.intercept'].data;
  const heads = headsOf(file);
  if (!heads.every((weights) => weights.every(Number.isFinite))) {
    throw new RouterFileError(
      'bad-manifest',
      'The manifest is not valid: a scale is too small for its weights.',
    );
  }
  const partials = blocks.map((block, i) => composeBlock(block, file, heads[i]));
  let reader: FeatureReader | undefined;
  const gainOfFeatures = (features: ArrayLike<number>): number => {
    let total = intercept;
    for (let i = 0; i < coefficients.length; i++) total += features[i] * coefficients[i];
    return total;
  };
  return {
    dim: head.dim,
    vectorDim: blocks.find((block) => block.kind === 'precomputed')?.inputDim ?? null,
    readsPrompt: blocks.some((block) => 'input' in block && block.input === 'prompt'),
    readsResponse: blocks.some((block) => 'input' in block && block.input === 'response'),
    gain: (input) => {
      let total = intercept;
      for (const partial of partials) total += partial(input);
      return total;
    },
    features: (input) => {
      reader ??= createFeatureReader(blocks, file.tensors);
      const features = new Float64Array(head.dim);
      reader.readInto(input, features);
      return features;
    },
    gainOfFeatures,
    absent: (input) => absentNames(blocks, input),
  };
}
