/** Random but valid trained routers of every kind, for tests of what leaves the app. */
import { createRng, type Rng } from '../../src/core/rng.ts';
import { computeFeatures } from '../../src/runtime/blocks.ts';
import { createHead } from '../../src/runtime/heads.ts';
import type {
  AnyTensor,
  BlockSpec,
  HashedNgramSpec,
  ManifestHead,
  ManifestModel,
  Measured,
  Tensor,
  TrainedRouter,
} from '../../src/runtime/manifest.ts';
import { TEXT_FORM_DIM } from '../../src/runtime/text-form.ts';
import { probeTexts } from '../../src/export/probe-texts.ts';
import { makeHead, type HeadKind } from './random-heads.ts';

export const ROUTER_KINDS = ['text', 'columns', 'precomputed', 'vector-and-text', 'cascade'] as const;
export type RouterKind = (typeof ROUTER_KINDS)[number];

export interface RouterShape {
  readonly kind: RouterKind;
  readonly seed?: number;
  readonly buckets?: number;
  readonly dim?: number;
  readonly inputDim?: number;
  readonly head?: HeadKind;
  /** More than two: an anchor `small` and candidates. */
  readonly models?: number;
  /** Bootstrap draws of a cascade that asks an expert. */
  readonly draws?: number;
}

function textBlock(
  name: string,
  input: 'prompt' | 'response',
  { buckets = 512, dim = 8 }: RouterShape,
): BlockSpec {
  const encoder: HashedNgramSpec = {
    version: 1,
    buckets,
    wordNgrams: [1, 2],
    charNgrams: [3, 5],
    maxCodePoints: 4000,
  };
  return { kind: 'hashed-ngram', name, input, dim, scale: 0.07, encoder };
}

function formBlock(name: string, input: 'prompt' | 'response'): BlockSpec {
  return { kind: 'text-form', name, input, dim: TEXT_FORM_DIM, scale: 0.21, version: 1 };
}

function blocksOf(shape: RouterShape): readonly BlockSpec[] {
  const columns: BlockSpec = {
    kind: 'columns',
    name: 'columns',
    dim: 3,
    scale: 2.5,
    names: ['turns', 'länge', 'x"y'],
  };
  const vector: BlockSpec = {
    kind: 'precomputed',
    name: 'prompt',
    dim: shape.dim ?? 8,
    scale: 0.3,
    inputDim: shape.inputDim ?? 24,
  };
  switch (shape.kind) {
    case 'text':
      return [textBlock('prompt', 'prompt', shape), formBlock('meta', 'prompt')];
    case 'columns':
      return [textBlock('prompt', 'prompt', shape), formBlock('meta', 'prompt'), columns];
    case 'precomputed':
      return [vector];
    case 'vector-and-text':
      return [vector, formBlock('meta', 'prompt'), columns];
    case 'cascade':
      return [
        textBlock('prompt', 'prompt', shape),
        formBlock('meta', 'prompt'),
        textBlock('response', 'response', shape),
        formBlock('response-meta', 'response'),
        { kind: 'signals', name: 'signals', dim: 2, scale: 0.4, names: ['judge', 'rule'] },
      ];
  }
}

function tensor(shape: readonly number[], value: () => number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, value) };
}

function tensorsOf(blocks: readonly BlockSpec[], rng: Rng): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const block of blocks) {
    tensors[`${block.name}.center`] = tensor([block.dim], () => 0.05 * rng.normal());
    if (block.kind === 'hashed-ngram') {
      const { buckets } = block.encoder;
      tensors[`${block.name}.idf`] = tensor([buckets], () => 1 + 5 * rng.uniform());
      tensors[`${block.name}.components`] = tensor([buckets, block.dim], () => 0.1 * rng.normal());
    }
    if (block.kind === 'precomputed') {
      tensors[`${block.name}.components`] = tensor([block.inputDim, block.dim], () => 0.3 * rng.normal());
    }
  }
  return tensors;
}

interface Trained {
  readonly blocks: readonly BlockSpec[];
  readonly heads: readonly ManifestHead[];
  readonly tensors: Readonly<Record<string, AnyTensor>>;
  readonly dim: number;
}

function sampleGains({ blocks, heads, tensors, dim }: Trained, rng: Rng): number[] {
  const texts = probeTexts(rng, 101).slice(0, 101);
  const inputDim = blocks.find((block) => block.kind === 'precomputed')?.inputDim ?? 0;
  const head = createHead(heads[0], tensors, 'head.0', dim);
  const gains = texts.map((text, i) => {
    const vector = Float64Array.from({ length: inputDim }, () => rng.normal());
    const input = { prompt: text, response: texts[100 - i], ...(inputDim > 0 ? { vector } : {}) };
    return head(computeFeatures(blocks, tensors, input));
  });
  return gains.sort((a, b) => a - b);
}

