/**
 * From what a caller brings to the feature vector: the blocks of the manifest side by side, in order, each
 * (raw − center) / scale. Training and production run this code.
 *
 *  - hashed-ngram: raw = Σ_b vector[b] · components[b, ·] of the tf–idf vector (ngrams.ts)
 *  - precomputed:  raw = Σ_i vector[i] · components[i, ·]
 *  - text-form:    raw = the numbers of text-form.ts
 *  - columns, signals: raw = the named numbers
 *
 * An input that is absent (no text, no vector, a number that is missing or not finite) counts as the centre: zeros.
 * Sums are float64 over float32 tensors.
 */
import type { AnyTensor, BlockSpec, Tensor } from './manifest.ts';
import { createNgramEncoder, type SparseVector } from './ngrams.ts';
import { TEXT_FORM_DIM, textForm } from './text-form.ts';

/** What is known about one prompt. What the blocks do not read is ignored. */
export interface BlockInput {
  readonly prompt?: string | null | undefined;
  /** The cheap model's response (stage cascade). */
  readonly response?: string | null | undefined;
  readonly vector?: ArrayLike<number> | null | undefined;
  readonly columns?: Readonly<Record<string, number>> | undefined;
  readonly signals?: Readonly<Record<string, number>> | undefined;
}

export type Tensors = Readonly<Record<string, Tensor>>;
export type AnyTensors = Readonly<Record<string, AnyTensor>>;

/**
 * raw[offset + j] = Σ_i values[i] · components[buckets[i], j]. Eight rows at a time: their sums are stored once, which halves
 * the time of the obvious loop.
 */
export function projectSparse(
  { buckets, values, length }: SparseVector,
  components: Float32Array,
  dim: number,
  raw: Float64Array,
  offset: number,
): void {
  raw.fill(0, offset, offset + dim);
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    const v0 = values[i];
    const v1 = values[i + 1];
    const v2 = values[i + 2];
    const v3 = values[i + 3];
    const v4 = values[i + 4];
    const v5 = values[i + 5];
    const v6 = values[i + 6];
    const v7 = values[i + 7];
    const b0 = Math.imul(buckets[i], dim);
    const b1 = Math.imul(buckets[i + 1], dim);
    const b2 = Math.imul(buckets[i + 2], dim);
    const b3 = Math.imul(buckets[i + 3], dim);
    const b4 = Math.imul(buckets[i + 4], dim);
    const b5 = Math.imul(buckets[i + 5], dim);
    const b6 = Math.imul(buckets[i + 6], dim);
    const b7 = Math.imul(buckets[i + 7], dim);
    for (let j = 0; j < dim; j++) {
      const first = v0 * components[b0 + j] + v1 * components[b1 + j];
      const second = v2 * components[b2 + j] + v3 * components[b3 + j];
      const third = v4 * components[b4 + j] + v5 * components[b5 + j];
      const fourth = v6 * components[b6 + j] + v7 * components[b7 + j];
      raw[offset + j] += first + second + (third + fourth);
    }
  }
  for (; i < length; i++) {
    const value = values[i];
    const row = Math.imul(buckets[i], dim);
    for (let j = 0; j < dim; j++) raw[offset + j] += value * components[row + j];
  }
}

/** raw[offset + j] = Σ_i vector[i] · components[i, j]. */
export function projectVector(
  vector: ArrayLike<number>,
  components: Float32Array,
  dim: number,
  raw: Float64Array,
  offset: number,
): void {
  raw.fill(0, offset, offset + dim);
  let at = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i];
    for (let j = offset; j < offset + dim; j++) raw[j] += value * components[at++];
  }
}

/** raw → (raw − center) / scale, in place. */
export function standardise(raw: Float64Array, offset: number, center: Float32Array, scale: number): void {
  for (let j = 0; j < center.length; j++) raw[offset + j] = (raw[offset + j] - center[j]) / scale;
}

/** Fills its part of the feature vector from the input. */
type BlockReader = (input: BlockInput, out: Float64Array, offset: number) => void;

/**
 * The numbers of a float tensor.
 *
 * @throws RangeError where there is none of that name and size
 */
