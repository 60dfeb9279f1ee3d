import { type Matrix, take, takeRows } from '../core/matrix.ts';
import { AppError } from '../core/errors.ts';

/**
 * The training rows of one run, and the notation of src/causal (Zhang et al. 2025, arXiv 2509.25535, sections 2–3).
 *
 *   x   prompt features                       t   gold revealed (the "treatment": which mechanism evaluated the prompt)
 *   r   gold gain, where t                    y   preference gain, where known
 *   π   probability that gold was revealed    ψ(x) = E[r|x]   η(x) = E[y|x]   Δ(x) = ψ(x) − η(x), the preference bias
 *
 * A prompt may carry gold, a preference, or both (it is then *paired*). Every row carries at least one.
 */
export interface Sample {
  /** n × d. */
  readonly x: Matrix;
  readonly hasGold: Uint8Array;
  /** r; read only where hasGold. */
  readonly goldGain: Float64Array;
  readonly hasPreference: Uint8Array;
  /** y; read only where hasPreference. */
  readonly preferenceGain: Float64Array;
  /** π, in (0, 1]. */
  readonly propensity: Float64Array;
  /** Rows with the same number are the same prompt and stay in one fold. */
  readonly group: Int32Array;
}

/** The rows that carry a mechanism's label. */
export function rowsWhere(flags: Uint8Array): Int32Array {
  const rows: number[] = [];
  flags.forEach((flag, i) => {
    if (flag === 1) rows.push(i);
  });
  return Int32Array.from(rows);
}

export function selectRows(sample: Sample, rows: Int32Array): Sample {
  return {
    x: takeRows(sample.x, rows),
    hasGold: Uint8Array.from(rows, (i) => sample.hasGold[i]),
    goldGain: take(sample.goldGain, rows),
    hasPreference: Uint8Array.from(rows, (i) => sample.hasPreference[i]),
    preferenceGain: take(sample.preferenceGain, rows),
    propensity: take(sample.propensity, rows),
    group: Int32Array.from(rows, (i) => sample.group[i]),
  };
}

/** Self-normalised inverse-probability weights: 1/π over the rows, divided by their mean. */
export function inverseProbabilityWeights(propensity: Float64Array, rows: ArrayLike<number>): Float64Array {
  const weights = take(propensity, rows).map((p) => 1 / p);
  const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
  return weights.map((w) => w / mean);
}

export interface Pairing {
  /** Gold prompts that also carry a preference. */
  readonly pairedRows: number;
  /** Some gold prompt carries a preference too. */
  readonly isPaired: boolean;
  /** Every prompt carries a preference: the surrogate estimators apply. */
  readonly isFullyPaired: boolean;
}

export function pairingOf(sample: Sample): Pairing {
  let pairedRows = 0;
  let isFullyPaired = true;
  for (let i = 0; i < sample.hasGold.length; i++) {
    if (sample.hasPreference[i] === 0) isFullyPaired = false;
    else if (sample.hasGold[i] === 1) pairedRows++;
  }
  return { pairedRows, isPaired: pairedRows > 0, isFullyPaired: isFullyPaired && pairedRows > 0 };
}

/**
 * Probability that a row carries a preference, given that every row carries a label: preference-only rows always do, gold
 * rows do with the observed share q. Unpaired (q = 0) this is 1 − π, fully paired (q = 1) it is 1.
 */
export function preferencePropensity(sample: Sample): Float64Array {
  const goldRows = rowsWhere(sample.hasGold).length;
  const q = goldRows === 0 ? 0 : pairingOf(sample).pairedRows / goldRows;
  return sample.propensity.map((p) => p * q + (1 - p));
}

/** @throws AppError `invalid-input` where shapes, flags, labels or propensities are not what `Sample` says. */
export function checkSample(sample: Sample): void {
  const n = sample.x.rows;
  const lengths = [
    sample.hasGold,
    sample.goldGain,
    sample.hasPreference,
    sample.preferenceGain,
    sample.propensity,
    sample.group,
  ].map((values) => values.length);
  if (lengths.some((length) => length !== n)) {
    throw new AppError(
      'invalid-input',
      `Training rows: ${n} rows of features, but columns of ${lengths.join(', ')} values.`,
    );
  }
  for (let i = 0; i < n; i++) {
    const gold = sample.hasGold[i] === 1;
    const preference = sample.hasPreference[i] === 1;
    const isBad =
      (!gold && !preference) ||
      (gold && !Number.isFinite(sample.goldGain[i])) ||
      (preference && !Number.isFinite(sample.preferenceGain[i])) ||
      !(sample.propensity[i] > 0 && sample.propensity[i] <= 1);
    if (isBad) {
      throw new AppError(
        'invalid-input',
        `Training row ${i}: expected a gold or preference gain that is a finite number and a propensity in (0, 1].`,
      );
    }
  }
}
