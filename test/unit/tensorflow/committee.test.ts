import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { startTensorFlow, tensorFlow, type BackendName } from '../../../src/tensorflow/backend.ts';
import {
  createCommittee,
  type CommitteeOptions,
  type CommitteeRows,
  type CommitteeWeights,
} from '../../../src/tensorflow/committee.ts';

const DIM = 3;

/** Two networks; the first does not see every third row, the second sees all. */
function rows(n: number): CommitteeRows {
  const rng = createRng(4);
  const x = Float32Array.from({ length: n * DIM }, rng.normal);
  return {
    x,
    y: Float32Array.from({ length: n }, (_, i) => Math.max(x[i * DIM], 0) - x[i * DIM + 1]),
    weight: Float32Array.from({ length: n * 2 }, (_, i) =>
      i % 2 === 0 ? (Math.floor(i / 2) % 3 === 0 ? 0 : 1.5) : 1 + (i % 4) / 4,
    ),
  };
}

const options: CommitteeOptions = {
  dim: DIM,
  hidden: 4,
  weightDecay: [0.01, 0.1],
  learningRate: 0.01,
  batch: 16,
};

/** The textbook: one network by itself, one number at a time, float64, in the order of the committee's generator. */
function naiveNetwork(
  data: CommitteeRows,
  network: number,
  epochs: number,
  seed: number,
): (x: Float32Array) => number {
  const { hidden, learningRate, batch } = options;
  const networks = options.weightDecay.length;
  const rng = createRng(seed);
  const draw = (count: number, spread: number): number[] =>
    Array.from({ length: count }, () => Math.fround(spread * rng.normal()));
  const allW1 = draw(DIM * hidden * networks, Math.sqrt(2 / DIM));
  const allW2 = draw(hidden * networks, Math.sqrt(1 / hidden));
  // All parameters in one list: w1 by feature, b1, w2, b2.
  const theta = [
    ...Array.from(
      { length: DIM * hidden },
      (_, i) => allW1[Math.floor(i / hidden) * hidden * networks + network * hidden + (i % hidden)],
    ),
    ...Array<number>(hidden).fill(0),
    ...allW2.slice(network * hidden, (network + 1) * hidden),
    0,
  ];
  const B1 = DIM * hidden;
  const W2 = B1 + hidden;
  const B2 = W2 + hidden;
  const forward = (at: readonly number[], x: ArrayLike<number>): number => {
    let out = at[B2];
    for (let u = 0; u < hidden; u++) {
      let h = at[B1 + u];
      for (let k = 0; k < DIM; k++) h += x[k] * at[k * hidden + u];
      out += Math.max(h, 0) * at[W2 + u];
    }
    return out;
  };
  const loss = (at: readonly number[], chosen: readonly number[]): number => {
    let sum = 0;
    for (const i of chosen) {
      const error = forward(at, data.x.subarray(i * DIM, (i + 1) * DIM)) - data.y[i];
      sum += (data.weight[i * networks + network] * error ** 2) / chosen.length;
    }
    at.forEach((v, i) => {
      if (i < B1 || (i >= W2 && i < B2)) sum += options.weightDecay[network] * v * v;
    });
    return sum;
  };
  const m = theta.map(() => 0);
  const v = theta.map(() => 0);
  let t = 0;
  const n = data.y.length;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Array.from(rng.permutation(n));
    for (let from = 0; from < n; from += batch) {
      const chosen = order.slice(from, from + batch);
      t++;
      // Central differences: nothing of the formulas under test.
      const gradient = theta.map((_, i) => {
        const at = (delta: number): number =>
          loss(
            theta.map((p, j) => (j === i ? p + delta : p)),
            chosen,
          );
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      });
      gradient.forEach((g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        theta[i] -= (learningRate * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-7);
      });
    }
  }
  return (x) => forward(theta, x);
}

function train(epochs: number): { predictions: Float32Array; weights: CommitteeWeights; left: number } {
  const { tf } = tensorFlow();
  const before = tf.memory().numTensors;
  const committee = createCommittee(rows(40), options, createRng(9));
  for (let i = 0; i < epochs; i++) committee.epoch();
  const result = { predictions: committee.predictions(), weights: committee.weights() };
  committee.dispose();
  return { ...result, left: tf.memory().numTensors - before };
}

const backends: readonly BackendName[] = ['wasm', 'cpu'];

describe.each(backends)('on the backend %s', (backend) => {
  beforeAll(() => startTensorFlow(backend));
  afterAll(() => startTensorFlow(backend));

  test('that backend runs', () => {
    expect(tensorFlow().name).toBe(backend);
    expect(tensorFlow().tf.getBackend()).toBe(backend);
  });

  test('every network is the one that it would be alone, trained one number at a time', () => {
    const { predictions } = train(5);
    const data = rows(40);
    for (const network of [0, 1]) {
      const naive = naiveNetwork(data, network, 5, 9);
      for (let i = 0; i < 40; i++) {
        expect(predictions[i * 2 + network]).toBeCloseTo(naive(data.x.subarray(i * DIM, (i + 1) * DIM)), 3);
      }
    }
  });

  test('the same again, bit for bit, and nothing is left in memory', () => {
    const first = train(8);
    expect(train(8)).toEqual(first);
    expect(first.left).toBe(0);
  });

  test('it learns', () => {
    const { predictions } = train(300);
    const { y } = rows(40);
    const error = y.reduce((sum, v, i) => sum + (v - predictions[i * 2]) ** 2, 0);
    const spread = y.reduce((sum, v) => sum + v * v, 0);
    expect(error / spread).toBeLessThan(0.1);
  });
});

test('wasm and plain JavaScript agree to rounding', async () => {
  await startTensorFlow('cpu');
  const cpu = train(20).predictions;
  await startTensorFlow('wasm');
  train(20).predictions.forEach((v, i) => {
    expect(v).toBeCloseTo(cpu[i], 4);
  });
});
