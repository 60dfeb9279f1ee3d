import { doublyRobustScores } from './bias.ts';
import type { Problem, SourceProblem } from './nuisances.ts';
import { mean } from '../stats/descriptive.ts';

/** Two estimates of the mean bias of a source, and how far apart they are. */
export interface Disagreement {
  /** θ_R: the constant Δ that fits the R-learner's loss best; a mean of Δ with weights p (1 − p). */
  readonly rLearner: number;
  /** θ_DR: the mean of the doubly robust scores. */
  readonly drLearner: number;
  readonly difference: number;
  /** Of the difference, from the influence functions of both, which share rows and noise. */
  readonly standardError: number;
}

/** Further apart than this many standard errors deserves a warning. */
export const MOST_STANDARD_ERRORS = 2;

/**
 * θ_R = Σ (T − p)(o − m̂) / Σ (T − p)² over (prompt, mechanism) rows (Robinson 1988; Nie & Wager 2021 with constant Δ), with
 * influence (T − p)(o − m̂ − (T − p) θ) / E(T − p)² summed within a prompt; θ_DR is a mean, with influence φ − θ. Under the
 * assumptions of both and where Δ or π is constant they have one limit. Averages over the repeats of cross-fitting.
 */
export function compareLearners(problem: Problem, source: SourceProblem): Disagreement {
  const n = problem.sample.x.rows;
  const influence = new Float64Array(n);
  const repeats = problem.foldings.map((_, repeat) => {
    const r = constantRLearner(problem, source, repeat);
    const scores = doublyRobustScores(problem, source, repeat);
    const dr = mean(scores);
    for (let i = 0; i < n; i++) influence[i] += r.influence[i] - (scores[i] - dr);
    return { r: r.theta, dr };
  });
  const squares = influence.reduce((sum, v) => sum + (v / repeats.length) ** 2, 0);
  const rLearner = mean(repeats.map(({ r }) => r));
  const drLearner = mean(repeats.map(({ dr }) => dr));
  return {
    rLearner,
    drLearner,
    difference: rLearner - drLearner,
    standardError: Math.sqrt(squares / (n - 1) / n),
  };
}

function constantRLearner(
  problem: Problem,
  source: SourceProblem,
  repeat: number,
): { readonly theta: number; readonly influence: Float64Array } {
  const { sample } = problem;
  const { hasPreference, preferenceGain } = source.labels;
  const outcomes = problem.outcomes(repeat);
  const preferences = outcomes.preferences[problem.sources.indexOf(source)];
  const n = sample.x.rows;
  // Σ (T − p)(o − m̂) and Σ (T − p)² within each prompt.
  const cross = new Float64Array(n);
  const square = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const p = sample.propensity[i] / (sample.propensity[i] + source.propensity[i]);
    const expected = p * outcomes.gold[i] + (1 - p) * preferences[i];
    if (sample.hasGold[i] === 1) {
      cross[i] += (1 - p) * (sample.goldGain[i] - expected);
      square[i] += (1 - p) ** 2;
    }
    if (hasPreference[i] === 1) {
      cross[i] -= p * (preferenceGain[i] - expected);
      square[i] += p ** 2;
    }
  }
  const scale = mean(square);
  const theta = mean(cross) / scale;
  return { theta, influence: cross.map((c, i) => (c - square[i] * theta) / scale) };
}