export function tensorData(tensors: AnyTensors, name: string, size: number): Float32Array {
  if (!Object.hasOwn(tensors, name)) throw new RangeError(`The tensor ${name} is missing.`);
  const { data } = tensors[name];
  if (!(data instanceof Float32Array)) throw new RangeError(`The tensor ${name} should be of float32.`);
  if (data.length !== size) {
    throw new RangeError(`The tensor ${name} should have ${size} numbers and has ${data.length}.`);
  }
  return data;
}

/** A reader of something that may be absent: `write` fills in the raw numbers. */
function reader<T>(
  block: BlockSpec,
  center: Float32Array,
  find: (input: BlockInput) => T | null | undefined,
  write: (found: T, out: Float64Array, offset: number) => void,
): BlockReader {
  return (input, out, offset) => {
    const found = find(input);
    if (found === null || found === undefined) {
      out.fill(0, offset, offset + block.dim);
      return;
    }
    write(found, out, offset);
    standardise(out, offset, center, block.scale);
  };
}

function createBlockReader(block: BlockSpec, tensors: AnyTensors): BlockReader {
  const { name, dim } = block;
  const center = tensorData(tensors, `${name}.center`, dim);
  switch (block.kind) {
    case 'hashed-ngram': {
      const { buckets } = block.encoder;
      const encoder = createNgramEncoder(block.encoder, tensorData(tensors, `${name}.idf`, buckets));
      const components = tensorData(tensors, `${name}.components`, buckets * dim);
      const find = block.input === 'prompt' ? promptOf : responseOf;
      return reader(block, center, find, (text, out, offset) => {
        projectSparse(encoder.encodeSparse(text), components, dim, out, offset);
      });
    }
    case 'precomputed': {
      const components = tensorData(tensors, `${name}.components`, block.inputDim * dim);
      return reader(block, center, vectorOf, (vector, out, offset) => {
        if (vector.length !== block.inputDim) {
          throw new RangeError(`Expected a vector of ${block.inputDim} numbers, got ${vector.length}.`);
        }
        projectVector(vector, components, dim, out, offset);
      });
    }
    case 'text-form':
      if (dim !== TEXT_FORM_DIM)
        throw new RangeError(`The block ${name} should have ${TEXT_FORM_DIM} numbers.`);
      return reader(block, center, block.input === 'prompt' ? promptOf : responseOf, textForm);
    case 'columns':
    case 'signals': {
      const { kind, names, scale } = block;
      return (input, out, offset) => {
        const given = input[kind];
        names.forEach((column, j) => {
          const value = given?.[column];
          const isPresent = typeof value === 'number' && Number.isFinite(value);
          out[offset + j] = isPresent ? (value - center[j]) / scale : 0;
        });
      };
    }
  }
}

const promptOf = (input: BlockInput): string | null | undefined => input.prompt;
const responseOf = (input: BlockInput): string | null | undefined => input.response;
const vectorOf = (input: BlockInput): ArrayLike<number> | null | undefined => input.vector;

/** Computes feature vectors; it holds the scratch memory of the encoders. */
export interface FeatureReader {
  readonly dim: number;
  /** Fills out[offset … offset + dim). */
  readonly readInto: (input: BlockInput, out: Float64Array, offset?: number) => void;
}

/**
 * The reader of these blocks. Make one and keep it: it decodes nothing twice.
 *
 * @throws RangeError where a tensor is missing or has the wrong size; `readInto` where a vector has the wrong length
 */
export function createFeatureReader(blocks: readonly BlockSpec[], tensors: AnyTensors): FeatureReader {
  const readers = blocks.map((block) => createBlockReader(block, tensors));
  return {
    dim: blocks.reduce((sum, block) => sum + block.dim, 0),
    readInto: (input, out, offset = 0) => {
      let at = offset;
      readers.forEach((read, i) => {
        read(input, out, at);
        at += blocks[i].dim;
      });
    },
  };
}

/** The feature vector of one input. For many inputs, keep a `createFeatureReader`. */
export function computeFeatures(
  blocks: readonly BlockSpec[],
  tensors: AnyTensors,
  input: BlockInput,
): Float64Array {
  const features = createFeatureReader(blocks, tensors);
  const out = new Float64Array(features.dim);
  features.readInto(input, out);
  return out;
}
