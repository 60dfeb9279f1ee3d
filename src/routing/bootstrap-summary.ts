import type { Tensor, TrainedRouter } from '../runtime/manifest.ts';
import { percentileInterval } from '../stats/bootstrap.ts';
import { mean } from '../stats/descriptive.ts';
import type { DrawFigures } from './bootstrap-figures.ts';
import type { RunDraw } from './bootstrap-run.ts';
import { METRIC_NAMES, type Evaluation } from './evaluation.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import type { HeadReport } from './run.ts';

type Interval = readonly [number, number];

export interface RedrawnIntervals {
  /** Of two models; else empty. */
  readonly curve: readonly { readonly strongShare: number; readonly ci95: Interval }[];
  /** Of more than two models, at the w of the run's curve; else empty. */
  readonly policyCurve: readonly {
    readonly w: number;
    readonly quality: Interval | null;
    readonly cost: Interval | null;
  }[];
  readonly metrics: Readonly<Record<string, Interval | null>>;
  readonly policyValue: Readonly<Record<string, Interval | null>>;
  readonly operatingPoint: {
    readonly strongShare: Interval | null;
    readonly quality: Interval | null;
    readonly cost: Interval | null;
  };
}

/** Intervals of a run, by what was redrawn. */
export interface Uncertainty {
  readonly draws: number;
  readonly method: string;
  readonly redrawn: {
    readonly test: RedrawnIntervals;
    readonly training: RedrawnIntervals | null;
    readonly both: RedrawnIntervals | null;
  };
  readonly reason: string | null;
  readonly estimators: Readonly<
    Record<
      string,
      { readonly egMean: Interval | null; readonly policyValue: Readonly<Record<string, Interval>> }
    >
  >;
  readonly meanBias: Interval | null;
}

const METHOD =
  'Exponential-weight bootstrap by prompt, folds kept: in each draw every regression, its penalty, the cross-fitting, auto’s ' +
  'cross-validation and its weights are worked out again; features and propensities are held. Intervals are the 2.5 % and ' +
  '97.5 % points; where training is redrawn they are centred on the figure, because a redrawn router carries the noise of ' +
  'training twice.';

/** Metrics that are shares by definition: their draws are read as they are, so that they stay between 0 and 1. */
const SHARES: ReadonlySet<string> = new Set(['strongShare', 'cpt20', 'cpt50', 'cpt80']);

export function summariseDraws(
  evaluation: Evaluation,
  bias: HeadReport['bias'],
  draws: readonly RunDraw[],
  reason: string | null,
): Uncertainty {
  const figures = draws.flatMap((draw) => (draw.figures === null ? [] : [draw.figures]));
  const training = figures.map((f) => f.training);
  const both = figures.map((f) => f.both);
  const deviations = draws.flatMap((d) => (d.meanBiasDeviation === null ? [] : [d.meanBiasDeviation]));
  const center = bias.mean;
  return {
    draws: draws.length,
    method: METHOD,
    redrawn: {
      test: ofTestPrompts(evaluation),
      training: training.length === 0 ? null : intervalsOf(evaluation, training),
      both: both.length === 0 ? null : intervalsOf(evaluation, both),
    },
    reason: training.length > 0 ? null : (reason ?? 'no test prompts carry gold'),
    estimators: both.length === 0 ? {} : estimatorIntervals(evaluation, both),
    meanBias:
      center === null || deviations.length === 0
        ? null
        : percentileInterval(deviations.map((deviation) => center + deviation)),
  };
}

/** What the evaluation has found already, by redrawing the test prompts alone. */
function ofTestPrompts({ curve, policyCurve, metrics, policyValue, point }: Evaluation): RedrawnIntervals {
  const ofAll = (values: Evaluation['metrics']): Record<string, Interval | null> =>
    Object.fromEntries(Object.entries(values).map(([name, { ci95 }]) => [name, ci95]));
  return {
    curve: curve.map(({ strongShare, ci95 }) => ({ strongShare, ci95 })),
    policyCurve: policyCurve.map(({ w, quality, cost }) => ({ w, quality: quality.ci95, cost: cost.ci95 })),
    metrics: ofAll(metrics),
    policyValue: ofAll(policyValue),
    operatingPoint: {
      strongShare: metrics.strongShare.ci95,
      quality: point?.quality.ci95 ?? null,
      cost: point?.cost.ci95 ?? null,
    },
  };
}

