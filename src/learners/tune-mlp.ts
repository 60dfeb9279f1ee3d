import type { JobControl } from '../core/progress.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { createCommittee, type CommitteeWeights } from '../tensorflow/committee.ts';
import { groupedFolds } from './grouped-folds.ts';
import type { LearnerFit } from './learner-fit.ts';
import type { MlpModel } from './mlp-model.ts';
import type { TrainingTable } from './training-table.ts';

const FOLDS = 5;
const HIDDEN = 32;
/** For a label of variance 1. */
const WEIGHT_DECAYS: readonly number[] = [0.02, 0.1, 0.3];
const LEARNING_RATE = 0.005;
const MOST_EPOCHS = 80;
/** Epochs without a better one after which training ends. */
const PATIENCE = 8;

/**
 * A committee of five perceptrons, each trained without one fold of the groups; the weight decay and the number of epochs
 * are those with the least error where every network predicts the fold that it has not seen. The mean of the five is the
 * model: one network again, five times as wide. `startTensorFlow` must have been awaited in this thread.
 */
export function tuneMlp(table: TrainingTable, seed: number, control: JobControl): LearnerFit {
  const { x, weights } = table;
  const folds = groupedFolds(table, FOLDS, deriveSeed(seed, 'mlp folds'));
  const scale = standardise(table);
  if (folds.length < 2 || scale.ySpread === 0) return constant(x.cols, scale.yMean);

  const members = WEIGHT_DECAYS.length * folds.length;
  const totalWeight = weights.reduce((sum, w) => sum + w, 0);
  // Network k = decay · folds + fold. Each weighs its rows so that they add up to n.
  const memberWeight = new Float32Array(x.rows * members);
  folds.forEach(({ outside }, fold) => {
    let total = 0;
    for (const i of outside) total += weights[i];
    for (const i of outside) {
      for (let k = fold; k < members; k += folds.length)
        memberWeight[i * members + k] = (weights[i] * x.rows) / total;
    }
  });
  const committee = createCommittee(
    { x: scale.x, y: scale.y, weight: memberWeight },
    {
      dim: x.cols,
      hidden: HIDDEN,
      weightDecay: Array.from({ length: members }, (_, k) => WEIGHT_DECAYS[Math.floor(k / folds.length)]),
      learningRate: LEARNING_RATE,
      batch: Math.min(Math.max(Math.ceil(x.rows / 8), 16), 256),
    },
    createRng(deriveSeed(seed, 'mlp')),
  );
  try {
    let best = { error: Number.POSITIVE_INFINITY, epochs: 0, decay: 0, weights: committee.weights() };
    for (let epochs = 1; epochs <= MOST_EPOCHS && epochs <= best.epochs + PATIENCE; epochs++) {
      control.throwIfCancelled();
      committee.epoch();
      const predicted = committee.predictions();
      WEIGHT_DECAYS.forEach((_, decay) => {
        let loss = 0;
        folds.forEach(({ inside }, fold) => {
          const k = decay * folds.length + fold;
          for (const i of inside) loss += weights[i] * (predicted[i * members + k] - scale.y[i]) ** 2;
        });
        const error = loss / totalWeight;
        if (error < best.error) best = { error, epochs, decay, weights: committee.weights() };
      });
    }
    return {
      model: meanNetwork(best.weights, scale, {
        first: best.decay * folds.length,
        count: folds.length,
        members,
      }),
      settings: {
        hidden: HIDDEN,
        networks: folds.length,
        weightDecay: WEIGHT_DECAYS[best.decay],
        epochs: best.epochs,
      },
      heldOutError: best.error * scale.ySpread ** 2,
    };
  } finally {
    committee.dispose();
  }
}

interface Standardised {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xMean: Float64Array;
  /** One number for all features: their relative scale is the encoder's, and says something. */
  readonly xSpread: number;
  readonly yMean: number;
  readonly ySpread: number;
}

function standardise({ x, y, weights }: TrainingTable): Standardised {
  const { rows, cols } = x;
  const xMean = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let k = 0; k < cols; k++) xMean[k] += x.data[i * cols + k] / rows;
  let square = 0;
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < cols; k++) square += (x.data[i * cols + k] - xMean[k]) ** 2;
  const xSpread = Math.sqrt(square / (rows * cols)) || 1;
  let total = 0;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    total += weights[i];
    sum += weights[i] * y[i];
  }
  const yMean = sum / total;
  let variance = 0;
  for (let i = 0; i < rows; i++) variance += (weights[i] * (y[i] - yMean) ** 2) / total;
  const ySpread = Math.sqrt(variance);
  return {
    x: Float32Array.from(x.data, (v, i) => (v - xMean[i % cols]) / xSpread),
    y: Float32Array.from(y, (v) => (ySpread > 0 ? (v - yMean) / ySpread : 0)),
    xMean,
    xSpread,
    yMean,
    ySpread,
  };
}

/** The mean of some networks of a committee on features and labels as they were: one perceptron with all their units. */
function meanNetwork(
  all: CommitteeWeights,
  scale: Standardised,
  { first, count, members }: { readonly first: number; readonly count: number; readonly members: number },
): MlpModel {
  const dim = scale.xMean.length;
  const allUnits = members * HIDDEN;
  const units = count * HIDDEN;
  const from = first * HIDDEN;
  const w1 = new Float32Array(dim * units);
  const b1 = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    b1[unit] = all.b1[from + unit];
    for (let k = 0; k < dim; k++) {
      const weight = all.w1[k * allUnits + from + unit] / scale.xSpread;
      w1[k * units + unit] = weight;
      b1[unit] -= weight * scale.xMean[k];
    }
  }
  const share = scale.ySpread / count;
  let bias = scale.yMean;
  for (let k = first; k < first + count; k++) bias += share * all.b2[k];
  return {
    kind: 'mlp',
    dim,
    layers: [
      { in: dim, out: units, weight: w1, bias: Float32Array.from(b1) },
      {
        in: units,
        out: 1,
        weight: all.w2.subarray(from, from + units).map((w) => share * w),
        bias: Float32Array.of(bias),
      },
    ],
  };
}

/** What one prompt, or a label that is always the same, can teach. */
function constant(dim: number, value: number): LearnerFit {
  const layer = { in: dim, out: 1, weight: new Float32Array(dim), bias: Float32Array.of(value) };
  return { model: { kind: 'mlp', dim, layers: [layer] }, settings: { hidden: 0 }, heldOutError: null };
}
