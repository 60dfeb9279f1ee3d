import { beforeAll, expect, test } from 'vitest';
import { takeRows, type Matrix } from '../../../src/core/matrix.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createRng } from '../../../src/core/rng.ts';
import { fitLearner, type LearnerName } from '../../../src/learners/fit-learner.ts';
import { predict } from '../../../src/learners/model.ts';
import { startTensorFlow } from '../../../src/tensorflow/backend.ts';
import { curvedWorld, relativeError } from './learner-data.ts';

const LEARNERS: readonly LearnerName[] = ['ridge', 'forest', 'boosted-trees', 'mlp', 'knn'];

beforeAll(() => startTensorFlow());

/** Relative error on new rows of the same world. */
function errorOnNewRows(name: LearnerName, noise: number): number {
  const train = curvedWorld({ rows: 1200, cols: 5, seed: 21, noise });
  const fresh = curvedWorld({ rows: 1000, cols: 5, seed: 22, noise });
  const { model } = fitLearner(name, train.x, train.y, undefined, { seed: 1 });
  return relativeError(predict(model, fresh.x), fresh.truth);
}

test('trees find an interaction that a line cannot', () => {
  const ridge = errorOnNewRows('ridge', 0.5);
  expect(ridge).toBeGreaterThan(0.8);
  expect(errorOnNewRows('forest', 0.5)).toBeLessThan(0.45);
  expect(errorOnNewRows('boosted-trees', 0.5)).toBeLessThan(0.25);
  expect(errorOnNewRows('mlp', 0.5)).toBeLessThan(0.25);
  expect(errorOnNewRows('knn', 0.5)).toBeLessThan(0.75);
});

test.each(LEARNERS)('%s: where labels are noise alone, the answer is close to the mean', (name) => {
  const { x } = curvedWorld({ rows: 300, cols: 10, seed: 31, noise: 1 });
  const rng = createRng(5);
  const y = Float64Array.from({ length: x.rows }, () => 0.4 + rng.normal());
  const { model, heldOutError } = fitLearner(name, x, y, undefined, { seed: 2 });
  const fresh = curvedWorld({ rows: 500, cols: 10, seed: 32, noise: 1 }).x;
  const excess = predict(model, fresh).reduce((sum, v) => sum + (v - 0.4) ** 2, 0) / fresh.rows;
  expect(excess).toBeLessThan(0.12);
  expect(heldOutError).toBeGreaterThan(0.75);
});

test.each(LEARNERS)('%s: the error that it reports is that on new rows', (name) => {
  const train = curvedWorld({ rows: 1200, cols: 5, seed: 41, noise: 0.7 });
  const fresh = curvedWorld({ rows: 2000, cols: 5, seed: 42, noise: 0.7 });
  const { model, heldOutError } = fitLearner(name, train.x, train.y, undefined, { seed: 1 });
  const error = predict(model, fresh.x).reduce((sum, v, i) => sum + (v - fresh.y[i]) ** 2, 0) / fresh.x.rows;
  expect(Math.abs((heldOutError ?? Number.NaN) / error - 1)).toBeLessThan(0.15);
});

test.each(LEARNERS)('%s: the same rows and seed give the same model', (name) => {
  const { x, y } = curvedWorld({ rows: 200, cols: 4, seed: 51, noise: 1 });
  const w = Float64Array.from({ length: 200 }, (_, i) => 1 + (i % 3));
  expect(fitLearner(name, x, y, w, { seed: 7 })).toEqual(fitLearner(name, x, y, w, { seed: 7 }));
});

test.each(['forest', 'boosted-trees', 'mlp', 'knn'] as const)(
  '%s: copies of a prompt do not flatter the held-out error when they are named as one group',
  (name) => {
    const rng = createRng(61);
    const { x } = curvedWorld({ rows: 120, cols: 6, seed: 62, noise: 1 });
    const noise = Float64Array.from({ length: 120 }, rng.normal);
    const copies = Array.from({ length: 360 }, (_, i) => i % 120);
    const y = Float64Array.from(copies, (i) => noise[i]);
    const variance = noise.reduce((sum, v) => sum + v * v, 0) / noise.length;
    const error = (group?: number[]): number =>
      fitLearner(name, takeRows(x, copies), y, undefined, {
        seed: 3,
        ...(group === undefined ? {} : { group }),
      }).heldOutError ?? Number.NaN;
    expect(error(copies)).toBeGreaterThan(0.85 * variance);
    expect(error()).toBeLessThan(0.9 * error(copies));
  },
);

test.each(LEARNERS)('%s: ten rows are enough, and one', (name) => {
  const { x, y } = curvedWorld({ rows: 10, cols: 3, seed: 71, noise: 1 });
  expect(predict(fitLearner(name, x, y, undefined, { seed: 1 }).model, x).every(Number.isFinite)).toBe(true);
  const one = fitLearner(name, takeRows(x, [0]), y.subarray(0, 1), undefined, { seed: 1 });
  expect(predict(one.model, x)[3]).toBeCloseTo(y[0], 5);
});

test.each(LEARNERS)('%s: bad input is refused, a cancelled job ends', (name) => {
  const x: Matrix = { rows: 12, cols: 1, data: Float64Array.from({ length: 12 }, (_, i) => i) };
  const y = x.data.map((v) => v % 3);
  const fit = (data: Matrix, target: Float64Array, w?: Float64Array): unknown =>
    fitLearner(name, data, target, w, { seed: 1 });
  expect(() => fit(x, y.subarray(1))).toThrow(RangeError);
  expect(() => fit(x, y.with(2, Number.NaN))).toThrow(/finite/u);
  expect(() => fit({ ...x, data: x.data.with(1, Number.POSITIVE_INFINITY) }, y)).toThrow(/finite/u);
  expect(() => fit(x, y, new Float64Array(12).fill(-1))).toThrow(/not negative/u);
  expect(() => fit(takeRows(x, []), new Float64Array(0))).toThrow(/at least one row/u);
  if (name === 'ridge') return;
  const control = {
    report: () => undefined,
    throwIfCancelled: () => {
      throw new AppError('cancelled', 'Cancelled.');
    },
  };
  expect(() => fitLearner(name, x, y, undefined, { seed: 1, control })).toThrow(/Cancelled/u);
});
