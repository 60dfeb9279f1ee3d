import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { take, takeRows, type Matrix } from '../../../src/core/matrix.ts';
import { createRng } from '../../../src/core/rng.ts';
import { binFeatures } from '../../../src/learners/bins.ts';
import { BOOSTING_DEFAULTS, createBooster, fitBoosted } from '../../../src/learners/boosted-trees.ts';
import { fitForest, FOREST_DEFAULTS } from '../../../src/learners/forest.ts';
import { predict, roundToFile } from '../../../src/learners/model.ts';
import { trainingTable } from '../../../src/learners/training-table.ts';
import { curvedWorld, relativeError } from './learner-data.ts';

const ONE_TREE = {
  trees: 1,
  maxDepth: 20,
  minLeaf: 1,
  featuresPerSplit: Number.POSITIVE_INFINITY,
  isBootstrapped: false,
  seed: 0,
} as const;

/** A regression tree from the textbook: every split of every feature, tried by its squared error. */
function naiveTree(
  x: Matrix,
  y: Float64Array,
  w: Float64Array,
  options: { readonly depth: number; readonly minLeaf: number },
): (row: Float64Array) => number {
  const grow = (rows: readonly number[], depth: number): ((row: Float64Array) => number) => {
    const weight = (of: readonly number[]): number => of.reduce((sum, i) => sum + w[i], 0);
    const mean = (of: readonly number[]): number => of.reduce((sum, i) => sum + w[i] * y[i], 0) / weight(of);
    const error = (of: readonly number[]): number => {
      const m = mean(of);
      return of.reduce((sum, i) => sum + w[i] * (y[i] - m) ** 2, 0);
    };
    let best = { error: error(rows) - 1e-9, f: -1, cut: 0 };
    if (depth < options.depth) {
      for (let f = 0; f < x.cols; f++) {
        const value = (i: number): number => x.data[i * x.cols + f];
        const values = [...new Set(rows.map(value))].sort((a, b) => a - b);
        for (let v = 1; v < values.length; v++) {
          const cut = (values[v - 1] + values[v]) / 2;
          const low = rows.filter((i) => value(i) <= cut);
          const high = rows.filter((i) => value(i) > cut);
          if (Math.min(low.length, high.length) < options.minLeaf) continue;
          const after = error(low) + error(high);
          if (after < best.error - 1e-9) best = { error: after, f, cut };
        }
      }
    }
    if (best.f < 0) {
      const value = mean(rows);
      return () => value;
    }
    const isLow = (i: number): boolean => x.data[i * x.cols + best.f] <= best.cut;
    const low = grow(rows.filter(isLow), depth + 1);
    const high = grow(
      rows.filter((i) => !isLow(i)),
      depth + 1,
    );
    return (row) => (row[best.f] <= best.cut ? low(row) : high(row));
  };
  return grow(
    Array.from({ length: x.rows }, (_, i) => i),
    0,
  );
}

describe('bins', () => {
  test('a bin and the float32 comparison with its cut say the same, for any numbers', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.float({ noNaN: true, min: -1e6, max: 1e6 }),
            fc.double({ noNaN: true, min: -1, max: 1 }),
          ),
          {
            minLength: 1,
            maxLength: 600,
          },
        ),
        (values) => {
          const { bins, cuts } = binFeatures({
            rows: values.length,
            cols: 1,
            data: Float64Array.from(values),
          });
          expect(cuts[0].length).toBeLessThanOrEqual(255);
          values.forEach((value, i) => {
            for (let b = 0; b < cuts[0].length; b++)
              expect(bins[i] <= b).toBe(Math.fround(value) <= cuts[0][b]);
          });
        },
      ),
    );
  });

  test('neighbouring float32 values are told apart', () => {
    const next = 1 + 2 ** -23;
    const { bins } = binFeatures({ rows: 4, cols: 1, data: Float64Array.of(1, next, next, 1) });
    expect([...bins]).toEqual([0, 1, 1, 0]);
  });
});

