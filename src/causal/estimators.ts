import { joinColumns } from '../core/matrix.ts';
import { combineLinear, predictLinear, predictRows, type LinearModel } from '../learners/linear.ts';
import { combine, type Model } from '../learners/model.ts';
import { mean, weightedMean } from '../stats/descriptive.ts';
import {
  drLearnerBias,
  medianOverRepeats,
  pairedDifferenceBias,
  rLearnerBias,
  type BiasEstimate,
  type BiasEstimator,
} from './bias.ts';
import { nearlyFreeScale, type Problem, type SourceProblem } from './nuisances.ts';
import { goldRegression, learnRows } from './regression.ts';

/**
 * Estimators of the gold gain ψ(x) from gold and the preferences of one or several sources: short functions from a Problem
 * to a model. Every source is corrected for its own bias. The last regression on x is the problem's learner; the offsets and
 * what corrects a surrogate are linear whatever it is. Formulas: docs/statistics.md; notation: sample.ts.
 */
export const ESTIMATORS = {
  'gold-only': goldOnly,
  'preference-only': preferenceOnly,
  pooled,
  'mean-shift': corrected(meanShift),
  'r-learner': corrected(rLearnerBias),
  'dr-learner': corrected(drLearnerBias),
  offset,
  'calibrated-offset': calibratedOffset,
  'paired-difference': corrected(pairedDifferenceBias),
  'two-stage-surrogate': twoStageSurrogate,
  'surrogate-aipw': surrogateAipw,
} as const satisfies Record<string, Estimator>;

export type Estimator = (problem: Problem) => Estimate;

/** Those that need nothing but the problem; `omega-grid` also needs a cross-validation. */
export type DirectEstimator = keyof typeof ESTIMATORS;

export type EstimatorName = DirectEstimator | 'omega-grid';

export interface Estimate {
  /** ψ̂. */
  readonly model: Model;
  /** Rows whose bias was set to the edge of its range, over all sources. */
  readonly clippedRows: number;
}

/** Gold alone: unbiased and noisy. */
function goldOnly(problem: Problem): Estimate {
  return plain(problem.gold().learn(problem.sample.goldGain, problem.learner));
}

/** Preferences alone, every label a row: η̂, precise about the wrong thing. */
function preferenceOnly(problem: Problem): Estimate {
  const isOneRidge = problem.sources.length === 1 && problem.learner.name === 'ridge';
  return plain(isOneRidge ? problem.sources[0].model() : learnLabels(problem, false));
}

/** Gold and preferences in one heap, every label a row (RouteLLM, arXiv 2406.18665). */
function pooled(problem: Problem): Estimate {
  return plain(learnLabels(problem, true));
}

/** Regression on all labels as they are; a prompt with several labels comes several times. */
function learnLabels({ sample, goldRows, sources, learner }: Problem, withGold: boolean): Model {
  const rows = [...(withGold ? goldRows : []), ...sources.flatMap((source) => Array.from(source.rows))];
  const labels = [
    ...(withGold ? Array.from(goldRows, (i) => sample.goldGain[i]) : []),
    ...sources.flatMap(({ rows: judged, labels: { preferenceGain } }) =>
      Array.from(judged, (i) => preferenceGain[i]),
    ),
  ];
  return learnRows(sample, Int32Array.from(rows), Float64Array.from(labels), learner);
}

/**
 * Meta-Router, steps 1 and 2: preferences plus Δ̂ of their source, then gold and corrected preferences together.
 */
function corrected(estimateBias: BiasEstimator): Estimator {
  return (problem) =>
    refit(
      problem,
      problem.sources.map((source) => estimateBias(problem, source)),
    );
}

/** Δ̂ by one number, the mean bias of the source. */
function meanShift(problem: Problem, source: SourceProblem): BiasEstimate {
  const shift = meanBias(problem, source);
  return { bias: new Float64Array(problem.sample.x.rows).fill(shift), clippedRows: 0 };
}

/** Of the differences where labels are paired; otherwise of the means, or, where π varies, of gold against η̂ at the same prompts. */
function meanBias({ sample, goldRows, goldWeights }: Problem, source: SourceProblem): number {
  const { hasPreference, preferenceGain } = source.labels;
  if (source.pairing.isPaired) {
    const both = goldRows.filter((i) => hasPreference[i] === 1);
    return weightedMean(
      Float64Array.from(both, (i) => sample.goldGain[i] - preferenceGain[i]),
      Float64Array.from(both, (i) => 1 / sample.propensity[i]),
    );
  }
  if (sample.propensity.every((p) => p === sample.propensity[0])) {
    return (
      mean(Array.from(goldRows, (i) => sample.goldGain[i])) -
      mean(Array.from(source.rows, (i) => preferenceGain[i]))
    );
  }
  const preference = predictRows(source.model(), sample.x, goldRows);
  return weightedMean(
    preference.map((eta, i) => sample.goldGain[goldRows[i]] - eta),
    goldWeights,
  );
}

