import { mean, standardDeviation } from '../stats/descriptive.ts';
import type { Problem, SourceProblem } from './nuisances.ts';

/** A richer learner of Δ beside ridge, and which was taken. */
export interface BiasChoice {
  readonly isRicher: boolean;
  /** Orthogonal loss of ridge minus that of the richer learner, a mean over prompts, and its standard error. */
  readonly gain: number;
  readonly standardError: number;
}

/** A richer Δ̂ must do better than ridge by more than this many standard errors. */
const LEAST_STANDARD_ERRORS = 1;

/**
 * Compares two estimates of Δ_j by the orthogonal loss of the R-learner, Σ [(o − m̂) − (T − p) Δ̂]² over the (prompt, mechanism)
 * rows of a prompt. Every Δ̂ and m̂ was fitted without the prompt's fold, so the loss is a held-out one.
 */
export function compareBiases(
  problem: Problem,
  source: SourceProblem,
  ridge: Float64Array,
  richer: Float64Array,
): BiasChoice {
  const { sample } = problem;
  const { hasPreference, preferenceGain } = source.labels;
  const j = problem.sources.indexOf(source);
  const gains = new Float64Array(sample.x.rows);
  problem.foldings.forEach((_, repeat) => {
    const { gold, preferences } = problem.outcomes(repeat);
    for (let i = 0; i < gains.length; i++) {
      const p = sample.propensity[i] / (sample.propensity[i] + source.propensity[i]);
      const expected = p * gold[i] + (1 - p) * preferences[j][i];
      const add = (observed: number, residual: number): void => {
        const rest = observed - expected;
        gains[i] += (rest - residual * ridge[i]) ** 2 - (rest - residual * richer[i]) ** 2;
      };
      if (sample.hasGold[i] === 1) add(sample.goldGain[i], 1 - p);
      if (hasPreference[i] === 1) add(preferenceGain[i], -p);
    }
  });
  const perRepeat = gains.map((gain) => gain / problem.foldings.length);
  const gain = mean(perRepeat);
  const standardError = standardDeviation(perRepeat, 1) / Math.sqrt(perRepeat.length);
  return { isRicher: gain > LEAST_STANDARD_ERRORS * standardError, gain, standardError };
}
