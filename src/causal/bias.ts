import { take } from '../core/matrix.ts';
import type { Model } from '../learners/model.ts';
import { median } from '../stats/descriptive.ts';
import { FOLD_COUNT, foldRows } from './folds.ts';
import type { Problem, SourceProblem } from './nuisances.ts';
import { goldRegression, learnRows, RIDGE_HEAD, scatter, type HeadLearner } from './regression.ts';
import { compareBiases, type BiasChoice } from './richer-bias.ts';

/**
 * The preference bias Δ_j(x) = ψ(x) − η_j(x) of one source as a conditional average treatment effect. Each function returns
 * Δ̂_j for every row, fitted without the fold of that row; over repeats of the folds, the median of the row.
 */
export interface BiasEstimate {
  /** Δ̂_j for every row. */
  readonly bias: Float64Array;
  /** Rows whose Δ̂_j left [−2, 2], the range of a difference of two gains, and was set to its edge. */
  readonly clippedRows: number;
  /** Where a richer learner of Δ was tried: whether it was taken, and why. */
  readonly choice?: BiasChoice;
}

export type BiasEstimator = (problem: Problem, source: SourceProblem) => BiasEstimate;

/** A gain lies in [−1, 1], so a difference of two gains lies in [−2, 2]. */
const LARGEST_BIAS = 2;

/**
 * R-learner (Nie & Wager 2021, doi 10.1093/biomet/asaa076, eq. 4–5): over (prompt, mechanism) rows with treatment T,
 *   Δ̂ = argmin Σ [(o − m̂(x)) − (T − p(x)) Δ(x)]²  =  regression of (o − m̂)/(T − p) with weights (T − p)²,
 *   p = π / (π + π_j),  m̂ = p μ̂₁ + (1 − p) μ̂_j.
 */
export const rLearnerBias: BiasEstimator = remembered(chosen(rBias));

function rBias(problem: Problem, source: SourceProblem, learner: HeadLearner): BiasEstimate {
  const { sample, goldRows } = problem;
  const stacked = Int32Array.from([...goldRows, ...source.rows]);
  const j = problem.sources.indexOf(source);
  return overRepeats(problem, (repeat) => {
    const { gold, preferences } = problem.outcomes(repeat);
    const preference = preferences[j];
    const target = new Float64Array(stacked.length);
    const weight = new Float64Array(stacked.length);
    stacked.forEach((row, i) => {
      const treated = i < goldRows.length;
      const observed = treated ? sample.goldGain[row] : source.labels.preferenceGain[row];
      const p = sample.propensity[row] / (sample.propensity[row] + source.propensity[row]);
      const expected = p * gold[row] + (1 - p) * preference[row];
      const residual = (treated ? 1 : 0) - p;
      target[i] = (observed - expected) / residual;
      weight[i] = residual ** 2;
    });
    const folds = problem.foldings[repeat];
    const stackedFolds = Int32Array.from(stacked, (row) => folds[row]);
    return withoutOwnFold(problem, repeat, (fold) => {
      const kept = foldRows(stackedFolds, fold, 'outside');
      const rows = kept.map((i) => stacked[i]);
      return learnRows(sample, rows, take(target, kept), learner, take(weight, kept));
    });
  });
}

/** Ridge, and where the problem names a richer learner of Δ that one if its held-out orthogonal loss is clearly less. */
function chosen(
  estimate: (problem: Problem, source: SourceProblem, learner: HeadLearner) => BiasEstimate,
): BiasEstimator {
  return (problem, source) => {
    const ridge = estimate(problem, source, RIDGE_HEAD);
    const { biasLearner } = problem;
    if (biasLearner.name === 'ridge') return ridge;
    const richer = estimate(problem, source, biasLearner);
    const choice = compareBiases(problem, source, ridge.bias, richer.bias);
    return { ...(choice.isRicher ? richer : ridge), choice };
  };
}

/** Keeps what it has estimated for a problem and a source: `omega-grid` and the warnings ask again. */
function remembered(estimate: BiasEstimator): BiasEstimator {
  const known = new WeakMap<Problem, Map<SourceProblem, BiasEstimate>>();
  return (problem, source) => {
    const ofProblem = known.get(problem) ?? new Map<SourceProblem, BiasEstimate>();
    known.set(problem, ofProblem);
    const bias = ofProblem.get(source) ?? estimate(problem, source);
    ofProblem.set(source, bias);
    return bias;
  };
}

/**
 * DR-learner (Kennedy 2023, doi 10.1214/23-EJS2157, algorithm 1) with each mechanism's own probability; of several sources
 * each is one value of a multi-valued treatment:
 *   φ_j = μ̂₁ − μ̂_j + t (r − μ̂₁)/π − h_j (y_j − μ̂_j)/π_j,   Δ̂_j = regression of φ_j on x.
 */
export const drLearnerBias: BiasEstimator = remembered(chosen(drBias));

function drBias(problem: Problem, source: SourceProblem, learner: HeadLearner): BiasEstimate {
  return overRepeats(problem, (repeat) => {
    const pseudo = doublyRobustScores(problem, source, repeat);
    return withoutOwnFold(problem, repeat, (fold) =>
      problem.everyoneOutside(repeat, fold).learn(pseudo, learner),
    );
  });
}

/** φ_j of the DR-learner for every row; its mean estimates the mean bias without bias where π is designed. */
export function doublyRobustScores(problem: Problem, source: SourceProblem, repeat: number): Float64Array {
  const { sample } = problem;
  const { hasPreference, preferenceGain } = source.labels;
  const outcomes = problem.outcomes(repeat);
  const preferences = outcomes.preferences[problem.sources.indexOf(source)];
  return outcomes.gold.map((gold, i) => {
    const preference = preferences[i];
    let phi = gold - preference;
    if (sample.hasGold[i] === 1) phi += (sample.goldGain[i] - gold) / sample.propensity[i];
    if (hasPreference[i] === 1) phi -= (preferenceGain[i] - preference) / source.propensity[i];
    return phi;
  });
}

/** Paired difference: r − y_j on x over the prompts that carry both (papers.md 1.7 h). Noise that both share cancels. */
export function pairedDifferenceBias(problem: Problem, source: SourceProblem): BiasEstimate {
  const { sample } = problem;
  const { hasPreference, preferenceGain } = source.labels;
  const difference = sample.goldGain.map((r, i) => r - preferenceGain[i]);
  return overRepeats(problem, (repeat) =>
    withoutOwnFold(problem, repeat, (fold) => {
      const gold = problem.goldOutside(repeat, fold);
      const paired = gold.rows.filter((i) => hasPreference[i] === 1);
      const regression = paired.length === gold.rows.length ? gold : goldRegression(sample, paired);
      return regression.fit(difference);
    }),
  );
}

/** Δ̂ for every row from the model that `fitWithout` its fold gives. */
function withoutOwnFold(problem: Problem, repeat: number, fitWithout: (fold: number) => Model): Float64Array {
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
