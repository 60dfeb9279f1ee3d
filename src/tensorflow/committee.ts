import type { Rng } from '../core/rng.ts';
import { tensorFlow, type Tensor1D, type Tensor2D } from './backend.ts';

/** Rows of float32 features, a target each, and how much each row weighs for each network (0: it is held out). */
export interface CommitteeRows {
  /** n × dim, row-major. */
  readonly x: Float32Array;
  /** n */
  readonly y: Float32Array;
  /** n × networks, row-major. */
  readonly weight: Float32Array;
}

export interface CommitteeOptions {
  readonly dim: number;
  /** Units of each network. */
  readonly hidden: number;
  /** The penalty of the squared weights of each network, beside its mean squared error. */
  readonly weightDecay: readonly number[];
  readonly learningRate: number;
  /** Rows of a step. */
  readonly batch: number;
}

/** Of all networks side by side: network k owns units k·hidden … (k + 1)·hidden. */
export interface CommitteeWeights {
  /** dim × (networks · hidden) */
  readonly w1: Float32Array;
  /** networks · hidden */
  readonly b1: Float32Array;
  /** networks · hidden */
  readonly w2: Float32Array;
  /** networks */
  readonly b2: Float32Array;
}

export interface Committee {
  /** One pass over the rows in a random order. */
  readonly epoch: () => void;
  /** @returns n × networks: what each network says of each row. */
  readonly predictions: () => Float32Array;
  readonly weights: () => CommitteeWeights;
  /** Frees the memory of the backend. */
  readonly dispose: () => void;
}

/**
 * Networks with one hidden layer, max(0, x·w1 + b1)·w2 + b2, trained side by side with Adam (Kingma & Ba 2015,
 * arXiv 1412.6980) on the weighted squared error. They share every step, so that ten cost little more than one; they share
 * no weight. First weights after He et al. 2015 (arXiv 1502.01852) from `rng`: a seed gives the same networks on every
 * backend, up to rounding.
 */
export function createCommittee(rows: CommitteeRows, options: CommitteeOptions, rng: Rng): Committee {
  const { tf } = tensorFlow();
  const { dim, hidden, weightDecay } = options;
  const n = rows.y.length;
  const networks = weightDecay.length;
  const units = networks * hidden;
  const batch = Math.min(options.batch, n);
  const draw = (count: number, spread: number): Float32Array =>
    Float32Array.from({ length: count }, () => spread * rng.normal());
  const parameters = {
    w1: draw(dim * units, Math.sqrt(2 / dim)),
    b1: new Float32Array(units),
    w2: draw(units, Math.sqrt(1 / hidden)),
    b2: new Float32Array(networks),
  };
  const unitDecay = (unit: number): number => 2 * weightDecay[Math.floor(unit / hidden)];
  const update = {
    w1: createAdam(parameters.w1, options.learningRate, (i) => unitDecay(i % units)),
    b1: createAdam(parameters.b1, options.learningRate, () => 0),
    w2: createAdam(parameters.w2, options.learningRate, unitDecay),
    b2: createAdam(parameters.b2, options.learningRate, () => 0),
  };
  // 1 where a unit belongs to a network.
  const owner = tf.tensor2d(
    Float32Array.from({ length: units * networks }, (_, i) =>
      Math.floor(Math.floor(i / networks) / hidden) === i % networks ? 1 : 0,
    ),
    [units, networks],
  );
  const owned = tf.transpose(owner);
  const everyRow = tf.tensor2d(rows.x, [n, dim]);

  /** The parameters as the backend wants them, for the length of one tidy. */
  const upload = (): { w1: Tensor2D; b1: Tensor1D; w2: Tensor2D; b2: Tensor1D } => ({
    w1: tf.tensor2d(parameters.w1, [dim, units]),
    b1: tf.tensor1d(parameters.b1),
    w2: tf.tensor2d(parameters.w2, [1, units]),
    b2: tf.tensor1d(parameters.b2),
  });
  const hiddenLayer = (a: Tensor2D, { w1, b1 }: ReturnType<typeof upload>): Tensor2D =>
    tf.fused.matMul({ a, b: w1, bias: b1, activation: 'relu' }) as Tensor2D;
  const output = (h: Tensor2D, { w2, b2 }: ReturnType<typeof upload>): Tensor2D =>
    tf.fused.matMul({ a: tf.mul(h, w2), b: owner, bias: b2 }) as Tensor2D;

  const input = new Float32Array(batch * dim);
  const target = new Float32Array(batch);
  const weight = new Float32Array(batch * networks);
  const step = (order: Int32Array): void => {
    order.forEach((row, i) => {
      input.set(rows.x.subarray(row * dim, (row + 1) * dim), i * dim);
      target[i] = rows.y[row];
      weight.set(rows.weight.subarray(row * networks, (row + 1) * networks), i * networks);
    });
    const m = order.length;
    tf.tidy(() => {
      const x = tf.tensor2d(input.subarray(0, m * dim), [m, dim]);
      const y = tf.tensor2d(target.subarray(0, m), [m, 1]);
      const w = tf.tensor2d(weight.subarray(0, m * networks), [m, networks]);
      const theta = upload();
      const h = hiddenLayer(x, theta);
      // Gradients of Σ w (ŷ − y)² / m, from the last layer to the first. A transposed matrix is made before it is multiplied:
      // on wasm a product that transposes by itself takes nine times as long (measured).
      const dOutput = tf.mul(tf.mul(w, tf.sub(output(h, theta), y)), 2 / m);
      const dUnits = tf.matMul(dOutput, owned);
      const dHidden = tf.mul(tf.mul(dUnits, theta.w2), tf.step(h));
      update.w1(tf.matMul(tf.transpose(x), dHidden).dataSync());
      update.b1(tf.sum(dHidden, 0).dataSync());
      update.w2(tf.sum(tf.mul(h, dUnits), 0).dataSync());
      update.b2(tf.sum(dOutput, 0).dataSync());
    });
  };
  return {
    epoch: () => {
      const order = rng.permutation(n);
      for (let from = 0; from < n; from += batch) step(order.subarray(from, Math.min(from + batch, n)));
    },
    predictions: () =>
      tf.tidy(() => {
        const theta = upload();
        return Float32Array.from(output(hiddenLayer(everyRow, theta), theta).dataSync());
      }),
    weights: () => ({
      w1: parameters.w1.slice(),
      b1: parameters.b1.slice(),
      w2: parameters.w2.slice(),
      b2: parameters.b2.slice(),
    }),
    dispose: () => {
      for (const tensor of [owner, owned, everyRow]) tensor.dispose();
    },
  };
}

/**
 * Adam on an array in place (Kingma & Ba 2015, algorithm 1), with a penalty whose gradient is decay · parameter. On arrays and
 * not on tensors: forty small operations of the backend take longer than the two products of a step.
 */
function createAdam(
  parameters: Float32Array,
  learningRate: number,
  decayOf: (index: number) => number,
): (gradient: ArrayLike<number>) => void {
  const decay = Float32Array.from(parameters.keys(), decayOf);
  const first = new Float32Array(parameters.length);
  const second = new Float32Array(parameters.length);
  let step = 0;
  return (gradient) => {
    step++;
    const firstShare = 1 - 0.9 ** step;
    const secondShare = 1 - 0.999 ** step;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i] + decay[i] * parameters[i];
      first[i] += 0.1 * (g - first[i]);
      second[i] += 0.001 * (g * g - second[i]);
      parameters[i] -= (learningRate * (first[i] / firstShare)) / (Math.sqrt(second[i] / secondShare) + 1e-8);
    }
  };
}
