import { weightedMean } from '../stats/descriptive.ts';
import { doublyRobustScores, medianOverRepeats } from './bias.ts';
import type { Problem, SourceProblem } from './nuisances.ts';

/** The mean of Δ_j over the training prompts: gold minus preference of one source. */
export interface MeanBias {
  readonly mean: number;
  readonly ci95: readonly [number, number];
  /** How it was had: differences at doubly labelled prompts, or the mean of doubly robust scores. */
  readonly method: 'paired-difference' | 'doubly-robust';
  readonly rows: number;
}

const Z95 = 1.959963984540054;

/** Fewer pairs than this say less than the doubly robust scores of all rows. */
const ENOUGH_PAIRS = 20;

/**
 * Paired: the 1/π-weighted mean of r − y, with the sandwich standard error of a ratio estimator. Unpaired: the mean of the
 * cross-fitted scores φ (Robins, Rotnitzky & Zhao 1994; Chernozhukov et al. 2018, eq. 5.3), which are independent given
 * the nuisances.
 */
export function estimateMeanBias(problem: Problem, source: SourceProblem): MeanBias {
  const { sample, goldRows } = problem;
  const { hasPreference, preferenceGain } = source.labels;
  if (source.pairing.pairedRows >= ENOUGH_PAIRS) {
    const rows = goldRows.filter((i) => hasPreference[i] === 1);
    const difference = Float64Array.from(rows, (i) => sample.goldGain[i] - preferenceGain[i]);
    const weights = Float64Array.from(rows, (i) => 1 / sample.propensity[i]);
    return { ...intervalOfMean(difference, weights), method: 'paired-difference', rows: rows.length };
  }
  const scores = medianOverRepeats(
    problem.foldings.map((_, repeat) => doublyRobustScores(problem, source, repeat)),
  );
  const unit = new Float64Array(scores.length).fill(1);
  return { ...intervalOfMean(scores, unit), method: 'doubly-robust', rows: scores.length };
}

/**
 * The weighted mean Σwv/Σw with the 95 % interval of a ratio estimator: variance Σ w² (v − mean)² / (Σw)², times n/(n − 1)
 * for the mean that was estimated. With equal weights this is the textbook interval.
 */
export function intervalOfMean(
  values: Float64Array,
  weights: Float64Array,
): { readonly mean: number; readonly ci95: readonly [number, number] } {
  const centre = weightedMean(values, weights);
  let square = 0;
  let total = 0;
  values.forEach((v, i) => {
    square += (weights[i] * (v - centre)) ** 2;
    total += weights[i];
  });
  const n = values.length;
  const error = Math.sqrt((square * n) / (n - 1)) / total;
  return { mean: centre, ci95: [centre - Z95 * error, centre + Z95 * error] };
}
