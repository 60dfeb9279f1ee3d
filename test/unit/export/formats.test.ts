import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { buildBundle, type Bundle } from '../../../src/export/bundle.ts';
import { denseNetwork } from '../../../src/export/dense-network.ts';
import { chooseFormats } from '../../../src/export/formats.ts';
import { writeOnnx } from '../../../src/export/onnx/write-onnx.ts';
import { writeRouteLlm } from '../../../src/export/routellm.ts';
import type { RuntimeFiles } from '../../../src/export/runtime-files.ts';
import { runVllmModel, writeVllm } from '../../../src/export/vllm.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { createChooser } from '../../../src/runtime/decide.ts';
import type { EncoderDescription } from '../../../src/runtime/manifest.ts';
import { readRouterFile, type RouterFile } from '../../../src/runtime/router-file.ts';
import { createScorer } from '../../../src/runtime/score.ts';
import { buildRuntimeFiles, makeTemporaryFolder } from '../../support/runtime-files.ts';
import { makeTrainedRouter, type RouterShape } from '../../support/trained-router.ts';

let folder: string;
let runtimes: RuntimeFiles;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  runtimes = await buildRuntimeFiles(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function fileOf(shape: RouterShape): RouterFile {
  return readRouterFile(writeSafetensors(makeTrainedRouter(shape)).bytes);
}

async function build(name: string, shape: RouterShape, formats?: readonly string[]): Promise<Bundle> {
  const directory = join(folder, name);
  return buildBundle(makeTrainedRouter(shape), { directory, runtimes, formats, python: '/no/such/python' });
}

describe('choosing formats', () => {
  it('writes what was asked for, what that needs, and says what it left out', async () => {
    const { files, parity } = await build('chosen', { kind: 'text' }, ['onnx', 'litellm']);
    expect(files.map(({ name }) => name)).toEqual([
      'SHA256SUMS', 'golden.jsonl', 'litellm/config.yaml', 'litellm/metarouter_callback.py', 'manifest.json', 'router.onnx',
      'router.safetensors', 'runtime/router.py',
    ]); // prettier-ignore
    expect(parity['router.mjs']).toMatchObject({ state: 'absent', reason: 'not asked for' });
    expect(parity.card).toMatchObject({ state: 'absent', reason: 'not asked for' });
    expect(parity['router.onnx'].state).toBe('not-run');
  });

  it('refuses a format that there is not, and lists those that there are', () => {
    expect(() => chooseFormats(['onnx', 'pickle'])).toThrow(
      'There is no format pickle. Formats: all, router.mjs, router.py, router.onnx, tfjs, litellm, vllm-semantic-router, routellm, card',
    );
    expect(chooseFormats(['all']).formats.length).toBe(7);
    expect(chooseFormats(['safetensors'])).toEqual({ formats: [], hasCard: false });
  });

  it('says why a format cannot be', async () => {
    const { parity } = await build('trees', { kind: 'cascade', head: 'trees' });
    expect(parity.tfjs.reason).toContain('trees or neighbours');
    expect(parity.litellm.reason).toContain('after the cheap model has answered');
    expect(parity.routellm.reason).toContain('after the cheap model has answered');
  });
});

describe('a dense network', () => {
  it.each(['linear', 'mlp'] as const)('gives the gains of its heads (%s)', (head) => {
    const file = fileOf({ kind: 'text', head, models: 3 });
    const network = denseNetwork(file, { count: 2, ofHead: (i) => i }) ?? [];
    const rng = createRng(8);
    const scorer = createScorer(file);
    for (let row = 0; row < 20; row++) {
      const features = Float64Array.from({ length: scorer.dim }, () => rng.normal());
      let values: ArrayLike<number> = features;
      network.forEach((layer, j) => {
        const input = Array.from(values, (value) => (j === 0 ? value : Math.max(0, value)));
        values = layer.bias.map((bias, o) =>
          input.reduce((sum, value, i) => sum + value * layer.weight[i * layer.out + o], bias),
        );
      });
      Array.from(scorer.gainsOfFeatures(features)).forEach((gain, k) => {
        expect(values[k]).toBeCloseTo(gain, 10);
      });
    }
  });

  it('is deepened where linear and perceptron are added up, and there is none with trees', () => {
    const trained = makeTrainedRouter({ kind: 'text', head: 'sum' });
    const [head] = trained.manifest.heads;
    if (head.kind !== 'sum') throw new Error('expected a sum');
    // Parts 0 (linear) and 2 (perceptron) of the four.
    const kept = [0, 2];
    const parts = kept.map((j) => head.parts[j]);
    const tensors = Object.entries(trained.tensors).flatMap(([name, tensor]) => {
      const part = /^head\.0\.part\.(?<j>\d)\./.exec(name)?.groups?.j;
      if (part === undefined) return [[name, tensor] as const];
      const at = kept.indexOf(Number(part));
      return at < 0 ? [] : [[name.replace(`part.${part}`, `part.${at}`), tensor] as const];
    });
    const manifest = { ...trained.manifest, heads: [{ model: 'large', kind: 'sum' as const, parts }] };
    const file = readRouterFile(writeSafetensors({ manifest, tensors: Object.fromEntries(tensors) }).bytes);
    const network = denseNetwork(file, { count: 1, ofHead: () => 0 }) ?? [];
    expect(network.map(({ out }) => out)).toEqual([7 + 2, 5 + 2, 1]);
    expect(denseNetwork(fileOf({ kind: 'text', head: 'sum' }), { count: 1, ofHead: () => 0 })).toBeNull();
  });
});

describe('for gateways with an encoder of their own', () => {
  it.each([1024, 768])('a perceptron chooses as the router does (%i numbers)', async (inputDim) => {
    for (const shape of [{ head: 'linear' }, { head: 'mlp', models: 4 }] as const) {
      const { parity } = await build(`vllm-${inputDim}-${shape.head}`, {
        kind: 'precomputed',
        inputDim,
        ...shape,
      });
      expect(parity['vllm-semantic-router']).toMatchObject({
        state: 'checked',
        rows: 80,
        decisionsEqual: true,
      });
      expect(parity['vllm-semantic-router'].maxAbsDiff).toBeLessThan(1e-5);
    }
  });

  it('gives a tie to the cheapest, which comes last', () => {
    const file = fileOf({ kind: 'precomputed', inputDim: 768, models: 4 });
    const written = writeVllm(file);
    if (typeof written === 'string') throw new Error(written);
    const names = [...runVllmModel(written.modelJson)(new Float64Array(768)).keys()];
    expect(names).toEqual(['large', 'middle-1', 'middle-2', 'small']);
    expect(createChooser(file.manifest)([0, 0, 0], 0).model).toBe('small');
    expect(written.yaml).toContain('embedding_dim: 768');
  });

  it('a checkpoint of RouteLLM scores as the router does, its intercept in the threshold', async () => {
    const { parity } = await build('routellm', { kind: 'precomputed', inputDim: 1536 });
    expect(parity.routellm).toMatchObject({ state: 'checked', rows: 80, decisionsEqual: true });
    expect(writeRouteLlm(fileOf({ kind: 'precomputed', inputDim: 1536, models: 3 }))).toContain('two models');
    expect(writeRouteLlm(fileOf({ kind: 'precomputed', inputDim: 1536, head: 'mlp' }))).toContain(
      'not linear',
    );
    expect(writeRouteLlm(fileOf({ kind: 'precomputed', inputDim: 768 }))).toContain('768 numbers');
    expect(writeRouteLlm(fileOf({ kind: 'vector-and-text', inputDim: 1536 }))).toContain(
      'text-form, columns',
    );
  });

  it('is left out where the vectors were made by another encoder than the gateway has', () => {
    const madeBy = (inputDim: number, model: string, prefix = ''): RouterFile => {
      const file = fileOf({ kind: 'precomputed', inputDim });
      const encoder: EncoderDescription = {
        ...{ kind: 'openai-embeddings', model, revision: null, dimension: inputDim, isShortened: false },
        ...{ pooling: 'server', normalisation: 'l2', prefix, maxCodePoints: 16_384 },
      };
      const blocks = file.manifest.blocks.map((block) =>
        block.kind === 'precomputed' ? { ...block, encoder } : block,
      );
      return { ...file, manifest: { ...file.manifest, blocks } };
    };
    expect(writeRouteLlm(madeBy(1536, 'text-embedding-3-small'))).toHaveProperty('safetensors');
    expect(writeRouteLlm(madeBy(1536, 'openai/text-embedding-3-small'))).toHaveProperty('safetensors');
    expect(writeRouteLlm(madeBy(1536, 'text-embedding-3-large'))).toContain('of text-embedding-3-large');
    expect(writeRouteLlm(madeBy(1536, 'text-embedding-3-small', 'query: '))).toContain(
      'begin with "query: "',
    );
    expect(writeVllm(madeBy(1024, 'Qwen/Qwen3-Embedding-0.6B'))).toHaveProperty('modelJson');
    expect(writeVllm(madeBy(1024, 'bge-large-en'))).toContain(
      'of bge-large-en, this gateway makes those of Qwen3',
    );
    expect(writeVllm(madeBy(768, 'llm-semantic-router/mmbert-embed'))).toHaveProperty('modelJson');
  });
});

it('ONNX has the same bytes every time', () => {
  const file = fileOf({ kind: 'text', head: 'sum', models: 3 });
  expect(writeOnnx(file)).toEqual(writeOnnx(fileOf({ kind: 'text', head: 'sum', models: 3 })));
});
