import type { CostQualityPoint } from './cost-quality.ts';
import { measureOnce, ranked } from './evaluation-draw.ts';
import type { METRIC_NAMES } from './evaluation.ts';
import { manyFigures, type ManyCandidate } from './many-policies.ts';
import type { EvaluationSet } from './evaluation-set.ts';
import type { ManySet } from './many-set.ts';

/** What a redrawn router is judged on. */
export type TestPrompts =
  | { readonly kind: 'pair'; readonly set: EvaluationSet }
  /** With the w of the run's curve: every draw is measured at the same. */
  | { readonly kind: 'many'; readonly set: ManySet; readonly curveWeights: readonly number[] };

/** Figures of one draw: of the router, and V(w) and EG of every estimator. */
export interface DrawFigures {
  /** At the points of the run's curve. */
  readonly curve: { readonly quality: Float64Array; readonly cost: Float64Array };
  /** By name; null where it does not exist. */
  readonly metrics: Readonly<Partial<Record<(typeof METRIC_NAMES)[number], number | null>>>;
  /** At the run's w. */
  readonly routed: CostQualityPoint;
  readonly estimators: ReadonlyMap<
    string,
    { /** Of two models only. */ readonly egMean: number | null; readonly policyValue: readonly number[] }
  >;
}

/**
 * @param candidates the router first
 * @param weights of the test prompts
 * @param w the run's cost weight
 */
export function drawFigures(
  test: TestPrompts,
  candidates: readonly ManyCandidate[],
  weights: Float64Array,
  w: number,
): DrawFigures {
  return test.kind === 'pair'
    ? figuresOfPair(test.set, candidates, weights, w)
    : figuresOfMany(test, candidates, weights, w);
}

function figuresOfPair(
  set: EvaluationSet,
  candidates: readonly ManyCandidate[],
  weights: Float64Array,
  w: number,
): DrawFigures {
  const single = candidates.map(({ name, predicted }) => ranked({ name, predicted: predicted[0] }));
  const draw = measureOnce(set, single, weights, w);
  return {
    curve: { quality: draw.quality, cost: draw.cost },
    metrics: draw.metrics,
    routed: draw.routed,
    estimators: new Map(
      [...draw.candidates].map(([name, { egMean, policyValue }]) => [name, { egMean, policyValue }]),
    ),
  };
}

function figuresOfMany(
  { set, curveWeights }: Extract<TestPrompts, { kind: 'many' }>,
  [router, ...others]: readonly ManyCandidate[],
  weights: Float64Array,
  w: number,
): DrawFigures {
  const { curve, routed, values, aiq, aiqPerMaximumCost, gainRelMse, regretToOracle } = manyFigures(
    set,
    router,
    w,
    curveWeights,
  ).measure(weights);
  return {
    curve: {
      quality: Float64Array.from(curve, (point) => point.quality),
      cost: Float64Array.from(curve, (point) => point.cost),
    },
    metrics: { aiq, aiqPerMaximumCost, gainRelMse, regretToOracle },
    routed,
    estimators: new Map([
      [router.name, { egMean: null, policyValue: values }],
      ...others.map(
        (other) =>
          [
            other.name,
            { egMean: null, policyValue: manyFigures(set, other, w, [w]).measure(weights).values },
          ] as const,
      ),
    ]),
  };
}
