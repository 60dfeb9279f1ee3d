import { joinColumns, joinRows, take, takeRows } from '../core/matrix.ts';
import { combineLinear, predictLinear, type LinearModel } from '../learners/linear.ts';
import { fitRidge } from '../learners/ridge.ts';
import { mean, weightedMean } from '../stats/descriptive.ts';
import {
  drLearnerBias,
  medianOverRepeats,
  pairedDifferenceBias,
  rLearnerBias,
  type BiasEstimate,
} from './bias.ts';
import { nearlyFreeScale, regress, type Problem } from './nuisances.ts';
import { rowsWhere } from './sample.ts';

/**
 * Estimators of the gold gain ψ(x) from gold and preferences: short functions from a Problem to a linear model.
 * Formulas: docs/statistics.md; notation: sample.ts.
 */
export const ESTIMATORS = {
  'gold-only': goldOnly,
  'preference-only': preferenceOnly,
  pooled,
  'mean-shift': meanShift,
  'r-learner': rLearner,
  'dr-learner': drLearner,
  offset,
  'calibrated-offset': calibratedOffset,
  'paired-difference': pairedDifference,
  'two-stage-surrogate': twoStageSurrogate,
  'surrogate-aipw': surrogateAipw,
} as const satisfies Record<string, (problem: Problem) => Estimate>;

export type EstimatorName = keyof typeof ESTIMATORS;

export interface Estimate {
  /** ψ̂. */
  readonly model: LinearModel;
  /** Rows whose bias was set to the edge of its range. */
  readonly clippedRows: number;
}

/** Gold alone: unbiased and noisy. */
function goldOnly({ sample, goldRows, goldWeights }: Problem): Estimate {
  return plain(regress(sample.x, sample.goldGain, goldRows, goldWeights));
}

/** Preferences alone: η̂, precise about the wrong thing. */
function preferenceOnly(problem: Problem): Estimate {
  return plain(problem.preferenceModel());
}

/** Gold and preferences in one heap, a doubly labelled prompt twice (RouteLLM, arXiv 2406.18665). */
function pooled({ sample, goldRows, preferenceRows }: Problem): Estimate {
  const x = joinRows([takeRows(sample.x, goldRows), takeRows(sample.x, preferenceRows)]);
  const label = Float64Array.from([
    ...take(sample.goldGain, goldRows),
    ...take(sample.preferenceGain, preferenceRows),
  ]);
  return plain(fitRidge(x, label));
}

/** Preferences moved by one number, the mean bias; then gold and moved preferences together. */
function meanShift(problem: Problem): Estimate {
  const shift = meanBias(problem);
  return refit(problem, { bias: new Float64Array(problem.sample.x.rows).fill(shift), clippedRows: 0 });
}

/**
 * The mean bias of `mean-shift`: of the differences where labels are paired; otherwise of the means, or, where π varies,
 * of the gold rows against η̂ at the same prompts.
 */
function meanBias(problem: Problem): number {
  const { sample, pairing, goldRows, goldWeights, preferenceRows } = problem;
  if (pairing.isPaired) {
    const both = goldRows.filter((i) => sample.hasPreference[i] === 1);
    const differences = Float64Array.from(both, (i) => sample.goldGain[i] - sample.preferenceGain[i]);
    return weightedMean(
      differences,
      Float64Array.from(both, (i) => 1 / sample.propensity[i]),
    );
  }
  const gold = take(sample.goldGain, goldRows);
  if (sample.propensity.every((p) => p === sample.propensity[0])) {
    return mean(gold) - mean(take(sample.preferenceGain, preferenceRows));
  }
  const preference = predictLinear(problem.preferenceModel(), takeRows(sample.x, goldRows));
  return weightedMean(
    gold.map((r, i) => r - preference[i]),
    goldWeights,
  );
}

/** Preferences corrected by the R-learner's Δ̂ (Meta-Router, steps 1–2). */
function rLearner(problem: Problem): Estimate {
  return refit(problem, rLearnerBias(problem));
}

/** Preferences corrected by the DR-learner's Δ̂ (Meta-Router, steps 1–2). */
function drLearner(problem: Problem): Estimate {
  return refit(problem, drLearnerBias(problem));
}

/** Preferences corrected by the paired difference's Δ̂. */
function pairedDifference(problem: Problem): Estimate {
  return refit(problem, pairedDifferenceBias(problem));
}

