import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../src/core/matrix.ts';
import { createRng } from '../../../src/core/rng.ts';
import { fitLearner } from '../../../src/learners/fit-learner.ts';
import { modelHead } from '../../../src/learners/model-head.ts';
import { combine, predict, roundToFile, type Model } from '../../../src/learners/model.ts';
import type { MlpModel } from '../../../src/learners/mlp-model.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { readRouterFile } from '../../../src/runtime/router-file.ts';
import { createScorer } from '../../../src/runtime/score.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const DIM = 8;
const rng = createRng(3);

function randomMatrix(rows: number): Matrix {
  return { rows, cols: DIM, data: Float64Array.from({ length: rows * DIM }, () => rng.normal()) };
}

const x = randomMatrix(200);
const y = Float64Array.from({ length: x.rows }, (_, i) => Math.sin(3 * x.data[i * DIM]) + 0.2 * rng.normal());
const queries = randomMatrix(100);

const normals = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
const mlp: MlpModel = {
  kind: 'mlp',
  dim: DIM,
  layers: [
    { in: DIM, out: 6, weight: normals(DIM * 6), bias: normals(6) },
    { in: 6, out: 1, weight: normals(6), bias: normals(1) },
  ],
};

function fitted(name: 'ridge' | 'forest' | 'boosted-trees' | 'knn'): Model {
  return fitLearner(name, x, y, undefined, { seed: 5 }).model;
}

/** The model in a router file, read back. */
function scorerOf(model: Model): ReturnType<typeof createScorer> {
  const trained = makeTrainedRouter({ kind: 'precomputed', dim: DIM });
  const { spec, tensors } = modelHead(model, 0);
  const blocks = Object.entries(trained.tensors).filter(([name]) => !name.startsWith('head.'));
  const { bytes } = writeSafetensors({
    manifest: { ...trained.manifest, heads: [{ ...spec, model: 'large' }] },
    tensors: { ...Object.fromEntries(blocks), ...tensors },
  });
  return createScorer(readRouterFile(bytes));
}

describe('a fitted model in a router file', () => {
  const cases: readonly (readonly [string, () => Model])[] = [
    ['ridge', () => fitted('ridge')],
    ['forest', () => fitted('forest')],
    ['boosted-trees', () => fitted('boosted-trees')],
    ['knn', () => fitted('knn')],
    ['perceptron', () => mlp],
    [
      'a sum of all of them',
      () =>
        combine([
          { weight: 0.5, model: fitted('ridge') },
          { weight: -0.25, model: fitted('forest') },
          {
            weight: 1.5,
            model: combine([
              { weight: 2, model: mlp },
              { weight: 1, model: fitted('knn') },
            ]),
          },
        ]),
    ],
  ];

  it.each(cases)('predicts what it predicted when it was fitted (%s)', (_name, make) => {
    const model = make();
    const scorer = scorerOf(model);
    const expected = predict(roundToFile(model), queries);
    for (let i = 0; i < queries.rows; i++) {
      const [gain] = scorer.gainsOfFeatures(queries.data.subarray(i * DIM, (i + 1) * DIM));
      expect(Math.abs(gain - expected[i])).toBeLessThan(1e-6);
    }
  });
});
