import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Matrix } from '../../../src/core/matrix.ts';
import { createRng } from '../../../src/core/rng.ts';
import type { LinearModel } from '../../../src/learners/linear.ts';
import type { MlpModel } from '../../../src/learners/mlp-model.ts';
import { combine, predict, roundToFile, type Model } from '../../../src/learners/model.ts';
import { fitNearest } from '../../../src/learners/nearest-neighbours.ts';
import type { TreeEnsemble } from '../../../src/learners/tree-ensemble.ts';

function randomRows(rows: number, cols: number, seed: number): Matrix {
  const rng = createRng(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, rng.normal) };
}

const linear: LinearModel = { kind: 'linear', intercept: 0.1, coefficients: Float64Array.of(0.3, -0.7) };

/** x0 <= 0.5 ? (x1 <= -1 ? 1 : 2) : 3, and a tree that is one leaf. */
const trees: TreeEnsemble = {
  kind: 'trees',
  dim: 2,
  base: 0.25,
  roots: Int32Array.of(0, 5),
  feature: Int32Array.of(0, 1, -1, -1, -1, -1),
  threshold: Float32Array.of(0.5, -1, 0, 0, 0, 0),
  left: Int32Array.of(1, 3, 0, 0, 0, 0),
  right: Int32Array.of(2, 4, 0, 0, 0, 0),
  value: Float32Array.of(0, 0, 3, 1, 2, 10),
};

/** max(0, x0 + 1) · 2 − max(0, −x1) + 0.5 */
const mlp: MlpModel = {
  kind: 'mlp',
  dim: 2,
  layers: [
    { in: 2, out: 2, weight: Float32Array.of(1, 0, 0, -1), bias: Float32Array.of(1, 0) },
    { in: 2, out: 1, weight: Float32Array.of(2, -1), bias: Float32Array.of(0.5) },
  ],
};

test('a tree is walked left where the float32 of the feature is at most the threshold', () => {
  const x = { rows: 5, cols: 2, data: Float64Array.of(0.5, -1, 0.5, 0, 0.6, 0, 0.5 + 1e-12, -1, 0.5001, -1) };
  // The fourth row is above 0.5 in float64 and equal to it in float32.
  expect([...predict(trees, x)]).toEqual([11.25, 12.25, 13.25, 11.25, 13.25]);
});

test('a perceptron rectifies between its layers and not after the last', () => {
  const x = { rows: 3, cols: 2, data: Float64Array.of(1, 1, -2, -3, 0, -1) };
  expect([...predict(mlp, x)]).toEqual([4.5, -2.5, 1.5]);
});

test('the nearest points are those of a full sort, equal ones in row order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.nat(), (n, k, seed) => {
      // Small integers: many points have the same direction.
      const grid = (m: Matrix): Matrix => ({ ...m, data: m.data.map((v) => Math.round(v)) });
      const x = grid(randomRows(n, 2, seed));
      const queries = grid(randomRows(5, 2, seed + 1));
      const y = Float64Array.from({ length: n }, (_, i) => i);
      const model = fitNearest(x, y, k);
      const expected = Array.from({ length: 5 }, (_, i) => {
        const similarity = (j: number): number =>
          queries.data[i * 2] * model.points[j * 2] + queries.data[i * 2 + 1] * model.points[j * 2 + 1];
        const order = Array.from(y.keys()).sort((a, b) => similarity(b) - similarity(a) || a - b);
        return order.slice(0, k).reduce((sum, j) => sum + y[j], 0) / Math.min(k, n);
      });
      expect([...predict(model, queries)]).toEqual(expected);
    }),
  );
});

test('combine predicts the weighted sum, and folds linear models and sums within sums', () => {
  const x = randomRows(20, 2, 3);
  const nearest = fitNearest(randomRows(30, 2, 4), randomRows(30, 1, 5).data);
  const inner = combine([
    { weight: 0.5, model: linear },
    { weight: 2, model: trees },
  ]);
  const outer = combine([
    { weight: 3, model: inner },
    { weight: -1, model: linear },
    { weight: 0.1, model: mlp },
    { weight: 0.2, model: nearest },
  ]);
  const expected = predict(linear, x).map(
    (v, i) => 0.5 * v + 6 * predict(trees, x)[i] + 0.1 * predict(mlp, x)[i] + 0.2 * predict(nearest, x)[i],
  );
  predict(outer, x).forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], 12);
  });
  expect(outer.kind === 'sum' && outer.parts.map((part) => part.model.kind)).toEqual([
    'linear',
    'trees',
    'mlp',
    'nearest',
  ]);
  expect(combine([{ weight: 1, model: trees }])).toBe(trees);
  expect(combine([{ weight: 2, model: linear }]).kind).toBe('linear');
});

test('rounding to the file changes predictions by less than 1e-6, those of trees not at all', () => {
  const x = randomRows(50, 2, 6);
  const nearest = fitNearest(randomRows(30, 2, 4), randomRows(30, 1, 5).data);
  const sum = combine([
    { weight: 0.3, model: linear },
    { weight: 0.7, model: mlp },
  ]);
  for (const model of [linear, mlp, nearest, sum] satisfies Model[]) {
    const before = predict(model, x);
    predict(roundToFile(model), x).forEach((v, i) => {
      expect(Math.abs(v - before[i])).toBeLessThan(1e-6);
    });
  }
  expect(predict(roundToFile(trees), x)).toEqual(predict(trees, x));
});

test('rows of another width and models of different widths are refused', () => {
  expect(() => predict(trees, randomRows(2, 3, 1))).toThrow(/2 features, the rows have 3/u);
  expect(() =>
    combine([
      { weight: 1, model: trees },
      { weight: 1, model: { ...linear, coefficients: Float64Array.of(1) } },
    ]),
  ).toThrow(/different features/u);
  expect(() => combine([])).toThrow(/at least one/u);
});
