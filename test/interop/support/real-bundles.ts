/**
 * Bundles of every head, on real prompts with human grades (EVOUNA, ../shared/data) where they are, on generated ones
 * otherwise. The first is trained through the command line as a person would; for the others the head is replaced by a
 * learner's, fitted on the same features and gold gains.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Matrix } from '../../../src/core/matrix.ts';
import { CHEAP, JUDGE, STRONG } from '../../../src/cli/demo/generate.ts';
import { createRng } from '../../../src/core/rng.ts';
import { buildBundle, type Bundle } from '../../../src/export/bundle.ts';
import { fitLearner } from '../../../src/learners/fit-learner.ts';
import { modelHead } from '../../../src/learners/model-head.ts';
import { combine, predict, roundToFile, type Model } from '../../../src/learners/model.ts';
import { fitRidge } from '../../../src/learners/ridge.ts';
import type { AnyTensor, TrainedRouter } from '../../../src/runtime/manifest.ts';
import { blockTensors, readRouterFile, type RouterFile } from '../../../src/runtime/router-file.ts';
import { createScorer } from '../../../src/runtime/score.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EVOUNA = join(ROOT, '../shared/data/evouna_nq.wide.jsonl.gz');

export const HEADS = ['linear', 'forest', 'boosted-trees', 'mlp', 'nearest', 'sum'] as const;
export type Head = (typeof HEADS)[number];

export const runtimes = {
  routerMjs: join(ROOT, 'dist/runtime/router.mjs'),
  routerPy: join(ROOT, 'dist/runtime/router.py'),
  litellmCallback: join(ROOT, 'dist/runtime/metarouter_callback.py'),
};

interface Row {
  readonly prompt: string;
  readonly split: string;
  readonly gold: Readonly<Record<string, number | null>>;
}

export interface World {
  readonly folder: string;
  /** The router that the command line trained. */
  readonly router: RouterFile;
  readonly features: Matrix;
  /** Gold of each model on each row of the features; NaN where there is none. */
  readonly gold: Readonly<Record<string, Float64Array>>;
  readonly prompts: readonly string[];
  readonly strong: string;
  readonly cheap: string;
}

function metarouter(args: readonly string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'dist/metarouter.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function dataset(folder: string): {
  file: string;
  rows: Row[];
  strong: string;
  cheap: string;
  source: string;
} {
  const file = join(folder, 'data.wide.jsonl');
  if (existsSync(EVOUNA)) {
    const text = gunzipSync(readFileSync(EVOUNA)).toString('utf8');
    writeFileSync(file, text);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line): Row => JSON.parse(line) as Row);
    return { file, rows, strong: 'gpt-4', cheap: 'dpr-fid', source: 'lexical_match' };
  }
  process.stderr.write(
    '\n*** NOT ON REAL DATA: ../shared/data is not there; generated prompts are used. ***\n\n',
  );
  metarouter(['demo', '--out', join(folder, 'demo')]);
  const text = readFileSync(join(folder, 'demo/demo.wide.jsonl'), 'utf8');
  writeFileSync(file, text);
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line): Row => ({ ...(JSON.parse(line) as Row), split: 'train' }));
  return { file, rows, strong: STRONG, cheap: CHEAP, source: JUDGE };
}

/** A project trained through the command line, its router and the features of its training prompts. */
export function makeWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-interop-'));
  const { file, rows, strong, cheap, source } = dataset(folder);
  const project = join(folder, 'real.mrproj');
  metarouter(['init', project]);
  metarouter(['import', project, file]);
  metarouter(['train', project, '--strong', strong, '--cheap', cheap, '--source', source, '--no-intervals']);
  metarouter(['export', project, '--out', join(folder, 'trained'), '--formats', 'safetensors']);
  const router = readRouterFile(readFileSync(join(folder, 'trained/router.safetensors')));
  const scorer = createScorer(router);
  const training = rows.filter((row) => row.split === 'train');
  const data = new Float64Array(training.length * scorer.dim);
  training.forEach(({ prompt }, i) => data.set(scorer.features({ prompt }), i * scorer.dim));
  const models = [...new Set(training.flatMap(({ gold }) => Object.keys(gold)))];
  return {
    folder,
    router,
    features: { rows: training.length, cols: scorer.dim, data },
    gold: Object.fromEntries(
      models.map((name) => [name, Float64Array.from(training, ({ gold }) => gold[name] ?? NaN)]),
    ),
    prompts: rows.map(({ prompt }) => prompt),
    strong,
    cheap,
  };
}

