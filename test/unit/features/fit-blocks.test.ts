import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createRng } from '../../../src/core/rng.ts';
import { featuresOf } from '../../../src/features/block-rows.ts';
import {
  embeddingOnly,
  prepareFeatureInputs,
  type FeatureSource,
} from '../../../src/features/feature-inputs.ts';
import { fitBlocks, type FittedBlocks } from '../../../src/features/fit-blocks.ts';
import { computeFeatures, type BlockInput } from '../../../src/runtime/blocks.ts';

const WORDS =
  'why how what is the sky blue sum of integral function return 東京 é 😀 router strong cheap'.split(' ');

function sentence(seed: number): string {
  const rng = createRng(seed);
  const length = 3 + Math.floor(rng.uniform() * 12);
  return Array.from({ length }, () => WORDS[Math.floor(rng.uniform() * WORDS.length)]).join(' ');
}

function source(n: number, changes: Partial<FeatureSource> = {}): FeatureSource {
  const rows = Array.from({ length: n }, (_, i) => i);
  return {
    stage: 'cascade',
    n,
    prompts: rows.map((i) => sentence(i)),
    cheapResponses: rows.map((i) => (i % 9 === 4 ? null : sentence(1000 + i))),
    covariates: [
      { name: 'price', values: Float64Array.from(rows, (i) => (i % 7 === 0 ? NaN : 1e6 + i * 1000)) },
    ],
    signals: [{ name: 'judge', scores: Float64Array.from(rows, (i) => (i % 5) / 5) }],
    vectors: null,
    vectorDim: 0,
    ...changes,
  };
}

/** What a deployer would bring for row i. */
function inputOf(from: FeatureSource, i: number): BlockInput {
  const { prompts, cheapResponses, covariates, signals, vectors, vectorDim } = from;
  const named = (columns: readonly (readonly [string, number])[]): Record<string, number> =>
    Object.fromEntries(columns.filter(([, value]) => !Number.isNaN(value)));
  const vector = vectors?.subarray(i * vectorDim, (i + 1) * vectorDim);
  return {
    prompt: prompts[i],
    response: cheapResponses[i],
    vector: vector?.every(Number.isFinite) === true ? vector : null,
    columns: named(covariates.map(({ name, values }) => [name, values[i]])),
    signals: named(signals.map(({ name, scores }) => [name, scores[i]])),
  };
}

const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

function randomVectors(n: number, dim: number): Float64Array {
  const rng = createRng(21);
  return Float64Array.from({ length: n * dim }, (_, e) => 3 + rng.normal() / (1 + (e % dim)));
}

/** Every row of the training features is what the runtime gives for that input. */
function expectSamePath(from: FeatureSource, fitted: FittedBlocks, rows: Int32Array): void {
  const { data, cols } = featuresOf(prepareFeatureInputs(from), fitted, rows);
  rows.forEach((row, k) => {
    const runtime = computeFeatures(fitted.blocks, fitted.tensors, inputOf(from, row));
    expect(runtime).toEqual(data.subarray(k * cols, (k + 1) * cols));
  });
}

