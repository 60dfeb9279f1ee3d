import { correctionWarnings, POOLED, type CorrectionMargin } from './correction-worth.ts';
import type { Measured } from '../runtime/manifest.ts';
import { bootstrapWeights, percentileInterval } from '../stats/bootstrap.ts';
import { standardDeviation } from '../stats/descriptive.ts';
import {
  CURVE_SHARES,
  METRIC_NAMES,
  type CandidateScores,
  type Evaluation,
  type PolicyPoint,
} from './evaluation.ts';
import { measureOnce, ranked, type Candidate, type CandidateDraw, type Draw } from './evaluation-draw.ts';
import type { EvaluationSet } from './evaluation-set.ts';
import { describeFixed, doNotRoute } from './fixed-policies.ts';
import { measure } from './measured.ts';
import { COST_WEIGHTS } from './policy-value.ts';

/**
 * Evaluation of predicted gains on held-out gold, with intervals from an exponential-weight bootstrap of the test prompts.
 * Only the test set is redrawn: the intervals say how sure the figure is for this router, not for the recipe.
 */

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
    warnings: [
      ...doNotRoute(
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
      ...correctionWarnings(router.name, n, correctionMargins(router.name, point, draws)),
    ],
    qualityUnit: set.qualityUnit,
    redrawn: 'test',
    draws: draws.length,
  };
}

/** Ranking, value and level of the router against those of pooling; empty where nothing was pooled. */
function correctionMargins(router: string, point: Draw, draws: readonly Draw[]): CorrectionMargin[] {
  const apart = (pick: (candidate: CandidateDraw) => number) => (draw: Draw) => {
    const own = draw.candidates.get(router);
    const pooled = draw.candidates.get(POOLED);
    return own === undefined || pooled === undefined ? Number.NaN : pick(own) - pick(pooled);
  };
  if (!point.candidates.has(POOLED)) return [];
  return [
    { name: 'EG', about: 'routing' as const, of: apart((c) => c.egMean) },
    { name: 'V(0)', about: 'routing' as const, of: apart((c) => c.policyValue[COST_WEIGHTS.indexOf(0)]) },
    { name: 'relative MSE', about: 'level' as const, of: apart((c) => -(c.gainRelMse ?? Number.NaN)) },
  ].map(({ of, ...figure }) => ({ ...figure, margin: of(point), draws: draws.map(of) }));
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
