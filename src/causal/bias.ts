import { joinRows, take, takeRows } from '../core/matrix.ts';
import { median } from '../stats/descriptive.ts';
import { FOLD_COUNT, foldRows } from './folds.ts';
import { regress, scatter, type Problem } from './nuisances.ts';
import { inverseProbabilityWeights, preferencePropensity } from './sample.ts';
import { fitRidge } from '../learners/ridge.ts';

/**
 * The preference bias Δ(x) = ψ(x) − η(x) as a conditional average treatment effect. Each function returns Δ̂ for every
 * row, fitted without the fold of that row; over repeats of the folds, the median of the row.
 */
export interface BiasEstimate {
  /** Δ̂ for every row. */
  readonly bias: Float64Array;
  /** Rows whose Δ̂ left [−2, 2], the range of a difference of two gains, and was set to its edge. */
  readonly clippedRows: number;
}

/** A gain lies in [−1, 1], so a difference of two gains lies in [−2, 2]. */
const LARGEST_BIAS = 2;

/**
 * R-learner (Nie & Wager 2021, doi 10.1093/biomet/asaa076, eq. 4–5): over (prompt, mechanism) rows with treatment T,
 *   Δ̂ = argmin Σ [(o − m̂(x)) − (T − p(x)) Δ(x)]²  =  regression of (o − m̂)/(T − p) with weights (T − p)²,
 *   p = π / (π + π_pref),  m̂ = p μ̂₁ + (1 − p) μ̂₀.
 */
export function rLearnerBias(problem: Problem): BiasEstimate {
  const { sample, goldRows, preferenceRows } = problem;
  const preferenceProbability = preferencePropensity(sample);
  const stacked = Int32Array.from([...goldRows, ...preferenceRows]);
  const x = joinRows([takeRows(sample.x, goldRows), takeRows(sample.x, preferenceRows)]);
  return overRepeats(problem, (repeat) => {
    const outcomes = problem.outcomes(repeat);
    const target = new Float64Array(stacked.length);
    const weight = new Float64Array(stacked.length);
    stacked.forEach((row, i) => {
      const treated = i < goldRows.length;
      const observed = treated ? sample.goldGain[row] : sample.preferenceGain[row];
      const p = sample.propensity[row] / (sample.propensity[row] + preferenceProbability[row]);
      const expected = p * outcomes.gold[row] + (1 - p) * outcomes.preference[row];
      const residual = (treated ? 1 : 0) - p;
      target[i] = (observed - expected) / residual;
      weight[i] = residual ** 2;
    });
    const folds = problem.foldings[repeat];
    const stackedFolds = Int32Array.from(stacked, (row) => folds[row]);
    return withoutOwnFold(problem, repeat, (fold) => {
      const rows = foldRows(stackedFolds, fold, 'outside');
      return fitRidge(takeRows(x, rows), take(target, rows), take(weight, rows));
    });
  });
}

/**
 * DR-learner (Kennedy 2023, doi 10.1214/23-EJS2157, algorithm 1) with each mechanism's own probability:
 *   φ = μ̂₁ − μ̂₀ + t (r − μ̂₁)/π − h (y − μ̂₀)/π_pref,   Δ̂ = regression of φ on x.
 */
export function drLearnerBias(problem: Problem): BiasEstimate {
  return overRepeats(problem, (repeat) => {
    const pseudo = doublyRobustScores(problem, repeat);
    const folds = problem.foldings[repeat];
    return withoutOwnFold(problem, repeat, (fold) =>
      regress(problem.sample.x, pseudo, foldRows(folds, fold, 'outside')),
    );
  });
}

/** φ of the DR-learner for every row; its mean estimates the mean bias without bias where π is designed. */
export function doublyRobustScores(problem: Problem, repeat: number): Float64Array {
  const { sample } = problem;
  const outcomes = problem.outcomes(repeat);
  const preferenceProbability = preferencePropensity(sample);
  return outcomes.gold.map((gold, i) => {
    const preference = outcomes.preference[i];
    let phi = gold - preference;
    if (sample.hasGold[i] === 1) phi += (sample.goldGain[i] - gold) / sample.propensity[i];
    if (sample.hasPreference[i] === 1) {
      phi -= (sample.preferenceGain[i] - preference) / preferenceProbability[i];
    }
    return phi;
  });
}

/** Paired difference: r − y on x over the prompts that carry both (papers.md 1.7 h). Noise that both share cancels. */
export function pairedDifferenceBias(problem: Problem): BiasEstimate {
  const { sample } = problem;
  const difference = sample.goldGain.map((r, i) => r - sample.preferenceGain[i]);
  return overRepeats(problem, (repeat) => {
    const folds = problem.foldings[repeat];
    return withoutOwnFold(problem, repeat, (fold) => {
      const rows = foldRows(folds, fold, 'outside').filter(
        (i) => sample.hasGold[i] === 1 && sample.hasPreference[i] === 1,
      );
      return regress(sample.x, difference, rows, inverseProbabilityWeights(sample.propensity, rows));
    });
  });
}

/** Δ̂ for every row from the model that `fitWithout` its fold gives. */
function withoutOwnFold(
  problem: Problem,
  repeat: number,
  fitWithout: (fold: number) => ReturnType<typeof fitRidge>,
): Float64Array {
  const bias = new Float64Array(problem.sample.x.rows);
  const folds = problem.foldings[repeat];
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    scatter(bias, foldRows(folds, fold, 'inside'), problem.sample.x, fitWithout(fold));
  }
  return bias;
}

function overRepeats(problem: Problem, estimate: (repeat: number) => Float64Array): BiasEstimate {
  const bias = medianOverRepeats(problem.foldings.map((_, repeat) => estimate(repeat)));
  let clippedRows = 0;
  const clipped = bias.map((value) => {
    if (Math.abs(value) <= LARGEST_BIAS) return value;
    clippedRows++;
    return Math.sign(value) * LARGEST_BIAS;
  });
  return { bias: clipped, clippedRows };
}

/** The median of every row over the repeats. */
export function medianOverRepeats(estimates: readonly Float64Array[]): Float64Array {
  if (estimates.length === 1) return estimates[0];
  return estimates[0].map((_, i) => median(estimates.map((estimate) => estimate[i])));
}
