/**
 * From an input to the gains of the heads. A linear head is linear in what each block reads, so it is carried through the
 * projections once, at load: one weight a bucket, a vector entry or a number, and one constant. The composed sum and the sum
 * over the features differ by rounding only (below 1e-9, tested). Other heads need the features.
 */
import { createFeatureReader, tensorData, type BlockInput, type FeatureReader } from './blocks.ts';
import { RouterFileError } from './errors.ts';
import { createHead } from './heads.ts';
import type { BlockSpec, ColumnsBlock, TextBlock, TextFormBlock } from './manifest.ts';
import { createNgramEncoder } from './ngrams.ts';
import { featureDim, type RouterFile } from './router-file.ts';
import { textForm } from './text-form.ts';

export type ScoreInput = BlockInput;

export interface Scorer {
  /** Width of the feature vector. */
  readonly dim: number;
  /** Length of the vector that the router reads, or null where it reads none. */
  readonly vectorDim: number | null;
  readonly readsPrompt: boolean;
  readonly readsResponse: boolean;
  /** One gain a head, by the fastest way there is. */
  readonly gains: (input: ScoreInput) => Float64Array;
  readonly features: (input: ScoreInput) => Float64Array;
  readonly gainsOfFeatures: (features: ArrayLike<number>) => Float64Array;
  /** The columns and signals that the router reads and the input lacks. */
  readonly absent: (input: ScoreInput) => string[];
}

/** Adds a block's share of each gain, without the constants. */
type PartialGains = (input: ScoreInput, gains: Float64Array) => void;

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

/** Coefficients of each head on one block, over its scale. */
type BlockHeads = readonly Float64Array[];

/** An absent text contributes nothing, like the centre; `constants` undo the centre's part of the gains. */
function ofText(
  block: TextBlock | TextFormBlock,
  constants: readonly number[],
  read: (text: string) => (head: number) => number,
): PartialGains {
  const field = block.input;
  return (input, gains) => {
    const text = input[field];
    if (typeof text !== 'string') return;
    const share = read(text);
    for (let h = 0; h < gains.length; h++) gains[h] += share(h) - constants[h];
  };
}

function ofNumbers(block: ColumnsBlock, center: Float32Array, heads: BlockHeads): PartialGains {
  const { kind, names } = block;
  return (input, gains) => {
    const given = input[kind];
    if (given === undefined) return;
    for (let j = 0; j < names.length; j++) {
      const value = given[names[j]];
      if (!Number.isFinite(value)) continue;
      for (let h = 0; h < gains.length; h++) gains[h] += (value - center[j]) * heads[h][j];
    }
  };
}

function composeBlock(block: BlockSpec, { tensors }: RouterFile, heads: BlockHeads): PartialGains {
  const { name, dim } = block;
  const center = tensorData(tensors, `${name}.center`, dim);
  const constants = heads.map((head) => sum(Float64Array.from(center), head));
  switch (block.kind) {
    case 'hashed-ngram': {
      const { buckets: size } = block.encoder;
      const encoder = createNgramEncoder(block.encoder, tensorData(tensors, `${name}.idf`, size));
      const components = tensorData(tensors, `${name}.components`, size * dim);
      const composed = heads.map((head) => compose(components, head));
      return ofText(block, constants, (text) => {
        const { buckets, values, length } = encoder.encodeSparse(text);
        return (h) => {
          const weights = composed[h];
          let total = 0;
          for (let i = 0; i < length; i++) total += values[i] * weights[buckets[i]];
          return total;
        };
      });
    }
    case 'precomputed': {
      const components = tensorData(tensors, `${name}.components`, block.inputDim * dim);
      const composed = heads.map((head) => compose(components, head));
      return ({ vector }, gains) => {
        if (vector === undefined || vector === null) return;
        const values = vector instanceof Float64Array ? vector : Float64Array.from(vector);
        for (let h = 0; h < gains.length; h++) gains[h] += sum(values, composed[h]) - constants[h];
      };
    }
    case 'text-form': {
      const raw = new Float64Array(dim);
      return ofText(block, constants, (text) => {
        textForm(text, raw);
        return (h) => sum(raw, heads[h]);
      });
    }
    case 'columns':
    case 'signals':
      return ofNumbers(block, center, heads);
  }
}

/** For each block the coefficients of every head, over the block's scale. */
function blockHeads({ manifest, tensors }: RouterFile, dim: number): readonly BlockHeads[] {
  const coefficients = manifest.heads.map((_, i) => tensorData(tensors, `head.${i}.coefficients`, dim));
  let offset = 0;
  return manifest.blocks.map((block) => {
    const from = offset;
    offset += block.dim;
    return coefficients.map((of) =>
      Float64Array.from(of.subarray(from, offset), (value) => value / block.scale),
    );
  });
}

/** Linear heads carried through the projections. */
function composeHeads(file: RouterFile, dim: number): (input: ScoreInput) => Float64Array {
  const { blocks, heads } = file.manifest;
  const perBlock = blockHeads(file, dim);
  if (!perBlock.every((ofBlock) => ofBlock.every((weights) => weights.every(Number.isFinite)))) {
    throw new RouterFileError(
      'bad-manifest',
      'The manifest is not valid: a scale is too small for its weights.',
    );
  }
  const intercepts = Float64Array.from(
    heads,
    (_, i) => tensorData(file.tensors, `head.${i}.intercept`, 1)[0],
  );
  const partials = blocks.map((block, i) => composeBlock(block, file, perBlock[i]));
  return (input) => {
    const gains = intercepts.slice();
    for (const partial of partials) partial(input, gains);
    return gains;
  };
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
 * @throws RouterFileError `bad-manifest` where scales are so small that weights overflow, `bad-tensor` where trees point nowhere
 * @example
 * createScorer(readRouterFile(bytes)).gains({ prompt: 'Why is the sky blue?' }); // [0.131…]
 */
export function createScorer(file: RouterFile): Scorer {
  const { blocks, heads } = file.manifest;
  const dim = featureDim(file.manifest);
  const functions = heads.map((head, i) => createHead(head, file.tensors, `head.${i}`, dim));
  const gainsOfFeatures = (features: ArrayLike<number>): Float64Array =>
    Float64Array.from(functions, (head) => head(features));
  let reader: FeatureReader | undefined;
  const readFeatures = (input: ScoreInput, out: Float64Array): Float64Array => {
    reader ??= createFeatureReader(blocks, file.tensors);
    reader.readInto(input, out);
    return out;
  };
  const scratch = new Float64Array(dim);
  const isLinear = heads.every((head) => head.kind === 'linear');
  return {
    dim,
    vectorDim: blocks.find((block) => block.kind === 'precomputed')?.inputDim ?? null,
    readsPrompt: blocks.some((block) => 'input' in block && block.input === 'prompt'),
    readsResponse: blocks.some((block) => 'input' in block && block.input === 'response'),
    gains: isLinear ? composeHeads(file, dim) : (input) => gainsOfFeatures(readFeatures(input, scratch)),
    features: (input) => readFeatures(input, new Float64Array(dim)),
    gainsOfFeatures,
    absent: (input) => absentNames(blocks, input),
  };
}