describe('forest', () => {
  test('one tree without a bootstrap is the tree of the textbook', () => {
    for (const minLeaf of [1, 4]) {
      const { x, y } = curvedWorld({ rows: 120, cols: 4, seed: 5, noise: 0.5, step: 0.5 });
      const rng = createRng(9);
      const w = Float64Array.from({ length: x.rows }, () => 0.2 + rng.uniform());
      const { model } = fitForest(trainingTable(x, y, w), { ...ONE_TREE, minLeaf, maxDepth: 6 });
      const naive = naiveTree(x, y, w, { depth: 6, minLeaf });
      predict(model, x).forEach((v, i) => {
        expect(v).toBeCloseTo(naive(x.data.subarray(i * x.cols, (i + 1) * x.cols)), 5);
      });
    }
  });

  test('finds what no linear model can, and its out-of-bag error is that on new rows', () => {
    const train = curvedWorld({ rows: 2000, cols: 6, seed: 1, noise: 0.5 });
    const fresh = curvedWorld({ rows: 2000, cols: 6, seed: 2, noise: 0.5 });
    const fit = fitForest(trainingTable(train.x, train.y), {
      ...FOREST_DEFAULTS,
      minLeaf: 3,
      featuresPerSplit: 3,
    });
    const predicted = predict(fit.model, fresh.x);
    expect(relativeError(predicted, fresh.truth)).toBeLessThan(0.35);
    const newError = predicted.reduce((sum, v, i) => sum + (v - fresh.y[i]) ** 2, 0) / predicted.length;
    expect(Math.abs((fit.outOfBagError ?? Number.NaN) / newError - 1)).toBeLessThan(0.1);
  });

  test('a weight of k is k copies of the row', () => {
    const { x, y } = curvedWorld({ rows: 150, cols: 3, seed: 3, noise: 1, step: 0.25 });
    const weights = Float64Array.from({ length: x.rows }, (_, i) => i % 4);
    const copies = Array.from({ length: x.rows }, (_, i) => Array<number>(i % 4).fill(i)).flat();
    const weighted = fitForest(trainingTable(x, y, weights), ONE_TREE).model;
    const copied = fitForest(trainingTable(takeRows(x, copies), take(y, copies)), ONE_TREE).model;
    const kept = [...new Set(copies)];
    const a = predict(weighted, takeRows(x, kept));
    predict(copied, takeRows(x, kept)).forEach((v, i) => {
      expect(v).toBeCloseTo(a[i], 5);
    });
  });

  test('rows of a group are in or out of a tree together: copies of a prompt do not flatter the out-of-bag error', () => {
    const { x, y } = curvedWorld({ rows: 200, cols: 5, seed: 4, noise: 3 });
    const twice = Array.from({ length: 400 }, (_, i) => i % 200);
    const options = { ...FOREST_DEFAULTS, featuresPerSplit: 5 };
    const table = (group?: number[]): ReturnType<typeof trainingTable> =>
      trainingTable(takeRows(x, twice), take(y, twice), undefined, group);
    const noise = y.reduce((sum, v) => sum + v * v, 0) / y.length;
    expect(fitForest(table(), options).outOfBagError).toBeLessThan(0.7 * noise);
    expect(fitForest(table(twice), options).outOfBagError).toBeGreaterThan(0.9 * noise);
  });

  test('a label that is constant gives that constant', () => {
    const { x } = curvedWorld({ rows: 40, cols: 3, seed: 1, noise: 1 });
    const { model } = fitForest(trainingTable(x, new Float64Array(40).fill(0.3)), {
      ...FOREST_DEFAULTS,
      featuresPerSplit: 2,
    });
    predict(model, x).forEach((v) => {
      expect(v).toBeCloseTo(0.3, 6);
    });
  });
});

