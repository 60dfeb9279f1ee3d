import { take, takeRows } from '../core/matrix.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { fitEstimators, type Fit } from '../causal/fit.ts';
import type { Estimate, EstimatorName } from '../causal/estimators.ts';
import { mean, standardDeviation, weightedMean } from '../stats/descriptive.ts';
import { fitReleasedScript } from '../causal/released-script.ts';
import { fitLearner, type LearnerName } from '../learners/fit-learner.ts';
import { fitNearest, predictNearest } from '../learners/nearest-neighbours.ts';
import { predict } from '../learners/model.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import { fitBlocks } from '../features/fit-blocks.ts';
import type { JobControl } from '../core/progress.ts';
import type { Clock } from '../core/clock.ts';
import { scorePredictions, shareAbove, COST_WEIGHTS, type Scores } from './policy-value.ts';
import type { PairSnapshot } from './snapshot.ts';
import { countLabels, labelRows, toSample, type LabelCounts } from './training-rows.ts';

export interface ReplicateConfig {
  readonly rounds: number;
  readonly nGold: number;
  readonly nTest: number;
  /** Preferences for all training prompts, also for those with gold. */
  readonly isPaired: boolean;
  readonly seed: number;
  /** What ψ is learnt with. */
  readonly learner: LearnerName;
  /** The published recipe too, with its forests: slow, for comparison. */
  readonly withReleasedScript: boolean;
  /** Width of a text block. */
  readonly dimensions: number;
}

/** One row of one round's table. */
export interface RoundRow {
  readonly name: string;
  readonly scores: Omit<Scores, 'gainRelMse'> & { readonly gainRelMse: number | null };
  readonly seconds: number;
}

export interface RoundResult {
  readonly round: number;
  readonly rows: readonly RoundRow[];
  readonly weights: Readonly<Partial<Record<EstimatorName, number>>>;
  readonly counts: LabelCounts;
  /** Mean gold gain of the test prompts and its standard error. */
  readonly gap: { readonly mean: number; readonly error: number };
}

/** Prompts with gold for both models: the population that the rounds are drawn from. */
export function eligibleRows(snapshot: PairSnapshot): Int32Array {
  return Int32Array.from(snapshot.split.keys()).filter((i) => Number.isFinite(snapshot.allGoldGain[i]));
}

