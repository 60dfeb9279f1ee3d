import { bootstrapWeights } from '../stats/bootstrap.ts';
import type { Measured } from '../runtime/manifest.ts';
import { averageImprovementInQuality, type CostQualityPoint } from './cost-quality.ts';
import { correctionWarnings, POOLED, type CorrectionMargin } from './correction-worth.ts';
import { METRIC_NAMES, type CandidateScores, type Evaluation, type PolicyPoint } from './evaluation.ts';
import { describeFixed, doNotRoute, fixedPolicyName } from './fixed-policies.ts';
import { measure } from './measured.ts';
import type { ManySet } from './many-set.ts';
import {
  addPolicy,
  Columns,
  curveWeights,
  fixedPolicy,
  meanRelativeError,
  type ManyCandidate,
  type Policy,
} from './many-policies.ts';
import { COST_WEIGHTS } from './policy-value.ts';

/**
 * Evaluation of a router of more than two models: V(w) = mean of r_a − w·C_a for the model a that it chooses, over the same
 * bootstrap of the test prompts as with two. What a policy chooses does not depend on the draw, so that a draw is nothing
 * but weighted means: one column of values a policy.
 */

const TWO_ONLY = 'defined for two models only';

export function evaluateMany(
  set: ManySet,
  router: ManyCandidate,
  others: readonly ManyCandidate[],
  w: number,
  seed: number,
): Evaluation {
  const columns = new Columns(set.rows.length);
  const oracle: ManyCandidate = { name: 'oracle', predicted: set.gains.slice(0, -1) };
  const policy = (predicted: readonly Float64Array[], at: number): Policy =>
    addPolicy(columns, set, predicted, at);
  const curve = curveWeights(set, router.predicted).map((at) => ({ w: at, ...policy(router.predicted, at) }));
  const own = policy(router.predicted, w);
  const best = policy(oracle.predicted, w);
  const fixed = set.names.map((_, k) => fixedPolicy(columns, set, k));
  const values = [router, ...others, oracle].map((candidate) => ({
    ...candidate,
    policies: COST_WEIGHTS.map((at) => policy(candidate.predicted, at)),
  }));

  const drawWith = (weights: Float64Array): { read: Float64Array; errors: readonly number[] } => ({
    read: columns.means(weights),
    errors: values.map(({ predicted }) => meanRelativeError(set, predicted, weights)),
  });
  const { read, errors } = drawWith(new Float64Array(set.rows.length).fill(1));
  const draws = Array.from(bootstrapWeights(set.group, seed), drawWith);
  const measured = (pick: (means: Float64Array) => number): Measured =>
    measure(
      pick(read),
      draws.map((draw) => pick(draw.read)),
      'no figure',
    );
  /** V(w) of a policy: its quality over the anchor's, less w times its relative cost. */
  const value = (p: Policy, at: number) => (means: Float64Array) =>
    means[p.gain] - at * means[p.relativeCost];
  const valuesByWeight = (p: readonly Policy[]): Record<string, Measured> =>
    Object.fromEntries(COST_WEIGHTS.map((at, i) => [String(at), measured(value(p[i], at))]));
  const pointOf = (at: number, p: Policy): PolicyPoint => ({
    w: at,
    shares: Object.fromEntries(set.names.map((name, k) => [name, measured((means) => means[p.shares[k]])])),
    quality: measured((means) => means[p.quality]),
    cost: measured((means) => means[p.cost]),
  });
  const placed = (means: Float64Array): CostQualityPoint[] =>
    fixed.map((p) => ({ cost: means[p.cost], quality: means[p.quality] }));
  const aiq = (means: Float64Array): ReturnType<typeof averageImprovementInQuality> =>
    averageImprovementInQuality(
      curve.map((p) => ({ cost: means[p.cost], quality: means[p.quality] })),
      Math.max(...placed(means).map(({ cost }) => cost)),
    );
  const areas = draws.map((draw) => aiq(draw.read));

  const noRanking: Measured = { value: null, ci95: null, reason: TWO_ONLY };
  const scores = (policies: readonly Policy[], error: Measured): CandidateScores => ({
    egMean: noRanking,
    gainRelMse: error,
    policyValue: valuesByWeight(policies),
  });
  const errorOf = (i: number): Measured =>
    measure(
      errors[i],
      draws.map((draw) => draw.errors[i]),
      'no figure',
    );
  const noError: Measured = { value: null, ci95: null, reason: 'a fixed policy predicts no gain' };
  const estimators: Record<string, CandidateScores> = Object.fromEntries([
    ...values.slice(0, -1).map(({ name, policies }, i) => [name, scores(policies, errorOf(i))] as const),
    ...fixed.map(
      (p, k) =>
        [
          fixedPolicyName(set.names, k),
          scores(
            COST_WEIGHTS.map(() => p),
            noError,
          ),
        ] as const,
    ),
    ['oracle', scores(values[values.length - 1].policies, errorOf(values.length - 1))] as const,
    [
      'random',
      {
        egMean: noRanking,
        gainRelMse: noError,
        policyValue: Object.fromEntries(
          COST_WEIGHTS.map((at, i) => [String(at), measured(randomValue(values[0].policies[i], fixed, at))]),
        ),
      },
    ] as const,
  ]);
  const metrics: Record<string, Measured> = Object.fromEntries(
    METRIC_NAMES.map((name) => [name, { value: null, ci95: null, reason: TWO_ONLY }]),
  );
  metrics.gainRelMse = estimators[router.name].gainRelMse;
  metrics.regretToOracle = measured((means) => value(best, w)(means) - value(own, w)(means));
  for (const [name, pick] of [
    ['aiq', 'perRange'],
    ['aiqPerMaximumCost', 'perMaximum'],
  ] as const) {
    metrics[name] = measure(
      aiq(read)?.[pick] ?? null,
      areas.map((area) => area?.[pick] ?? null),
      'every policy costs the same',
    );
  }
  /** Value and level of the router against those of pooling; empty where nothing was pooled. */
  const correctionMargins = (): CorrectionMargin[] => {
    const pooled = values.findIndex(({ name }) => name === POOLED);
    if (pooled < 0) return [];
    const zero = COST_WEIGHTS.indexOf(0);
    const worth = (means: Float64Array): number =>
      value(values[0].policies[zero], 0)(means) - value(values[pooled].policies[zero], 0)(means);
    return [
      { name: 'V(0)', about: 'routing', margin: worth(read), draws: draws.map((draw) => worth(draw.read)) },
      {
        name: 'relative MSE',
        about: 'level',
        margin: errors[pooled] - errors[0],
        draws: draws.map((draw) => draw.errors[pooled] - draw.errors[0]),
      },
    ];
  };
  return {
    n: set.rows.length,
    curve: [],
    policyCurve: curve.map((p) => pointOf(p.w, p)),
    point: pointOf(w, own),
    ...describeFixed(
      { fixed: placed(read) },
      draws.map((draw) => ({ fixed: placed(draw.read) })),
      set.names,
    ),
    metrics,
    policyValue: estimators[router.name].policyValue,
    estimators,
    warnings: [
      ...set.warnings,
      ...doNotRoute(
        fixed.map((p, k) => {
          const margin = (means: Float64Array): number => value(own, w)(means) - value(p, w)(means);
          return {
            policy: fixedPolicyName(set.names, k),
            margin: margin(read),
            draws: draws.map((draw) => margin(draw.read)),
          };
        }),
        w,
        '',
      ),
      ...correctionWarnings(router.name, set.rows.length, correctionMargins()),
    ],
    qualityUnit: set.qualityUnit,
    redrawn: 'test',
    draws: draws.length,
  };
}

/** Models at random, each as often as the router uses it. */
function randomValue(router: Policy, fixed: readonly Policy[], w: number) {
  return (means: Float64Array): number =>
    fixed.reduce(
      (sum, p, k) => sum + means[router.shares[k]] * (means[p.gain] - w * means[p.relativeCost]),
      0,
    );
}