describe('boosted trees', () => {
  test('one step at rate 1 with two leaves is the best stump', () => {
    const { x, y } = curvedWorld({ rows: 200, cols: 4, seed: 7, noise: 0.3, step: 0.25 });
    const weights = Float64Array.from({ length: 200 }, (_, i) => 1 + (i % 3));
    const model = fitBoosted(
      trainingTable(x, y, weights),
      { maxLeaves: 2, minLeaf: 5, l2: 0, learningRate: 1 },
      1,
    );
    const naive = naiveTree(x, y, weights, { depth: 1, minLeaf: 5 });
    predict(model, x).forEach((v, i) => {
      expect(v).toBeCloseTo(naive(x.data.subarray(i * x.cols, (i + 1) * x.cols)), 5);
    });
  });

  test('many leaves at rate 1 are the full tree of the textbook, grown in another order', () => {
    const { x, y } = curvedWorld({ rows: 80, cols: 3, seed: 8, noise: 0.5, step: 0.5 });
    const w = new Float64Array(80).fill(1);
    const options = { maxLeaves: 1000, minLeaf: 3, l2: 0, learningRate: 1 };
    const model = fitBoosted(trainingTable(x, y), options, 1);
    const naive = naiveTree(x, y, w, { depth: 100, minLeaf: 3 });
    predict(model, x).forEach((v, i) => {
      expect(v).toBeCloseTo(naive(x.data.subarray(i * x.cols, (i + 1) * x.cols)), 5);
    });
  });

  test('finds what no linear model can', () => {
    const train = curvedWorld({ rows: 2000, cols: 6, seed: 1, noise: 0.5 });
    const fresh = curvedWorld({ rows: 2000, cols: 6, seed: 2, noise: 0.5 });
    const model = fitBoosted(trainingTable(train.x, train.y), BOOSTING_DEFAULTS, 100);
    expect(relativeError(predict(model, fresh.x), fresh.truth)).toBeLessThan(0.12);
  });

  test('without any tree the model is the mean, as one leaf: a file holds no empty ensemble', () => {
    const { x, y } = curvedWorld({ rows: 20, cols: 3, seed: 1, noise: 1 });
    const model = fitBoosted(trainingTable(x, y), BOOSTING_DEFAULTS, 0);
    expect([...model.roots]).toEqual([0]);
    expect(predict(model, x)[0]).toBeCloseTo(y.reduce((sum, v) => sum + v, 0) / 20, 6);
  });

  test('what a booster says of held-out rows is what its model predicts for them', () => {
    const { x, y } = curvedWorld({ rows: 300, cols: 4, seed: 11, noise: 0.5 });
    const table = trainingTable(x, y);
    const rows = Int32Array.from({ length: 200 }, (_, i) => i);
    const booster = createBooster(table, rows, { ...BOOSTING_DEFAULTS, maxLeaves: 6 });
    for (let i = 0; i < 30; i++) booster.step();
    expect(predict(booster.finish(), x)).toEqual(booster.predicted);
    // And the labels of those rows change nothing.
    const altered = trainingTable(
      x,
      y.map((v, i) => (i < 200 ? v : 99)),
    );
    const other = createBooster(altered, rows, { ...BOOSTING_DEFAULTS, maxLeaves: 6 });
    for (let i = 0; i < 30; i++) other.step();
    expect(other.predicted).toEqual(booster.predicted);
  });

  test('a weight of k is k copies of the row', () => {
    const { x, y } = curvedWorld({ rows: 150, cols: 3, seed: 3, noise: 1, step: 0.25 });
    const weights = Float64Array.from({ length: x.rows }, (_, i) => i % 4);
    const copies = Array.from({ length: x.rows }, (_, i) => Array<number>(i % 4).fill(i)).flat();
    const options = { maxLeaves: 5, minLeaf: 1, l2: 0, learningRate: 0.3 };
    const weighted = fitBoosted(trainingTable(x, y, weights), options, 20);
    const copied = fitBoosted(trainingTable(takeRows(x, copies), take(y, copies)), options, 20);
    const kept = takeRows(x, [...new Set(copies)]);
    const a = predict(weighted, kept);
    predict(copied, kept).forEach((v, i) => {
      expect(v).toBeCloseTo(a[i], 4);
    });
  });
});

describe('both', () => {
  const fits = [
    [
      'forest',
      (x: Matrix, y: Float64Array, w?: Float64Array) =>
        fitForest(trainingTable(x, y, w), {
          ...FOREST_DEFAULTS,
          trees: 10,
          minLeaf: 2,
          featuresPerSplit: 2,
          seed: 3,
        }).model,
    ],
    [
      'boosted trees',
      (x: Matrix, y: Float64Array, w?: Float64Array) =>
        fitBoosted(trainingTable(x, y, w), { ...BOOSTING_DEFAULTS, maxLeaves: 6 }, 15),
    ],
  ] as const;

  test.each(fits)(
    '%s: a monotone transformation of a feature changes no prediction for training rows',
    (_, fit) => {
      const { x, y } = curvedWorld({ rows: 250, cols: 3, seed: 12, noise: 0.5, step: 0.125 });
      const bent = { ...x, data: x.data.map((v, i) => (i % 3 === 1 ? Math.exp(v) : v)) };
      expect(predict(fit(bent, y), bent)).toEqual(predict(fit(x, y), x));
    },
  );

  test.each(fits)('%s: the scale of the weights means nothing', (_, fit) => {
    const { x, y } = curvedWorld({ rows: 250, cols: 3, seed: 13, noise: 0.5 });
    const w = Float64Array.from({ length: 250 }, (_, i) => 1 + (i % 5));
    const scaled = predict(
      fit(
        x,
        y,
        w.map((v) => v * 4),
      ),
      x,
    );
    expect(scaled).toEqual(predict(fit(x, y, w), x));
  });

  test.each(fits)(
    '%s: a label scaled by 2 and moved by 1 gives predictions scaled by 2 and moved by 1',
    (_, fit) => {
      const { x, y } = curvedWorld({ rows: 250, cols: 3, seed: 14, noise: 0.5 });
      const before = predict(fit(x, y), x);
      const after = predict(
        fit(
          x,
          y.map((v) => 2 * v + 1),
        ),
        x,
      );
      after.forEach((v, i) => {
        expect(v).toBeCloseTo(2 * before[i] + 1, 4);
      });
    },
  );

  test.each(fits)('%s: the same again, and unchanged by rounding to the file', (_, fit) => {
    const { x, y } = curvedWorld({ rows: 250, cols: 3, seed: 15, noise: 0.5 });
    const model = fit(x, y);
    expect(fit(x, y)).toEqual(model);
    expect(predict(roundToFile(model), x)).toEqual(predict(model, x));
  });
});