/** η̂ plus a ridge on what gold leaves of it (Kallus, Puli & Shalit 2018, arXiv 1810.11646). */
function offset(problem: Problem): Estimate {
  const { sample, goldRows, goldWeights } = problem;
  const eta = preferenceAtRows(problem);
  const residual = sample.goldGain.map((r, i) => r - eta[i]);
  const correction = regress(sample.x, residual, goldRows, goldWeights);
  return plain(
    combineLinear([
      { weight: 1, model: problem.preferenceModel() },
      { weight: 1, model: correction },
    ]),
  );
}

/** r ~ a + b η̂(x) + Δ(x) with b hardly penalised: survives a source that reverses the truth. */
function calibratedOffset(problem: Problem): Estimate {
  const { sample, goldRows, goldWeights } = problem;
  const d = sample.x.cols;
  const eta = preferenceAtRows(problem);
  const { shift, factor } = nearlyFreeScale(eta);
  const etaColumn = { rows: sample.x.rows, cols: 1, data: eta.map((v) => (v - shift) * factor) };
  const fit = regress(joinColumns([sample.x, etaColumn]), sample.goldGain, goldRows, goldWeights);
  // The fit is linear in (x, η̂(x)) and η̂ is linear in x: one linear model.
  const slope = fit.coefficients[d] * factor;
  const direct: LinearModel = {
    kind: 'linear',
    intercept: fit.intercept - slope * shift,
    coefficients: fit.coefficients.subarray(0, d),
  };
  return plain(
    combineLinear([
      { weight: 1, model: direct },
      { weight: slope, model: problem.preferenceModel() },
    ]),
  );
}

/** Regression of f̂(x, y) on x over all prompts, plus one of the gold residual r − f̂ (own penalty). */
function twoStageSurrogate(problem: Problem): Estimate {
  const { sample, goldRows, goldWeights } = problem;
  const f = medianOverRepeats(problem.foldings.map((_, repeat) => problem.surrogate(repeat)));
  const residual = sample.goldGain.map((r, i) => r - f[i]);
  return plain(
    combineLinear([
      { weight: 1, model: fitRidge(sample.x, f) },
      { weight: 1, model: regress(sample.x, residual, goldRows, goldWeights) },
    ]),
  );
}

/** Regression of f̂ + t (r − f̂)/π on x: unbiased where π is designed or f̂ is right, and noisy. */
function surrogateAipw(problem: Problem): Estimate {
  const { sample } = problem;
  const f = medianOverRepeats(problem.foldings.map((_, repeat) => problem.surrogate(repeat)));
  const pseudo = f.map((v, i) =>
    sample.hasGold[i] === 1 ? v + (sample.goldGain[i] - v) / sample.propensity[i] : v,
  );
  return plain(fitRidge(sample.x, pseudo));
}

/** η̂ at every row; out of fold where labels are paired, or a gold prompt's own preference would sit inside it. */
function preferenceAtRows(problem: Problem): Float64Array {
  const { sample } = problem;
  if (!problem.pairing.isPaired) return predictLinear(problem.preferenceModel(), sample.x);
  return medianOverRepeats(problem.foldings.map((_, repeat) => problem.outcomes(repeat).preference));
}

/** Stage 2: every prompt once, gold where known, else its preference plus Δ̂; equal weights. */
function refit({ sample }: Problem, { bias, clippedRows }: BiasEstimate): Estimate {
  const label = sample.preferenceGain.map((y, i) =>
    sample.hasGold[i] === 1 ? sample.goldGain[i] : y + bias[i],
  );
  return { model: fitRidge(sample.x, label), clippedRows };
}

function plain(model: LinearModel): Estimate {
  return { model, clippedRows: 0 };
}

/** Which estimators a sample admits: what needs preferences, pairs or preferences everywhere is left out. */
export function admissibleEstimators(problem: Problem): EstimatorName[] {
  const names: EstimatorName[] = ['gold-only'];
  if (rowsWhere(problem.sample.hasPreference).length === 0) return names;
  names.push(
    'preference-only',
    'pooled',
    'mean-shift',
    'r-learner',
    'dr-learner',
    'offset',
    'calibrated-offset',
  );
  if (problem.pairing.isFullyPaired) names.push('paired-difference', 'two-stage-surrogate', 'surrogate-aipw');
  return names;
}
