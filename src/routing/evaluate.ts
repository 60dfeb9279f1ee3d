import type { Warning } from '../core/warning.ts';
import type { Measured } from '../runtime/manifest.ts';
import { bootstrapWeights, percentileInterval } from '../stats/bootstrap.ts';
import { quantile, standardDeviation, weightedMean } from '../stats/descriptive.ts';
import { averageImprovementInQuality, nonDecreasingHull, type CostQualityPoint } from './cost-quality.ts';
import type { EvaluationSet } from './evaluation-set.ts';
import {
  callPerformanceThreshold,
  efficiencyArea,
  gainAtShares,
  gainCurve,
  meanEfficiencyGain,
  rankByGain,
  type GainCurve,
  type Ranking,
} from './gain-curve.ts';
import { COST_WEIGHTS, policyValue, relativeMse, shareAbove } from './policy-value.ts';

/**
 * Evaluation of predicted gains on held-out gold, with intervals from an exponential-weight bootstrap of the test prompts.
 * Only the test set is redrawn: the intervals say how sure the figure is for this router, not for the recipe.
 */

/** Predicted gains of one candidate on the evaluation set; a policy that ranks nothing has constant predictions. */
export interface Candidate {
  readonly name: string;
  /** ψ̂ for every row; ±Infinity for always-strong and always-cheap. */
  readonly predicted: Float64Array;
}

export interface CurvePoint {
  readonly strongShare: number;
  readonly quality: number;
  readonly ci95: readonly [number, number];
  /** Mean cost per prompt, in the snapshot's cost unit. */
  readonly cost: number;
}

/** One model for every prompt. */
export interface FixedPolicy {
  readonly policy: string;
  readonly model: string;
  readonly quality: Measured;
  /** Mean cost per prompt, in the snapshot's cost unit. */
  readonly cost: Measured;
}

/** What the router does at one w, on average over the evaluation set. */
export interface PolicyPoint {
  readonly w: number;
  /** Share of prompts by model; they add up to 1. */
  readonly shares: Readonly<Record<string, Measured>>;
  readonly quality: Measured;
  readonly cost: Measured;
}

export interface CandidateScores {
  readonly egMean: Measured;
  readonly gainRelMse: Measured;
  readonly policyValue: Readonly<Record<string, Measured>>;
}

export interface Evaluation {
  readonly n: number;
  /** Of two models, by the share of strong calls; else empty. */
  readonly curve: readonly CurvePoint[];
  /** Of more than two models, by w; else empty. */
  readonly policyCurve: readonly PolicyPoint[];
  /** At the run's own w; null where nothing can be evaluated. */
  readonly point: PolicyPoint | null;
  readonly fixed: readonly FixedPolicy[];
  /** Hull of the fixed policies in (cost, quality): what tossing coins between models reaches without any router. */
  readonly mixtures: readonly CostQualityPoint[];
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly policyValue: Readonly<Record<string, Measured>>;
  readonly estimators: Readonly<Record<string, CandidateScores>>;
  readonly warnings: readonly Warning[];
  readonly qualityUnit: EvaluationSet['qualityUnit'];
  /** What the bootstrap redrew, and how often. */
  readonly redrawn: 'test';
  readonly draws: number;
}

export const CURVE_SHARES: readonly number[] = Array.from({ length: 51 }, (_, i) => i / 50);

/** What is measured of the evaluated router, besides its curve and V(w). */
export const METRIC_NAMES = [
  'egMean',
  'egTruncatedMean',
  'meanGain',
  'gainRelMse',
  'strongShare',
  'pgr',
  'apgr',
  'cpt20',
  'cpt50',
  'cpt80',
  'aiq',
  'aiqPerMaximumCost',
  'regretToOracle',
] as const;

/** In one draw; null where it does not exist. */
type Metrics = Readonly<Record<(typeof METRIC_NAMES)[number], number | null>>;

/**
 * @param router the candidate whose curve and metrics are wanted
 * @param others what it stands beside; the references random, always-strong, always-cheap and oracle are added here
 * @param w the run's cost weight, for `do-not-route`
 */
