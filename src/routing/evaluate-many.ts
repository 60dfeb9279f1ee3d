import { bootstrapWeights } from '../stats/bootstrap.ts';
import { mean, quantileSorted } from '../stats/descriptive.ts';
import type { Measured } from '../runtime/manifest.ts';
import { averageImprovementInQuality, type CostQualityPoint } from './cost-quality.ts';
import { correctionWarnings, POOLED, type CorrectionMargin } from './correction-worth.ts';
import { METRIC_NAMES, type CandidateScores, type Evaluation, type PolicyPoint } from './evaluation.ts';
import { describeFixed, doNotRoute, fixedPolicyName } from './fixed-policies.ts';
import { measure } from './measured.ts';
import type { ManySet } from './many-set.ts';
import { createChooser } from './policy-choice.ts';
import { COST_WEIGHTS, relativeMse } from './policy-value.ts';

/**
 * Evaluation of a router of more than two models: V(w) = mean of r_a − w·C_a for the model a that it chooses, over the same
 * bootstrap of the test prompts as with two. What a policy chooses does not depend on the draw, so that a draw is nothing
 * but weighted means: one column of values a policy.
 */

/** Predicted gains of one candidate, one column for every model but the anchor. */
export interface ManyCandidate {
  readonly name: string;
  readonly predicted: readonly Float64Array[];
}

/** Points of the curve over w. */
const CURVE_POINTS = 25;

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
  const values0 = (p: readonly Policy[]): Record<string, Measured> =>
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
    policyValue: values0(policies),
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

/** Columns of a policy: where its means are found. */
interface Policy {
  readonly gain: number;
  readonly relativeCost: number;
  readonly quality: number;
  readonly cost: number;
  /** One a model, the anchor last. */
  readonly shares: readonly number[];
}

/** Columns of values over the rows, and their means under any weights of the rows. */
class Columns {
  readonly #rows: number;
  readonly #columns: Float64Array[] = [];

  constructor(rows: number) {
    this.#rows = rows;
  }

  add(valueOf: (row: number) => number): number {
    return this.#columns.push(Float64Array.from({ length: this.#rows }, (_, row) => valueOf(row))) - 1;
  }

  means(weights: Float64Array): Float64Array {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Float64Array.from(this.#columns, (column) => {
      let sum = 0;
      for (let row = 0; row < column.length; row++) sum += weights[row] * column[row];
      return sum / total;
    });
  }
}

function addPolicy(columns: Columns, set: ManySet, predicted: readonly Float64Array[], w: number): Policy {
  return addChoices(columns, set, createChooser(set.relativeCost).choose(predicted, w));
}

function fixedPolicy(columns: Columns, set: ManySet, model: number): Policy {
  return addChoices(columns, set, new Int32Array(set.rows.length).fill(model));
}

function addChoices(columns: Columns, set: ManySet, chosen: Int32Array): Policy {
  const gain = (row: number): number => set.gains[chosen[row]][row];
  return {
    gain: columns.add(gain),
    relativeCost: columns.add((row) => set.relativeCost[chosen[row]]),
    quality: columns.add((row) => set.anchorQuality[row] + gain(row)),
    cost: columns.add((row) => set.costs[chosen[row]][row]),
    shares: set.names.map((_, k) => columns.add((row) => Number(chosen[row] === k))),
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

/** Relative MSE of ψ̂_k, mean over the models. */
function meanRelativeError(set: ManySet, predicted: readonly Float64Array[], weights: Float64Array): number {
  return mean(predicted.map((column, k) => relativeMse(column, set.gains[k], weights)));
}

/**
 * The w of the curve: 0, and evenly through the weights at which the router changes its mind about a prompt, up to where it
 * has gone over to the cheapest model everywhere.
 */
export function curveWeights(set: ManySet, predicted: readonly Float64Array[]): readonly number[] {
  const breakpoints = createChooser(set.relativeCost).breakpoints(predicted);
  if (breakpoints.length === 0) return [0];
  const last = breakpoints[breakpoints.length - 1];
  const inner = Array.from({ length: CURVE_POINTS - 2 }, (_, i) =>
    quantileSorted(breakpoints, (i + 0.5) / (CURVE_POINTS - 2)),
  );
  return [...new Set([0, ...inner, last * (1 + 1e-9) + 1e-12])];
}

/** Quality and cost of a candidate at each of its curve's w, without intervals. */
export function policyCurveOf(
  set: ManySet,
  { predicted }: ManyCandidate,
): readonly { readonly w: number; readonly quality: number; readonly cost: number }[] {
  const columns = new Columns(set.rows.length);
  const policies = curveWeights(set, predicted).map((w) => ({ w, ...addPolicy(columns, set, predicted, w) }));
  const means = columns.means(new Float64Array(set.rows.length).fill(1));
  return policies.map(({ w, quality, cost }) => ({ w, quality: means[quality], cost: means[cost] }));
}

/**
 * A router alone, ready to be measured under any weights of the rows.
 * @param weights the w of its curve
 */
export function manyFigures(
  set: ManySet,
  router: ManyCandidate,
  w: number,
  weights: readonly number[] = curveWeights(set, router.predicted),
) {
  const columns = new Columns(set.rows.length);
  const at = (weight: number): Policy => addPolicy(columns, set, router.predicted, weight);
  const curve = weights.map(at);
  const own = at(w);
  const best = addPolicy(columns, set, set.gains.slice(0, -1), w);
  const byWeight = COST_WEIGHTS.map(at);
  const fixed = set.names.map((_, k) => fixedPolicy(columns, set, k));
  return {
    weights,
    measure: (rowWeights: Float64Array) => {
      const means = columns.means(rowWeights);
      const place = (p: Policy): CostQualityPoint => ({ cost: means[p.cost], quality: means[p.quality] });
      const value = (p: Policy, weight: number): number => means[p.gain] - weight * means[p.relativeCost];
      const points = curve.map(place);
      const ends = fixed.map(place);
      const areas = averageImprovementInQuality(points, Math.max(...ends.map(({ cost }) => cost)));
      return {
        curve: points,
        routed: place(own),
        fixed: ends,
        /** V(w) at COST_WEIGHTS. */
        values: byWeight.map((p, i) => value(p, COST_WEIGHTS[i])),
        aiq: areas?.perRange ?? null,
        aiqPerMaximumCost: areas?.perMaximum ?? null,
        gainRelMse: meanRelativeError(set, router.predicted, rowWeights),
        regretToOracle: value(best, w) - value(own, w),
      };
    },
  };
}
