import type { Rng } from '../core/rng.ts';
import { tensorFlow, type Tensor2D, type Variable } from './backend.ts';

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
  const [w1, b1, w2, b2] = tf.tidy(() => [
    tf.variable(tf.tensor2d(draw(dim * units, Math.sqrt(2 / dim)), [dim, units])),
    tf.variable(tf.zeros([1, units])),
    tf.variable(tf.tensor2d(draw(units, Math.sqrt(1 / hidden)), [1, units])),
    tf.variable(tf.zeros([1, networks])),
  ]);
  const variables = [w1, b1, w2, b2];
  // 1 where a unit belongs to a network.
  const owner = tf.tensor2d(
    Float32Array.from({ length: units * networks }, (_, i) =>
      Math.floor(Math.floor(i / networks) / hidden) === i % networks ? 1 : 0,
    ),
    [units, networks],
  );
  const owned = tf.transpose(owner);
  const decay = tf.tensor2d(
    Float32Array.from({ length: units }, (_, unit) => 2 * weightDecay[Math.floor(unit / hidden)]),
    [1, units],
  );
  const everyRow = tf.tensor2d(rows.x, [n, dim]);
  const optimizer = tf.train.adam(options.learningRate);

  const hiddenLayer = (x: Tensor2D): Tensor2D => tf.relu(tf.add(tf.matMul(x, w1), b1));
  const output = (h: Tensor2D): Tensor2D => tf.add(tf.matMul(tf.mul(h, w2), owner), b2);

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
      const h = hiddenLayer(x);
      // Gradients of Σ w (ŷ − y)² / m + decay · |weights|², from the last layer to the first. A transposed matrix is made
      // before it is multiplied: on wasm a product that transposes by itself takes nine times as long (measured).
      const dOutput = tf.mul(tf.mul(w, tf.sub(output(h), y)), 2 / m);
      const dUnits = tf.matMul(dOutput, owned);
      const isActive = tf.cast(tf.greater(h, 0), 'float32');
      const dHidden = tf.mul(tf.mul(dUnits, w2), isActive);
      optimizer.applyGradients([
        { name: w1.name, tensor: tf.add(tf.matMul(tf.transpose(x), dHidden), tf.mul(w1, decay)) },
        { name: b1.name, tensor: tf.sum(dHidden, 0, true) },
        { name: w2.name, tensor: tf.add(tf.sum(tf.mul(h, dUnits), 0, true), tf.mul(w2, decay)) },
        { name: b2.name, tensor: tf.sum(dOutput, 0, true) },
      ]);
    });
  };
  return {
    epoch: () => {
      const order = rng.permutation(n);
      for (let from = 0; from < n; from += batch) step(order.subarray(from, Math.min(from + batch, n)));
    },
    predictions: () => tf.tidy(() => Float32Array.from(output(hiddenLayer(everyRow)).dataSync())),
    weights: () => ({ w1: values(w1), b1: values(b1), w2: values(w2), b2: values(b2) }),
    dispose: () => {
      optimizer.dispose();
      for (const tensor of [...variables, owner, owned, decay, everyRow]) tensor.dispose();
    },
  };
}

function values(variable: Variable): Float32Array {
  return Float32Array.from(variable.dataSync());
}