export function evaluatePredictions(
  set: EvaluationSet,
  router: Candidate,
  others: readonly Candidate[],
  w: number,
  seed: number,
): Evaluation {
  const n = set.rows.length;
  const candidates = [router, ...others, ...fixedCandidates(set)].map(ranked);
  const unit = new Float64Array(n).fill(1);
  const point = measureOnce(set, candidates, unit, w);
  const draws = Array.from(bootstrapWeights(set.group, seed), (weights) =>
    measureOnce(set, candidates, weights, w),
  );
  const gapError = standardDeviation(set.gain, 1) / Math.sqrt(n);
  const gapReason =
    Math.abs(point.curve.meanGain) < 2 * gapError
      ? 'the mean gain is within two standard errors of 0, so a share of it means nothing'
      : null;

  const metrics: Record<string, Measured> = {};
  for (const name of METRIC_NAMES) {
    const value = point.metrics[name];
    const reason = GAP_METRICS.has(name) ? gapReason : null;
    metrics[name] = measure(
      reason === null ? value : null,
      draws.map((d) => d.metrics[name]),
      reason ?? 'not reached by this router',
    );
  }
  const estimators = Object.fromEntries(
    [...point.candidates.keys()].map((name) => [name, summarise(name, point, draws)]),
  );
  return {
    n,
    curve: CURVE_SHARES.map((strongShare, k) => ({
      strongShare,
      quality: point.quality[k],
      ci95: percentileInterval(draws.map((d) => d.quality[k])),
      cost: point.cost[k],
    })),
    policyCurve: [],
    point: pointAt(set, point, draws, w),
    ...describeFixed(point, draws, [set.strong, set.cheap]),
    metrics,
    policyValue: estimators[router.name].policyValue,
    estimators,
    warnings: doNotRoute(
      [
        {
          policy: 'always-strong',
          margin: point.overStrong,
          draws: draws.map((d) => d.overStrong),
        },
        { policy: 'always-cheap', margin: point.overCheap, draws: draws.map((d) => d.overCheap) },
      ],
      w,
      'add features (the stage cascade sees the cheap answer), ',
    ),
    qualityUnit: set.qualityUnit,
    redrawn: 'test',
    draws: draws.length,
  };
}

/** Metrics that divide by the mean gain. */
const GAP_METRICS: ReadonlySet<string> = new Set(['pgr', 'apgr', 'cpt20', 'cpt50', 'cpt80']);

function fixedCandidates(set: EvaluationSet): Candidate[] {
  const constant = (value: number): Float64Array => new Float64Array(set.rows.length).fill(value);
  return [
    { name: 'always-strong', predicted: constant(Number.POSITIVE_INFINITY) },
    { name: 'always-cheap', predicted: constant(Number.NEGATIVE_INFINITY) },
    { name: 'oracle', predicted: set.gain },
  ];
}

/** A candidate with its ranking, worked out once for all weights. */
export interface RankedCandidate extends Candidate {
  readonly ranking: Ranking;
}

export function ranked(candidate: Candidate): RankedCandidate {
  return { ...candidate, ranking: rankByGain(candidate.predicted) };
}

/** Every figure under one set of weights. */
export interface Draw {
  readonly curve: GainCurve;
  readonly metrics: Metrics;
  readonly quality: Float64Array;
  readonly cost: Float64Array;
  readonly candidates: ReadonlyMap<string, CandidateDraw>;
  /** Always-strong and always-cheap. */
  readonly fixed: readonly CostQualityPoint[];
  /** The router at the run's w. */
  readonly routed: CostQualityPoint;
  /** V(w) of the router over always-strong and over always-cheap. */
  readonly overStrong: number;
  readonly overCheap: number;
}

export interface CandidateDraw {
  readonly egMean: number;
  readonly gainRelMse: number | null;
  readonly policyValue: readonly number[];
}

