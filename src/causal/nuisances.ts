import { joinColumns, take, takeRows, type Matrix } from '../core/matrix.ts';
import { predictLinear } from '../learners/linear.ts';
import { fitRidge, type RidgeModel } from '../learners/ridge.ts';
import { mean, standardDeviation } from '../stats/descriptive.ts';
import { FOLD_COUNT, foldRows } from './folds.ts';
import { inverseProbabilityWeights, pairingOf, rowsWhere, type Pairing, type Sample } from './sample.ts';

/** Regressions that several estimators share. Each is fitted when first asked for and kept. */
export interface Problem {
  readonly sample: Sample;
  readonly pairing: Pairing;
  /** One assignment of rows to folds for each repeat of cross-fitting. */
  readonly foldings: readonly Int32Array[];
  readonly goldRows: Int32Array;
  readonly preferenceRows: Int32Array;
  /** Inverse-probability weights of the gold rows, mean 1. */
  readonly goldWeights: Float64Array;
  /** η̂: the preference gain on x, all preference rows. */
  readonly preferenceModel: () => RidgeModel;
  /** Out of fold for every row: μ̂₁(x) of the gold gain and μ̂₀(x) of the preference gain, for each repeat. */
  readonly outcomes: (repeat: number) => OutcomePair;
  /** Out of fold for every row: f̂(x, y) = E[r | x, y] (papers.md 1.7 h), for each repeat. Fully paired samples only. */
  readonly surrogate: (repeat: number) => Float64Array;
}

export interface OutcomePair {
  readonly gold: Float64Array;
  readonly preference: Float64Array;
}

export function createProblem(sample: Sample, foldings: readonly Int32Array[]): Problem {
  const goldRows = rowsWhere(sample.hasGold);
  const preferenceRows = rowsWhere(sample.hasPreference);
  return {
    sample,
    pairing: pairingOf(sample),
    foldings,
    goldRows,
    preferenceRows,
    goldWeights: inverseProbabilityWeights(sample.propensity, goldRows),
    preferenceModel: once(() => regress(sample.x, sample.preferenceGain, preferenceRows)),
    outcomes: perRepeat((repeat) => crossFitOutcomes(sample, foldings[repeat])),
    surrogate: perRepeat((repeat) => crossFitSurrogate(sample, foldings[repeat])),
  };
}

/** Ridge of `target` on the given rows of x, inverse-probability weighted where asked. */
export function regress(
  x: Matrix,
  target: Float64Array,
  rows: Int32Array,
  weights?: Float64Array,
): RidgeModel {
  return fitRidge(takeRows(x, rows), take(target, rows), weights);
}

function crossFitOutcomes(sample: Sample, folds: Int32Array): OutcomePair {
  return {
    gold: crossFitLabel(sample.x, sample.goldGain, sample.hasGold, folds, sample.propensity),
    preference: crossFitLabel(sample.x, sample.preferenceGain, sample.hasPreference, folds, null),
  };
}

/** E[label | x] for every row, each fitted on the labelled rows of the other folds; weighted by 1/π where π is given. */
function crossFitLabel(
  x: Matrix,
  label: Float64Array,
  hasLabel: Uint8Array,
  folds: Int32Array,
  propensity: Float64Array | null,
): Float64Array {
  const fitted = new Float64Array(x.rows);
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const rows = foldRows(folds, fold, 'outside').filter((i) => hasLabel[i] === 1);
    const weights = propensity === null ? undefined : inverseProbabilityWeights(propensity, rows);
    scatter(fitted, foldRows(folds, fold, 'inside'), x, regress(x, label, rows, weights));
  }
  return fitted;
}

/** Writes the model's predictions for `rows` of x into `out`. */
export function scatter(out: Float64Array, rows: Int32Array, x: Matrix, model: RidgeModel): void {
  const predicted = predictLinear(model, takeRows(x, rows));
  rows.forEach((row, i) => {
    out[row] = predicted[i];
  });
}

/** A column on which the penalty hardly acts: standardised, then scaled up. */
const NEARLY_FREE = 5;

function crossFitSurrogate(sample: Sample, folds: Int32Array): Float64Array {
  const y = sample.preferenceGain;
  const columns = joinColumns([sample.x, nearlyFreeColumn(y), nearlyFreeColumn(y.map(Math.abs))]);
  return crossFitLabel(columns, sample.goldGain, sample.hasGold, folds, sample.propensity);
}

function nearlyFreeColumn(values: Float64Array): Matrix {
  const { shift, factor } = nearlyFreeScale(values);
  return { rows: values.length, cols: 1, data: values.map((v) => (v - shift) * factor) };
}

/** shift and factor that standardise a column (population standard deviation) and scale it up. */
export function nearlyFreeScale(values: Float64Array): { shift: number; factor: number } {
  return { shift: mean(values), factor: NEARLY_FREE / (standardDeviation(values, 0) + 1e-9) };
}

function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: compute() }).value;
}

function perRepeat<T>(compute: (repeat: number) => T): (repeat: number) => T {
  const kept = new Map<number, T>();
  return (repeat) => {
    const known = kept.get(repeat);
    if (known !== undefined) return known;
    const value = compute(repeat);
    kept.set(repeat, value);
    return value;
  };
}
