import { type Matrix, take, takeRows } from '../core/matrix.ts';
import { AppError } from '../core/errors.ts';

/**
 * The training rows of one run, and the notation of src/causal (Zhang et al. 2025, arXiv 2509.25535, sections 2–3).
 *
 *   x   prompt features                       t    gold revealed (the "treatment": which mechanism evaluated the prompt)
 *   r   gold gain, where t                    y_j  preference gain of source j, where known
 *   π   probability that gold was revealed    ψ(x) = E[r|x]   η_j(x) = E[y_j|x]   Δ_j(x) = ψ(x) − η_j(x), the bias of j
 *
 * A prompt may carry gold, preferences of one or several sources, or both (it is then *paired*). Every row carries at least
 * one label.
 */
export interface Sample {
  /** n × d. */
  readonly x: Matrix;
  readonly hasGold: Uint8Array;
  /** r; read only where hasGold. */
  readonly goldGain: Float64Array;
  /** Who judged, each with a bias of its own. Empty for a run on gold alone. */
  readonly sources: readonly SourceLabels[];
  /** π, in (0, 1]. */
  readonly propensity: Float64Array;
  /** Rows with the same number are the same prompt, or nearly, and stay in one fold. */
  readonly group: Int32Array;
}

/** The labels of one source of preferences, one entry a row of the sample. */
export interface SourceLabels {
  readonly name: string;
  readonly hasPreference: Uint8Array;
  /** y; read only where hasPreference. */
  readonly preferenceGain: Float64Array;
}

/** The sources that judged anything. */
export function judgingSources(sample: Sample): readonly SourceLabels[] {
  return sample.sources.filter(({ hasPreference }) => hasPreference.includes(1));
}

/** The rows that carry a mechanism's label. */
export function rowsWhere(flags: Uint8Array): Int32Array {
  const rows = new Int32Array(flags.length);
  let count = 0;
  flags.forEach((flag, i) => {
    if (flag === 1) rows[count++] = i;
  });
  return rows.slice(0, count);
}

export function selectRows(sample: Sample, rows: Int32Array): Sample {
  return {
    x: takeRows(sample.x, rows),
    hasGold: Uint8Array.from(rows, (i) => sample.hasGold[i]),
    goldGain: take(sample.goldGain, rows),
    sources: sample.sources.map(({ name, hasPreference, preferenceGain }) => ({
      name,
      hasPreference: Uint8Array.from(rows, (i) => hasPreference[i]),
      preferenceGain: take(preferenceGain, rows),
    })),
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
  /** Gold prompts that also carry a preference of the source. */
  readonly pairedRows: number;
  /** Some gold prompt carries a preference too. */
  readonly isPaired: boolean;
  /** Every prompt carries a preference of the source: the surrogate estimators apply. */
  readonly isFullyPaired: boolean;
}

export function pairingOf(sample: Sample, { hasPreference }: SourceLabels): Pairing {
  let pairedRows = 0;
  let isFullyPaired = true;
  for (let i = 0; i < sample.hasGold.length; i++) {
    if (hasPreference[i] === 0) isFullyPaired = false;
    else if (sample.hasGold[i] === 1) pairedRows++;
  }
  return { pairedRows, isPaired: pairedRows > 0, isFullyPaired: isFullyPaired && pairedRows > 0 };
}

/**
 * π_j: the probability that a row carries a preference of source j, from the observed shares among the rows with gold (q)
 * and without (s): π q + (1 − π) s. With one source every row without gold has one (s = 1): 1 − π unpaired (q = 0), and 1
 * fully paired (q = 1). Which of several sources judged a prompt must not depend on x beyond that.
 */
export function preferencePropensity(sample: Sample, { hasPreference }: SourceLabels): Float64Array {
  const rows = [0, 0];
  const judged = [0, 0];
  sample.hasGold.forEach((gold, i) => {
    rows[gold]++;
    judged[gold] += hasPreference[i];
  });
  const [withoutGold, withGold] = rows.map((count, gold) => (count === 0 ? 0 : judged[gold] / count));
  return sample.propensity.map((p) => p * withGold + (1 - p) * withoutGold);
}

/** @throws AppError `invalid-input` where shapes, flags, labels or propensities are not what `Sample` says. */
export function checkSample(sample: Sample): void {
  const n = sample.x.rows;
  const lengths = [
    sample.hasGold,
    sample.goldGain,
    ...sample.sources.flatMap((source) => [source.hasPreference, source.preferenceGain]),
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
    const judges = sample.sources.filter((source) => source.hasPreference[i] === 1);
    const isBad =
      (!gold && judges.length === 0) ||
      (gold && !Number.isFinite(sample.goldGain[i])) ||
      judges.some((source) => !Number.isFinite(source.preferenceGain[i])) ||
      !(sample.propensity[i] > 0 && sample.propensity[i] <= 1);
    if (isBad) {
      throw new AppError(
        'invalid-input',
        `Training row ${i}: expected a gold or preference gain that is a finite number and a propensity in (0, 1].`,
      );
    }
  }
}