/** @param candidates the router first */
export function measureOnce(
  set: EvaluationSet,
  candidates: readonly RankedCandidate[],
  weights: Float64Array,
  w: number,
): Draw {
  const router = candidates[0];
  const curve = gainCurve(router.ranking, set.gain, weights);
  const costCurve = gainCurve(router.ranking, set.extraCost, weights);
  const baseCost = weightedMean(set.cheapCost, weights);
  const baseQuality = weightedMean(set.cheapQuality, weights);
  const cost = gainAtShares(costCurve, CURVE_SHARES).map((c) => baseCost + c);
  const quality = gainAtShares(curve, CURVE_SHARES).map((g) => baseQuality + g);
  const share = shareAbove(router.predicted, weights, w);
  const value = policyValue(router.predicted, set.gain, weights, w);
  const scored = new Map(
    candidates.map((candidate) => [candidate.name, scoreCandidate(candidate, set, weights)]),
  );
  scored.set('random', randomPolicy(router, weights, curve.meanGain));
  const aiq = averageImprovementInQuality(Array.from(quality, (q, k) => ({ cost: cost[k], quality: q })));
  return {
    curve,
    quality,
    cost,
    candidates: scored,
    fixed: [
      { cost: weightedMean(set.strongCost, weights), quality: baseQuality + curve.meanGain },
      { cost: baseCost, quality: baseQuality },
    ],
    routed: {
      cost: baseCost + meanAbove(router.predicted, set.extraCost, weights, w),
      quality: baseQuality + value + w * share,
    },
    overStrong: value - (curve.meanGain - w),
    overCheap: value,
    metrics: {
      egMean: meanEfficiencyGain(curve),
      egTruncatedMean: meanEfficiencyGain(curve, shareAbove(router.predicted, weights, 0)),
      meanGain: curve.meanGain,
      gainRelMse: relativeMse(router.predicted, set.gain, weights),
      strongShare: share,
      pgr: (value + w * share) / curve.meanGain,
      apgr: 0.5 + efficiencyArea(curve) / curve.meanGain,
      cpt20: callThreshold(curve, 0.2),
      cpt50: callThreshold(curve, 0.5),
      cpt80: callThreshold(curve, 0.8),
      aiq: aiq?.perRange ?? null,
      aiqPerMaximumCost: aiq?.perMaximum ?? null,
      regretToOracle: policyValue(set.gain, set.gain, weights, w) - value,
    },
  };
}

function meanAbove(
  predicted: Float64Array,
  values: Float64Array,
  weights: Float64Array,
  threshold: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i];
    if (predicted[i] > threshold) sum += weights[i] * values[i];
  }
  return sum / total;
}

function pointAt(set: EvaluationSet, point: Draw, draws: readonly Draw[], w: number): PolicyPoint {
  const share = measure(
    point.metrics.strongShare,
    draws.map((d) => d.metrics.strongShare),
    'no figure',
  );
  const rest: Measured = {
    value: share.value === null ? null : 1 - share.value,
    ci95: share.ci95 === null ? null : [1 - share.ci95[1], 1 - share.ci95[0]],
  };
  return {
    w,
    shares: { [set.strong]: share, [set.cheap]: rest },
    quality: measure(
      point.routed.quality,
      draws.map((d) => d.routed.quality),
      'no figure',
    ),
    cost: measure(
      point.routed.cost,
      draws.map((d) => d.routed.cost),
      'no figure',
    ),
  };
}

/** The fixed policies of two models or more, named for what they are. */
export function describeFixed(
  point: { readonly fixed: readonly CostQualityPoint[] },
  draws: readonly { readonly fixed: readonly CostQualityPoint[] }[],
  models: readonly string[],
): Pick<Evaluation, 'fixed' | 'mixtures'> {
  return {
    fixed: models.map((model, k) => ({
      policy: fixedPolicyName(models, k),
      model,
      quality: measure(
        point.fixed[k].quality,
        draws.map((d) => d.fixed[k].quality),
        'no figure',
      ),
      cost: measure(
        point.fixed[k].cost,
        draws.map((d) => d.fixed[k].cost),
        'no figure',
      ),
    })),
    mixtures: nonDecreasingHull(point.fixed),
  };
}

/** @param models all, the anchor last. */
export function fixedPolicyName(models: readonly string[], position: number): string {
  if (models.length === 2) return position === 0 ? 'always-strong' : 'always-cheap';
  return `always-${models[position]}`;
}