/** η̂ plus a ridge on what gold leaves of it (Kallus, Puli & Shalit 2018, arXiv 1810.11646); sources by their share of labels. */
function offset(problem: Problem): Estimate {
  const { sample, sources } = problem;
  const labels = sources.reduce((sum, source) => sum + source.rows.length, 0);
  const terms = sources.flatMap((source) => {
    const eta = preferenceAtRows(problem, source);
    const correction = problem.gold().fit(sample.goldGain.map((r, i) => r - eta[i]));
    const weight = source.rows.length / labels;
    return [
      { weight, model: source.model() },
      { weight, model: correction },
    ];
  });
  return plain(combineLinear(terms));
}

/** r ~ a + Σ b_j η̂_j(x) + Δ(x) with b hardly penalised: survives a source that reverses the truth. */
function calibratedOffset(problem: Problem): Estimate {
  const { sample, sources, goldRows } = problem;
  const d = sample.x.cols;
  const etas = sources.map((source) => {
    const values = preferenceAtRows(problem, source);
    return { values, ...nearlyFreeScale(values) };
  });
  const columns = etas.map(({ values, shift, factor }) => ({
    rows: sample.x.rows,
    cols: 1,
    data: values.map((v) => (v - shift) * factor),
  }));
  const wide = { ...sample, x: joinColumns([sample.x, ...columns]) };
  const fit = goldRegression(wide, goldRows).fit(sample.goldGain);
  // The fit is linear in (x, η̂(x)) and η̂ is linear in x: one linear model.
  const slopes = etas.map(({ factor }, j) => fit.coefficients[d + j] * factor);
  const direct: LinearModel = {
    kind: 'linear',
    intercept: slopes.reduce((sum, slope, j) => sum - slope * etas[j].shift, fit.intercept),
    coefficients: fit.coefficients.subarray(0, d),
  };
  return plain(
    combineLinear([
      { weight: 1, model: direct },
      ...sources.map((source, j) => ({ weight: slopes[j], model: source.model() })),
    ]),
  );
}

/** Regression of f̂(x, y) on x over all prompts, plus a ridge of the gold residual r − f̂ on x (own penalty). */
function twoStageSurrogate(problem: Problem): Estimate {
  const f = surrogate(problem);
  const residual = problem.sample.goldGain.map((r, i) => r - f[i]);
  return plain(
    combine([
      { weight: 1, model: problem.everyone().learn(f, problem.learner) },
      { weight: 1, model: problem.gold().fit(residual) },
    ]),
  );
}

/** Regression of f̂ + t (r − f̂)/π on x: unbiased where π is designed or f̂ is right, and noisy. */
function surrogateAipw(problem: Problem): Estimate {
  const { sample } = problem;
  const pseudo = surrogate(problem).map((v, i) =>
    sample.hasGold[i] === 1 ? v + (sample.goldGain[i] - v) / sample.propensity[i] : v,
  );
  return plain(problem.everyone().learn(pseudo, problem.learner));
}

function surrogate(problem: Problem): Float64Array {
  return medianOverRepeats(problem.foldings.map((_, repeat) => problem.surrogate(repeat)));
}

/** η̂_j at every row; out of fold where labels are paired, or a gold prompt's own preference would sit inside it. */
function preferenceAtRows(problem: Problem, source: SourceProblem): Float64Array {
  if (!source.pairing.isPaired) return predictLinear(source.model(), problem.sample.x);
  const j = problem.sources.indexOf(source);
  return medianOverRepeats(problem.foldings.map((_, repeat) => problem.outcomes(repeat).preferences[j]));
}

/** Stage 2 with equal weights: gold and corrected preferences together. */
function refit(problem: Problem, corrections: readonly BiasEstimate[]): Estimate {
  return {
    model: problem.everyone().learn(correctedLabels(problem, corrections), problem.learner),
    clippedRows: countClipped(corrections),
  };
}

/**
 * One label a prompt: gold where known, else the mean, over the sources that judged it, of their preference plus their Δ̂.
 */
export function correctedLabels(
  { sample, sources }: Problem,
  corrections: readonly BiasEstimate[],
): Float64Array {
  return sample.goldGain.map((r, i) => {
    if (sample.hasGold[i] === 1) return r;
    let sum = 0;
    let judges = 0;
    sources.forEach(({ labels }, j) => {
      if (labels.hasPreference[i] !== 1) return;
      sum += labels.preferenceGain[i] + corrections[j].bias[i];
      judges++;
    });
    return sum / judges;
  });
}

export function countClipped(corrections: readonly BiasEstimate[]): number {
  return corrections.reduce((sum, { clippedRows }) => sum + clippedRows, 0);
}

function plain(model: Model): Estimate {
  return { model, clippedRows: 0 };
}

/** Which estimators a sample admits: what needs preferences, pairs or preferences everywhere is left out. */
export function admissibleEstimators(problem: Problem): DirectEstimator[] {
  const { sources } = problem;
  const names: DirectEstimator[] = ['gold-only'];
  if (!hasPreferences(problem)) return names;
  names.push(
    'preference-only',
    'pooled',
    'mean-shift',
    'r-learner',
    'dr-learner',
    'offset',
    'calibrated-offset',
  );
  if (sources.every((source) => source.pairing.isFullyPaired)) names.push('paired-difference');
  if (sources.some((source) => source.pairing.isFullyPaired)) {
    names.push('two-stage-surrogate', 'surrogate-aipw');
  }
  return names;
}

export function hasPreferences({ sources }: Problem): boolean {
  return sources.length > 0;
}