/** One round: split the eligible prompts anew, fit the encoder and every estimator on the training part, score the rest. */
export function replicateRound(
  snapshot: PairSnapshot,
  prepared: FeatureInputs,
  config: ReplicateConfig,
  round: number,
  clock: Clock,
  control: JobControl,
): RoundResult {
  const seed = deriveSeed(config.seed, 'replicate', round);
  const { test, gold, rest } = splitRound(snapshot, config, seed);
  const goldSet = new Set(gold);
  const hasPreference = (i: number): boolean =>
    snapshot.preferences.some(({ gain }) => Number.isFinite(gain[i]));
  const trainRows = Int32Array.from([...gold, ...rest.filter(hasPreference)]).sort();
  const propensity = gold.length / (gold.length + rest.length);
  const training = labelRows(snapshot, trainRows, (i) => goldSet.has(i), {
    propensity: () => propensity,
    mayCarryPreference: (i) => config.isPaired || !goldSet.has(i),
    gold: snapshot.allGoldGain,
    scaling: undefined,
  });

  const encoder = fitBlocks(prepared, trainRows, { dim: config.dimensions, seed });
  const x = featuresOf(prepared, encoder, trainRows);
  const xTest = featuresOf(prepared, encoder, test);
  const gain = take(snapshot.allGoldGain, test);
  const started = clock();
  const sample = toSample(training, x, training.designedPropensity);
  const fit = fitEstimators(sample, {
    scheme: { kind: 'grouped', repeats: 3, seed },
    crossValidationScheme: { kind: 'grouped', repeats: 1, seed },
    // The rounds draw gold anew, by chance alone.
    selectedOnVerdict: false,
    learner: { name: config.learner, seed: deriveSeed(seed, 'learner'), control },
    clock,
  });
  const autoSeconds = (clock() - started) / 1000;

  const rows: RoundRow[] = [];
  const score = (name: string, predicted: Float64Array, seconds: number): void => {
    const isPrediction = predicted.every(Number.isFinite);
    const scores = scorePredictions(predicted, gain);
    rows.push({ name, scores: isPrediction ? scores : { ...scores, gainRelMse: null }, seconds });
  };
  for (const [name, estimate] of estimateEntries(fit)) {
    score(name, predict(estimate.model, xTest), fit.seconds[name] ?? 0);
  }
  const auto = predict(fit.auto.model, xTest);
  score('auto', auto, autoSeconds);
  const timed = (name: string, predict: () => Float64Array): void => {
    const from = clock();
    const predicted = predict();
    score(name, predicted, (clock() - from) / 1000);
  };
  if (config.withReleasedScript) {
    const from = clock();
    const script = fitReleasedScript(sample, seed);
    const each = (clock() - from) / 2000;
    score('released-script-r', predict(script.rLearner, xTest), each);
    score('released-script-dr', predict(script.drLearner, xTest), each);
  }
  timed('knn', () => {
    const { goldRows, sample } = fit.problem;
    return predictNearest(fitNearest(takeRows(sample.x, goldRows), take(sample.goldGain, goldRows)), xTest);
  });
  timed('all-gold', () => {
    const every = take(snapshot.allGoldGain, trainRows);
    return predict(
      fitLearner(config.learner, x, every, undefined, { seed, group: training.group, control }).model,
      xTest,
    );
  });
  // What knowing the level alone is worth: the mean squared error of a router that ranks nothing.
  timed('gold-mean', () => {
    const { goldRows, goldWeights } = fit.problem;
    const level = weightedMean(take(sample.goldGain, goldRows), goldWeights);
    return new Float64Array(gain.length).fill(level);
  });
  timed('oracle', () => gain);
  timed('always-strong', () => new Float64Array(gain.length).fill(Number.POSITIVE_INFINITY));
  timed('always-cheap', () => new Float64Array(gain.length).fill(Number.NEGATIVE_INFINITY));
  rows.push(randomRow(auto, rows[0].scores.meanGain));
  return { round, rows, weights: fit.weights, counts: countLabels(training), gap: gapOf(gain) };
}

function estimateEntries(fit: Fit): [EstimatorName, Estimate][] {
  return Object.entries(fit.estimates) as [EstimatorName, Estimate][];
}

/** Coin flips that use the strong model as often as auto does at each w. */
function randomRow(auto: Float64Array, meanGain: number): RoundRow {
  const unit = new Float64Array(auto.length).fill(1);
  return {
    name: 'random',
    scores: {
      egMean: 0,
      egTruncatedMean: 0,
      area: 0,
      meanGain,
      gainRelMse: null,
      policyValue: COST_WEIGHTS.map((w) => shareAbove(auto, unit, w) * (meanGain - w)),
    },
    seconds: 0,
  };
}

function gapOf(gain: Float64Array): RoundResult['gap'] {
  return { mean: mean(gain), error: standardDeviation(gain, 1) / Math.sqrt(gain.length) };
}

interface RoundSplit {
  readonly test: Int32Array;
  readonly gold: Int32Array;
  readonly rest: Int32Array;
}

/** Groups of equal prompts in random order fill the test set, then the gold set; what is left carries preferences. */
function splitRound(snapshot: PairSnapshot, config: ReplicateConfig, seed: number): RoundSplit {
  const groups = new Map<number, number[]>();
  for (const row of eligibleRows(snapshot)) {
    const members = groups.get(snapshot.group[row]) ?? [];
    members.push(row);
    groups.set(snapshot.group[row], members);
  }
  const members = [...groups.values()];
  const order = createRng(deriveSeed(seed, 'split')).permutation(members.length);
  const test: number[] = [];
  const gold: number[] = [];
  const rest: number[] = [];
  for (const position of order) {
    const group = members[position];
    if (test.length + group.length <= config.nTest) test.push(...group);
    else if (gold.length + group.length <= config.nGold) gold.push(...group);
    else rest.push(...group);
  }
  const ascending = (rows: number[]): Int32Array => Int32Array.from(rows).sort();
  return { test: ascending(test), gold: ascending(gold), rest: ascending(rest) };
}