describe('fitting the feature blocks', () => {
  it('makes the blocks of a cascade in their order, each with its tensors', () => {
    const inputs = prepareFeatureInputs(source(120));
    const { blocks, tensors, dim } = fitBlocks(inputs, all(120), { seed: 1, dim: 10 });
    expect(blocks.map(({ name, kind, dim }) => [name, kind, dim])).toEqual([
      ['prompt', 'hashed-ngram', 10],
      ['form', 'text-form', 11],
      ['column-1', 'columns', 1],
      ['response', 'hashed-ngram', 10],
      ['response-form', 'text-form', 11],
      ['signal-1', 'signals', 1],
    ]);
    expect(dim).toBe(44);
    expect(tensors['prompt.idf'].shape).toEqual([1 << 14]);
    expect(tensors['prompt.components'].shape).toEqual([1 << 14, 10]);
    for (const { shape, data } of Object.values(tensors)) {
      expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
    }
  });

  it('reads nothing of the response for a route', () => {
    const inputs = prepareFeatureInputs(source(40, { stage: 'route' }));
    const { blocks } = fitBlocks(inputs, all(40), { seed: 1, dim: 5 });
    expect(blocks.map(({ name }) => name)).toEqual(['prompt', 'form', 'column-1']);
    expect(blocks[0]).toMatchObject({ encoder: { buckets: 1 << 15 } });
  });

  it('centres every block and divides it by the root mean component variance', () => {
    const from = source(150);
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(150), { seed: 1, dim: 12 });
    const { data, rows, cols } = featuresOf(inputs, fitted, all(150));
    let at = 0;
    for (const { dim } of fitted.blocks) {
      let variance = 0;
      for (let j = at; j < at + dim; j++) {
        const column = Array.from({ length: rows }, (_, i) => data[i * cols + j]).filter((x) => x !== 0);
        const mean = column.reduce((a, b) => a + b, 0) / Math.max(1, column.length);
        expect(mean).toBeCloseTo(0, 4);
        variance += column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, column.length);
      }
      // A column of the form that is often exactly at its centre loses those rows above; the others are exact.
      if (dim !== 11) expect(variance / dim).toBeCloseTo(1, 4);
      at += dim;
    }
  });

  it('gives the runtime the numbers that training saw, to the bit', () => {
    const from = source(90, { vectors: randomVectors(90, 80), vectorDim: 80 });
    for (const changed of [from, source(90)]) {
      const fitted = fitBlocks(prepareFeatureInputs(changed), all(60), { seed: 4, dim: 7 });
      expectSamePath(changed, fitted, all(90));
    }
  });

  it('gives the runtime the numbers that training saw for any text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constant('\ud800 x'));
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 2, maxLength: 12 }), (texts) => {
        const n = texts.length;
        const prompts = ['a prompt that is there', ...texts.slice(1)];
        const from = source(n, { prompts, cheapResponses: texts, covariates: [], signals: [] });
        const fitted = fitBlocks(prepareFeatureInputs(from), all(n), { seed: 1, dim: 4 });
        expectSamePath(from, fitted, all(n));
      }),
      { numRuns: 30 },
    );
  });

  it('depends on the rows that it is fitted on and on no other', () => {
    const from = source(100);
    const prompts = from.prompts.map((prompt, i) => (i < 60 ? prompt : 'something else entirely'));
    const a = fitBlocks(prepareFeatureInputs(from), all(60), { seed: 1, dim: 6 });
    const b = fitBlocks(prepareFeatureInputs({ ...from, prompts }), all(60), { seed: 1, dim: 6 });
    expect(b.blocks).toEqual(a.blocks);
    expect(b.tensors).toEqual(a.tensors);
  });

  it('gives the same bytes for the same seed', () => {
    const inputs = prepareFeatureInputs(source(80));
    const a = fitBlocks(inputs, all(80), { seed: 5 });
    const b = fitBlocks(prepareFeatureInputs(source(80)), all(80), { seed: 5 });
    expect(b).toEqual(a);
  });

  it('does not mind the order of the rows', () => {
    const inputs = prepareFeatureInputs(source(140));
    const order = createRng(3).permutation(140);
    const a = fitBlocks(inputs, all(140), { seed: 5, dim: 8 });
    const b = fitBlocks(inputs, order, { seed: 5, dim: 8 });
    const ofA = featuresOf(inputs, a, all(140)).data;
    featuresOf(inputs, b, all(140)).data.forEach((value, i) => {
      expect(value).toBeCloseTo(ofA[i], 3);
    });
  });

  it('counts what is absent as the centre, and says how often', () => {
    const from = source(90);
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(90), { seed: 1, dim: 5 });
    expect(fitted.absent).toEqual([
      { block: 'column-1', rows: 13 },
      { block: 'response', rows: 10 },
      { block: 'response-form', rows: 10 },
    ]);
    expect(fitted.warnings.map(({ code }) => code)).toEqual(['feature-absent', 'feature-absent']);
    expect(fitted.warnings[0].message).toMatch(/13 of 90 .* column price/);
    const { data, cols } = featuresOf(inputs, fitted, [0, 4]);
    expect(data[16]).toBe(0);
    expect([...data.subarray(cols + 17, cols + 17 + 16)]).toEqual(new Array<number>(16).fill(0));
  });

  it('keeps constant blocks finite, with a warning', () => {
    const n = 30;
    const covariates = [{ name: 'flat', values: new Float64Array(n).fill(0.1) }];
    const from = source(n, {
      stage: 'route',
      covariates,
      prompts: new Array<string>(n).fill('the same prompt'),
    });
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(n), { seed: 1 });
    expect(fitted.blocks.map(({ dim, scale }) => [dim, scale])).toEqual([
      [1, 1],
      [11, 1],
      [1, 1],
    ]);
    expect(fitted.warnings.map(({ code }) => code)).toEqual(['feature-constant', 'feature-constant']);
    featuresOf(inputs, fitted, all(n)).data.forEach((value) => {
      expect(value).toBeCloseTo(0, 6);
    });
  });

  it('has as many components as the rank allows', () => {
    const inputs = prepareFeatureInputs(source(6, { stage: 'route' }));
    expect(fitBlocks(inputs, all(6), { seed: 1 }).blocks[0].dim).toBe(6);
    expect(fitBlocks(inputs, [0, 1, 1, 0], { seed: 1 }).blocks[0].dim).toBe(2);
  });

  it('leaves out blocks that no row has', () => {
    const n = 20;
    const empty = prepareFeatureInputs(
      source(n, { prompts: new Array<string>(n).fill(''), cheapResponses: new Array<null>(n).fill(null) }),
    );
    expect(fitBlocks(empty, all(n), { seed: 1 }).blocks.map(({ name }) => name)).toEqual([
      'column-1',
      'signal-1',
    ]);
    const late = source(n, { cheapResponses: Array.from({ length: n }, (_, i) => (i < 10 ? null : 'yes')) });
    const fitted = fitBlocks(prepareFeatureInputs(late), all(10), { seed: 1, dim: 3 });
    expect(fitted.blocks.map(({ name }) => name)).toEqual(['prompt', 'form', 'column-1', 'signal-1']);
    expect(fitted.warnings.map(({ code }) => code)).toContain('feature-omitted');
  });

  it('refuses to make features of nothing', () => {
    const nothing = source(3, {
      prompts: ['', '', ''],
      cheapResponses: [null, null, null],
      covariates: [],
      signals: [],
    });
    expect(() => fitBlocks(prepareFeatureInputs(nothing), all(3), { seed: 1 })).toThrow(AppError);
    expect(() => fitBlocks(prepareFeatureInputs(source(3)), [], { seed: 1 })).toThrow(
      /none of the 0 training rows/,
    );
    expect(() => prepareFeatureInputs(source(3, { prompts: ['one'] }))).toThrow(
      /expected 3 rows of prompts, got 1/,
    );
  });

  it('can be cancelled', () => {
    const inputs = prepareFeatureInputs(source(50));
    const throwIfCancelled = (): void => {
      throw new AppError('cancelled', 'Cancelled.');
    };
    const control = { report: () => undefined, throwIfCancelled };
    expect(() => fitBlocks(inputs, all(50), { seed: 1, control })).toThrow('Cancelled.');
    expect(() => prepareFeatureInputs(source(50), control)).toThrow('Cancelled.');
  });
});

