import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { computeFeatures, createFeatureReader, type BlockInput } from '../../../src/runtime/blocks.ts';
import type { BlockSpec, HashedNgramSpec, Tensor } from '../../../src/runtime/manifest.ts';
import { createNgramEncoder } from '../../../src/runtime/ngrams.ts';
import { textForm, TEXT_FORM_DIM } from '../../../src/runtime/text-form.ts';

const encoder: HashedNgramSpec = {
  version: 1,
  buckets: 512,
  wordNgrams: [1, 2],
  charNgrams: [3, 5],
  maxCodePoints: 1000,
};
const blocks: readonly BlockSpec[] = [
  { kind: 'hashed-ngram', name: 'prompt', input: 'prompt', dim: 19, scale: 0.5, encoder },
  { kind: 'precomputed', name: 'vector', dim: 2, scale: 2, inputDim: 3 },
  {
    kind: 'text-form',
    name: 'response-form',
    input: 'response',
    dim: TEXT_FORM_DIM,
    scale: 0.25,
    version: 1,
  },
  { kind: 'columns', name: 'column-1', dim: 1, scale: 10, names: ['difficulty'] },
  { kind: 'signals', name: 'signals', dim: 2, scale: 1, names: ['judge', 'constructor'] },
];

function randomTensors(): Record<string, Tensor> {
  const rng = createRng(5);
  const tensor = (...shape: number[]): Tensor => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.1 + rng.uniform()),
  });
  return {
    'prompt.idf': tensor(512),
    'prompt.components': tensor(512, 19),
    'prompt.center': tensor(19),
    'vector.components': tensor(3, 2),
    'vector.center': tensor(2),
    'response-form.center': tensor(TEXT_FORM_DIM),
    'column-1.center': tensor(1),
    'signals.center': tensor(2),
  };
}

const tensors = randomTensors();
const full: BlockInput = {
  prompt: 'Why is the sky blue?',
  response: 'Because of Rayleigh scattering.',
  vector: [1, -2, 3],
  columns: { difficulty: 40 },
  signals: { judge: 0.5, constructor: 3 },
};
const dim = 19 + 2 + TEXT_FORM_DIM + 1 + 2;

describe('the feature vector', () => {
  const features = computeFeatures(blocks, tensors, full);

  it('projects the text, centres it and divides it by one number', () => {
    const idf = tensors['prompt.idf'].data;
    const { buckets, values, length } = createNgramEncoder(encoder, idf).encodeSparse(full.prompt ?? '');
    for (let j = 0; j < 19; j++) {
      let raw = 0;
      for (let i = 0; i < length; i++)
        raw += values[i] * tensors['prompt.components'].data[buckets[i] * 19 + j];
      expect(features[j]).toBeCloseTo((raw - tensors['prompt.center'].data[j]) / 0.5, 12);
    }
  });

  it('projects the vector, and takes form, columns and signals as they are', () => {
    const components = tensors['vector.components'].data;
    const raw = components[0] - 2 * components[2] + 3 * components[4];
    expect(features[19]).toBeCloseTo((raw - tensors['vector.center'].data[0]) / 2, 12);
    const form = new Float64Array(TEXT_FORM_DIM);
    textForm(full.response ?? '', form);
    expect(features[21]).toBeCloseTo((form[0] - tensors['response-form.center'].data[0]) / 0.25, 12);
    expect(features[dim - 3]).toBeCloseTo((40 - tensors['column-1.center'].data[0]) / 10, 12);
    expect(features[dim - 1]).toBeCloseTo(3 - tensors['signals.center'].data[1], 12);
  });

  it('counts what is absent as the centre', () => {
    expect(computeFeatures(blocks, tensors, {})).toEqual(new Float64Array(dim));
    const partial = computeFeatures(blocks, tensors, {
      response: null,
      columns: { difficulty: NaN },
      signals: { judge: Infinity },
      vector: null,
    });
    expect(partial).toEqual(new Float64Array(dim));
  });

  it('tells an empty text from an absent one', () => {
    const empty = computeFeatures(blocks, tensors, { prompt: '' });
    expect(empty[0]).toBeCloseTo(-tensors['prompt.center'].data[0] / 0.5, 12);
  });

  it('is the same from a reader that has read something else before', () => {
    const reader = createFeatureReader(blocks, tensors);
    expect(reader.dim).toBe(dim);
    const out = new Float64Array(dim + 3).fill(9);
    reader.readInto({ ...full, prompt: 'another, longer prompt with other words', signals: {} }, out, 3);
    reader.readInto(full, out, 3);
    expect(out.subarray(3)).toEqual(features);
    expect([...out.subarray(0, 3)]).toEqual([9, 9, 9]);
  });

  it('refuses a vector of the wrong length and tensors that do not fit', () => {
    expect(() => computeFeatures(blocks, tensors, { vector: [1, 2] })).toThrow(/vector of 3 numbers, got 2/);
    const withoutIdf = { 'prompt.center': tensors['prompt.center'] };
    expect(() => createFeatureReader(blocks, withoutIdf)).toThrow(/prompt\.idf is missing/);
    const short = { ...tensors, 'prompt.idf': { shape: [5], data: new Float32Array(5) } };
    expect(() => createFeatureReader(blocks, short)).toThrow(/512 numbers and has 5/);
  });
});