function intervalsOf(evaluation: Evaluation, draws: readonly DrawFigures[]): RedrawnIntervals {
  const { metrics, policyValue, point, curve, policyCurve } = evaluation;
  const routerOf = (draw: DrawFigures): { readonly policyValue: readonly number[] } | undefined =>
    draw.estimators.values().next().value;
  return {
    curve: curve.map(({ strongShare, quality }, k) => ({
      strongShare,
      ci95: centred(
        quality,
        draws.map((d) => d.curve.quality[k]),
      ),
    })),
    policyCurve: policyCurve.map(({ w, quality, cost }, k) => ({
      w,
      quality: centredOn(
        quality.value,
        draws.map((d) => d.curve.quality[k]),
      ),
      cost: centredOn(
        cost.value,
        draws.map((d) => d.curve.cost[k]),
      ),
    })),
    metrics: Object.fromEntries(
      METRIC_NAMES.map((name) => [name, interval(name, metrics[name].value, draws)]),
    ),
    policyValue: Object.fromEntries(
      COST_WEIGHTS.map((w, k) => {
        const { value } = policyValue[String(w)];
        return [
          String(w),
          value === null
            ? null
            : centred(
                value,
                draws.flatMap((d) => routerOf(d)?.policyValue[k] ?? []),
              ),
        ];
      }),
    ),
    operatingPoint: {
      strongShare: interval('strongShare', metrics.strongShare.value, draws),
      quality: centredOn(
        point?.quality.value,
        draws.map((d) => d.routed.quality),
      ),
      cost: centredOn(
        point?.cost.value,
        draws.map((d) => d.routed.cost),
      ),
    },
  };
}

function interval(
  name: (typeof METRIC_NAMES)[number],
  value: number | null,
  draws: readonly DrawFigures[],
): Interval | null {
  if (value === null) return null;
  const known = draws.flatMap((d) => {
    const drawn = d.metrics[name] ?? Number.NaN;
    return Number.isFinite(drawn) ? [drawn] : [];
  });
  // As in an evaluation: a figure that many draws do not have has no interval.
  if (known.length < 0.95 * draws.length) return null;
  return SHARES.has(name) ? percentileInterval(known) : centred(value, known);
}

function estimatorIntervals(
  { estimators }: Evaluation,
  draws: readonly DrawFigures[],
): Uncertainty['estimators'] {
  const names = [...draws[0].estimators.keys()];
  return Object.fromEntries(
    names.flatMap((name) => {
      const point = Object.hasOwn(estimators, name) ? estimators[name] : undefined;
      const drawn = draws.flatMap((d) => d.estimators.get(name) ?? []);
      if (point === undefined) return [];
      const values = COST_WEIGHTS.map((w, k): readonly [string, Interval] => [
        String(w),
        centred(
          point.policyValue[String(w)].value ?? 0,
          drawn.map((d) => d.policyValue[k]),
        ),
      ]);
      return [
        [
          name,
          {
            egMean: centredOn(
              point.egMean.value,
              drawn.flatMap((d) => d.egMean ?? []),
            ),
            policyValue: Object.fromEntries(values),
          },
        ] as const,
      ];
    }),
  );
}

function centredOn(value: number | null | undefined, draws: readonly number[]): Interval | null {
  return value === null || value === undefined ? null : centred(value, draws);
}

/** The spread of the draws about their own mean, put around the figure. */
function centred(value: number, draws: readonly number[]): Interval {
  const centre = mean(draws);
  return percentileInterval(draws.map((d) => value + d - centre));
}

/** How many refits a router file carries, and the level of the interval that sends a prompt to a person. */
const DEFERRAL = { draws: 100, level: 0.95 } as const;

/**
 * The refits by which a cascade of two models knows when to ask a person: where the 95 % interval of ψ̂(x) straddles the
 * threshold. The interval ignores the bias that shrinkage leaves.
 */
export function withDeferral(trained: TrainedRouter, draws: readonly RunDraw[]): TrainedRouter {
  const { manifest, tensors } = trained;
  const isCascadeOfTwo = manifest.stage === 'cascade' && manifest.heads.length === 1;
  if (!isCascadeOfTwo || draws.length < DEFERRAL.draws) return trained;
  const kept = draws.slice(0, DEFERRAL.draws).map((draw) => draw.thetas[0]);
  const dim = kept[0].length - 1;
  const coefficients: Tensor = {
    shape: [DEFERRAL.draws, dim],
    data: Float32Array.from(kept.flatMap((theta) => Array.from(theta.subarray(1)))),
  };
  const intercepts: Tensor = {
    shape: [DEFERRAL.draws],
    data: Float32Array.from(kept, (theta) => theta[0]),
  };
  return {
    manifest: { ...manifest, deferral: { kind: 'bootstrap-linear', ...DEFERRAL } },
    tensors: { ...tensors, 'deferral.coefficients': coefficients, 'deferral.intercepts': intercepts },
  };
}