describe('imported vectors', () => {
  it('pass through unchanged up to 64 dimensions', () => {
    const vectors = randomVectors(40, 8);
    const from = source(40, { stage: 'route', vectors, vectorDim: 8, covariates: [] });
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(40), { seed: 1, dim: 3 });
    expect(fitted.blocks.map(({ name, kind, dim }) => [name, kind, dim])).toEqual([
      ['prompt', 'precomputed', 8],
      ['form', 'text-form', 11],
    ]);
    const { data, cols } = featuresOf(inputs, fitted, all(40));
    const center = fitted.tensors['prompt.center'].data;
    expect(data[5 * cols + 2]).toBe((vectors[5 * 8 + 2] - center[2]) / fitted.blocks[0].scale);
  });

  it('can be all that is read, as gateways have nothing else', () => {
    const vectors = randomVectors(40, 8);
    const from = source(40, { stage: 'route', vectors, vectorDim: 8 });
    const inputs = embeddingOnly(prepareFeatureInputs(from), 'route');
    const fitted = fitBlocks(inputs, all(40), { seed: 1, dim: 3 });
    expect(fitted.blocks.map(({ kind }) => kind)).toEqual(['precomputed']);
    const wordsOnly = prepareFeatureInputs(source(40, { stage: 'route' }));
    expect(() => embeddingOnly(wordsOnly, 'route')).toThrow('these prompts have no vectors');
    expect(() => embeddingOnly(inputs, 'cascade')).toThrow('for the stage route');
  });

  it('are reduced to their principal components beyond', () => {
    const n = 200;
    const vectors = randomVectors(n, 100);
    const from = source(n, { stage: 'route', vectors, vectorDim: 100, covariates: [] });
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(n), { seed: 1, dim: 5 });
    expect(fitted.blocks[0].dim).toBe(5);
    // The sizes of the columns fall as 1/j: the first component is nearly the first axis, not the mean.
    const components = fitted.tensors['prompt.components'].data;
    expect(Math.abs(components[0])).toBeGreaterThan(0.95);
  });

  it('that are missing in a row count as the centre', () => {
    const vectors = randomVectors(30, 4);
    vectors[7 * 4 + 1] = NaN;
    const from = source(30, { stage: 'route', vectors, vectorDim: 4, covariates: [] });
    const inputs = prepareFeatureInputs(from);
    const fitted = fitBlocks(inputs, all(30), { seed: 1 });
    expect(fitted.absent).toEqual([{ block: 'prompt', rows: 1 }]);
    expect([...featuresOf(inputs, fitted, [7]).data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expectSamePath(from, fitted, all(30));
  });
});
