import { weightedMean } from '../stats/descriptive.ts';
import { averageImprovementInQuality, type CostQualityPoint } from './cost-quality.ts';
import { CURVE_SHARES, type METRIC_NAMES } from './evaluation.ts';
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

/** One draw of an evaluation of two models: every figure of a router and of all that stands beside it, under some weights. */

/** Predicted gains of one candidate on the evaluation set; a policy that ranks nothing has constant predictions. */
export interface Candidate {
  readonly name: string;
  /** ψ̂ for every row; ±Infinity for always-strong and always-cheap. */
  readonly predicted: Float64Array;
}

/** In one draw; null where it does not exist. */
type Metrics = Readonly<Record<(typeof METRIC_NAMES)[number], number | null>>;

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
