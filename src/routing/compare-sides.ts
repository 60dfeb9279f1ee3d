import type { CostQualityPoint } from './cost-quality.ts';
import { CURVE_SHARES } from './evaluation.ts';
import { measureOnce, ranked } from './evaluation-draw.ts';
import { manyFigures } from './many-policies.ts';
import { candidatesOf, pairCandidates, type RunToEvaluate } from './evaluate-run.ts';
import { describeRows } from './evaluation-set.ts';
import { describeMany } from './many-set.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import { pairOf } from './snapshot.ts';

/** One run on given prompts, ready to be measured under any weights of them. */
export interface Side {
  readonly w: number;
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  /** What each point of the curve is reached with. */
  readonly curve: readonly { readonly strongShare: number | null; readonly w: number | null }[];
  readonly measure: (weights: Float64Array) => {
    readonly curve: readonly CostQualityPoint[];
    readonly routed: CostQualityPoint;
    /** Every model for all prompts, the anchor last. */
    readonly fixed: readonly CostQualityPoint[];
    /** By name; null where it does not exist. */
    readonly figures: Readonly<Record<string, number | null>>;
  };
}

/** Figures of two models that say something beside those of another run. */
const PAIR_FIGURES = ['egMean', 'apgr', 'gainRelMse', 'strongShare', 'regretToOracle'] as const;

export function pairSide(run: RunToEvaluate, rows: Int32Array): Side {
  const set = describeRows(pairOf(run.snapshot), rows);
  const router = ranked(pairCandidates(run, rows).router);
  const { w } = run.config;
  return {
    w,
    qualityUnit: set.qualityUnit,
    curve: CURVE_SHARES.map((strongShare) => ({ strongShare, w: null })),
    measure: (weights) => {
      const draw = measureOnce(set, [router], weights, w);
      const values = draw.candidates.get(router.name)?.policyValue ?? [];
      return {
        curve: Array.from(draw.quality, (quality, k) => ({ quality, cost: draw.cost[k] })),
        routed: draw.routed,
        fixed: draw.fixed,
        figures: {
          quality: draw.routed.quality,
          cost: draw.routed.cost,
          ...valuesByWeight(values),
          aiq: draw.metrics.aiq,
          ...Object.fromEntries(PAIR_FIGURES.map((name) => [name, draw.metrics[name]])),
        },
      };
    },
  };
}

export function severalSide(run: RunToEvaluate, rows: Int32Array): Side {
  const set = describeMany(run.snapshot, rows);
  const { router } = candidatesOf(run, rows);
  const { w } = run.config;
  const figures = manyFigures(set, router, w);
  return {
    w,
    qualityUnit: set.qualityUnit,
    curve: figures.weights.map((at) => ({ strongShare: null, w: at })),
    measure: (weights) => {
      const { curve, routed, fixed, values, aiq, gainRelMse, regretToOracle } = figures.measure(weights);
      return {
        curve,
        routed,
        fixed,
        figures: {
          quality: routed.quality,
          cost: routed.cost,
          ...valuesByWeight(values),
          aiq,
          gainRelMse,
          regretToOracle,
        },
      };
    },
  };
}

function valuesByWeight(values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, i) => [`V(${COST_WEIGHTS[i]})`, value]));
}