function modelsOf(count: number): readonly ManifestModel[] {
  const prices = { inputUsdPerMillion: 5, outputUsdPerMillion: 15 };
  const none = { inputUsdPerMillion: null, outputUsdPerMillion: null };
  if (count === 2) {
    return [
      { name: 'large', role: 'strong', relativeCost: 1, ...prices },
      { name: 'small', role: 'cheap', relativeCost: 0, ...none },
    ];
  }
  const candidates = Array.from({ length: count - 1 }, (_, i) => ({
    name: i === 0 ? 'large' : `middle-${i}`,
    role: 'candidate' as const,
    relativeCost: (count - 1 - i) / (count - 1),
    ...prices,
  }));
  return [...candidates, { name: 'small', role: 'anchor', relativeCost: 0, ...none }];
}

/** Draws around the head's own coefficients. */
function deferralTensors(
  draws: number,
  dim: number,
  tensors: Trained['tensors'],
  rng: Rng,
): Record<string, Tensor> {
  const own = tensors['head.0.coefficients'].data;
  const [intercept] = tensors['head.0.intercept'].data;
  let at = 0;
  return {
    'deferral.coefficients': tensor([draws, dim], () => own[at++ % dim] + 0.01 * rng.normal()),
    'deferral.intercepts': tensor([draws], () => intercept + 0.05 * rng.normal()),
  };
}

const measured = (value: number): Measured => ({ value, ci95: [value - 0.05, value + 0.05] });

/** The same shape and seed give the same router. */
export function makeTrainedRouter(shape: RouterShape): TrainedRouter {
  const rng = createRng(shape.seed ?? 1);
  const blocks = blocksOf(shape);
  const dim = blocks.reduce((sum, block) => sum + block.dim, 0);
  const models = modelsOf(shape.models ?? 2);
  const made = models
    .filter(({ name }) => name !== 'small')
    .map(({ name }, i) => ({ model: name, ...makeHead(shape.head ?? 'linear', i, dim, rng) }));
  const heads = made.map(({ model, spec }) => ({ ...spec, model }));
  const withHeads: Trained['tensors'] = {
    ...tensorsOf(blocks, rng),
    ...Object.fromEntries(made.flatMap((head) => Object.entries(head.tensors))),
  };
  const gainPercentiles = sampleGains({ blocks, heads, tensors: withHeads, dim }, rng);
  const { draws } = shape;
  const tensors =
    draws === undefined ? withHeads : { ...withHeads, ...deferralTensors(draws, dim, withHeads, rng) };
  const point = (name: string, threshold: number, share: number) => ({
    name,
    w: Math.max(0, threshold),
    threshold,
    strongShare: measured(share),
    quality: measured(0.7),
    cost: { value: share, ci95: null, reason: 'the mean over the test prompts' },
  });
  return {
    manifest: {
      id: '01890000-0000-7000-8000-000000000001',
      name: 'test: large or small',
      created: '2026-01-02T03:04:05.000Z',
      productVersion: '0.1.0',
      stage: shape.kind === 'cascade' ? 'cascade' : 'route',
      models,
      anchor: 'small',
      costUnit: 'strong-call',
      qualityUnit: 'gold-score',
      meanCost: { strong: 1, cheap: 0 },
      blocks,
      heads,
      calibration: null,
      ...(draws === undefined ? {} : { deferral: { kind: 'bootstrap-linear', draws, level: 0.9 } }),
      gainPercentiles: models.length > 2 ? null : gainPercentiles,
      operatingPoints: [
        point('default', 0.01, 0.4),
        point('strong-share-20', gainPercentiles[80], 0.2),
        point('strong-share-50', gainPercentiles[50], 0.5),
      ],
      outOfDistribution: { maxFeatureNorm: 12 },
      isSimulated: true,
      run: { dataHash: 'abc', nGold: 100, nPreference: 900, config: { seed: 1, w: 0 } },
      diagnostics: {
        metrics: { strongShare: measured(0.4), pgr: { value: null, ci95: null, reason: 'mean gain near 0' } },
        estimators: {
          oracle: { egMean: measured(0.1), policyValue: { '0.1': measured(0.2) } },
          auto: { egMean: measured(0.05), policyValue: { '0': measured(0.1) } },
        },
        overlap: { rowsOutside: 0, warnings: [] },
        warnings: [{ code: 'simulated', message: 'Labels come from a simulation | <b>really</b>.' }],
      },
      assumptions: [
        { name: 'overlap', holds: true, why: 'checked' },
        { name: 'same prompts', holds: null, why: 'cannot be seen' },
      ],
    },
    tensors,
  };
}