/** CPT is about recovering a gain; where the strong model is worse there is nothing to recover. */
function callThreshold(curve: GainCurve, fraction: number): number | null {
  return curve.meanGain > 0 ? callPerformanceThreshold(curve, fraction) : null;
}

function scoreCandidate(
  candidate: RankedCandidate,
  set: EvaluationSet,
  weights: Float64Array,
): CandidateDraw {
  const isPrediction = candidate.predicted.every(Number.isFinite);
  return {
    egMean: meanEfficiencyGain(gainCurve(candidate.ranking, set.gain, weights)),
    gainRelMse: isPrediction ? relativeMse(candidate.predicted, set.gain, weights) : null,
    policyValue: COST_WEIGHTS.map((w) => policyValue(candidate.predicted, set.gain, weights, w)),
  };
}

/** Coin flips that use the strong model as often as the router does. */
function randomPolicy(router: Candidate, weights: Float64Array, meanGain: number): CandidateDraw {
  return {
    egMean: 0,
    gainRelMse: null,
    policyValue: COST_WEIGHTS.map((w) => shareAbove(router.predicted, weights, w) * (meanGain - w)),
  };
}

function summarise(name: string, point: Draw, draws: readonly Draw[]): CandidateScores {
  const all = draws.map((d) => d.candidates.get(name));
  const own = point.candidates.get(name);
  const column = (pick: (c: CandidateDraw) => number | null): (number | null)[] =>
    all.map((c) => (c === undefined ? null : pick(c)));
  const of = (pick: (c: CandidateDraw) => number | null, reason: string): Measured =>
    measure(own === undefined ? null : pick(own), column(pick), reason);
  return {
    egMean: of((c) => c.egMean, 'no figure'),
    gainRelMse: of((c) => c.gainRelMse, 'a fixed policy predicts no gain'),
    policyValue: Object.fromEntries(
      COST_WEIGHTS.map((w, k) => [String(w), of((c) => c.policyValue[k], 'no figure')]),
    ),
  };
}

/** A number with the percentile interval of its draws; null with the reason, where it or too many draws do not exist. */
export function measure(value: number | null, draws: readonly (number | null)[], reason: string): Measured {
  if (value === null || !Number.isFinite(value)) return { value: null, ci95: null, reason };
  const known = draws.filter((d): d is number => d !== null && Number.isFinite(d));
  if (known.length < 0.95 * draws.length) {
    return {
      value,
      ci95: null,
      reason: `defined in only ${known.length} of ${draws.length} bootstrap draws`,
    };
  }
  return { value, ci95: percentileInterval(known) };
}

/** V(w) of the router over a fixed policy, and the same in every draw. */
export interface FixedMargin {
  readonly policy: string;
  readonly margin: number;
  readonly draws: readonly number[];
}

/** A lower bound has one side: the 5 % point of the draws is the 95 % bound. */
const LOWER_BOUND = 0.05;

/**
 * `do-not-route` stands unless the paired-bootstrap 95 % lower bounds of V(w) over every fixed policy are all above 0.
 */
export function doNotRoute(margins: readonly FixedMargin[], w: number, advice: string): Warning[] {
  const asGood = margins
    .map((margin) => ({ ...margin, low: quantile(margin.draws, LOWER_BOUND) }))
    .filter(({ low }) => !(low > 0))
    .map(({ policy, margin, low }) => describeMargin(policy, margin, low));
  if (asGood.length === 0) return [];
  return [
    {
      code: 'do-not-route',
      message:
        `Do not route with this: at w = ${w} a fixed policy is as good, as far as these test prompts can tell. ` +
        `${asGood.join(' ')} Grade more, ${advice}or use the fixed policy.`,
    },
  ];
}

function describeMargin(policy: string, margin: number, low: number): string {
  const rounded = (v: number): string => (v < -0.0005 ? '−' : '+') + Math.abs(v).toFixed(3);
  return `${policy} is as good: the router's V is ${rounded(margin)} over it, 95 % lower bound ${rounded(low)}.`;
}