/** A perceptron whose hidden layer is random and whose output is a ridge fit on it: a fit without TensorFlow.js. */
function fitPerceptron(x: Matrix, y: Float64Array): Model {
  const rng = createRng(11);
  const units = 32;
  const weight = Float32Array.from({ length: x.cols * units }, () => rng.normal() / Math.sqrt(x.cols));
  const bias = Float32Array.from({ length: units }, () => 0.3 * rng.normal());
  const hidden = { rows: x.rows, cols: units, data: new Float64Array(x.rows * units) };
  for (let i = 0; i < x.rows; i++) {
    for (let o = 0; o < units; o++) {
      let sum = bias[o];
      for (let j = 0; j < x.cols; j++) sum += x.data[i * x.cols + j] * weight[j * units + o];
      hidden.data[i * units + o] = Math.max(0, sum);
    }
  }
  const { coefficients, intercept } = fitRidge(hidden, y);
  return {
    kind: 'mlp',
    dim: x.cols,
    layers: [
      { in: x.cols, out: units, weight, bias },
      { in: units, out: 1, weight: Float32Array.from(coefficients), bias: Float32Array.of(intercept) },
    ],
  };
}

/** A fitted model for the gain of one model over another. */
function fit(world: World, head: Head, model: string): Model {
  const gold = world.gold[model];
  const base = world.gold[world.cheap];
  const kept = [...gold.keys()].filter((i) => Number.isFinite(gold[i] - base[i]));
  const { cols, data } = world.features;
  const x = { rows: kept.length, cols, data: new Float64Array(kept.length * cols) };
  kept.forEach((row, i) => x.data.set(data.subarray(row * cols, (row + 1) * cols), i * cols));
  const y = Float64Array.from(kept, (i) => gold[i] - base[i]);
  const names = {
    linear: 'ridge',
    forest: 'forest',
    'boosted-trees': 'boosted-trees',
    nearest: 'knn',
  } as const;
  const learner = (name: keyof typeof names): Model =>
    fitLearner(names[name], x, y, undefined, { seed: 1 }).model;
  if (head === 'mlp') return fitPerceptron(x, y);
  if (head !== 'sum') return learner(head);
  return combine([
    { weight: 0.5, model: learner('linear') },
    { weight: 0.3, model: learner('boosted-trees') },
    { weight: 0.2, model: learner('nearest') },
  ]);
}

/** The trained router with other heads: of two models, or of all that have gold. */
export function withHead(world: World, head: Head, models: 2 | 'all' = 2): TrainedRouter {
  const { manifest } = world.router;
  const names =
    models === 2 ? [world.strong] : Object.keys(world.gold).filter((name) => name !== world.cheap);
  const fitted = names.map((name, i) => {
    const model = roundToFile(fit(world, head, name));
    return { name, model, ...modelHead(model, i) };
  });
  const tensors: Record<string, AnyTensor> = {
    ...blockTensors(world.router),
  };
  for (const of of fitted) Object.assign(tensors, of.tensors);
  const gains = predict(fitted[0].model, world.features).sort();
  const gainPercentiles = Array.from(
    { length: 101 },
    (_, k) => gains[Math.round((k / 100) * (gains.length - 1))],
  );
  const cost = (i: number): number => (names.length - i) / names.length;
  return {
    manifest: {
      ...manifest,
      name: `${head}, ${names.length + 1} models`,
      models:
        models === 2
          ? manifest.models
          : [
              ...names.map((name, i) => ({
                ...manifest.models[0],
                name,
                role: 'candidate' as const,
                relativeCost: cost(i),
              })),
              { ...manifest.models[1], role: 'anchor' as const, relativeCost: 0 },
            ],
      heads: fitted.map(({ name, spec }) => ({ ...spec, model: name })),
      gainPercentiles: models === 2 ? gainPercentiles : null,
      operatingPoints: manifest.operatingPoints.map((point) => ({
        ...point,
        w: 0.02,
        threshold: models === 2 ? gainPercentiles[60] : 0.02,
      })),
    },
    tensors,
  };
}

export async function exportBundle(world: World, name: string, trained: TrainedRouter): Promise<Bundle> {
  return buildBundle(trained, { directory: join(world.folder, name), runtimes });
}

/** Routers that read an embedding, for the gateways that compute one: no such vectors come with the data. */
export function embeddingRouter(inputDim: number): TrainedRouter {
  return makeTrainedRouter({ kind: 'precomputed', inputDim, dim: 32 });
}
