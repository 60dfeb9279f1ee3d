import type { Problem } from '../causal/nuisances.ts';
import type { JobControl } from '../core/progress.ts';
import { deriveSeed } from '../core/rng.ts';
import { bootstrapWeights } from '../stats/bootstrap.ts';
import type { Matrix } from '../core/matrix.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { PenaltyBook } from '../stats/bootstrap-ridge.ts';
import { affine } from '../stats/linalg.ts';
import { drawFit, planBootstrap, type BootstrapPlan } from './bootstrap-fit.ts';
import { createBootstrapProblem } from './bootstrap-problem.ts';
import { measureOnce, ranked, type Draw, type RankedCandidate } from './evaluation-draw.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import { evaluationSet, type EvaluationSet } from './evaluation-set.ts';
import { runSample } from './run-sample.ts';
import type { LinearModel } from '../learners/linear.ts';

/**
 * The bootstrap of a whole run: every draw redraws the training labels, fits every estimator and auto again, redraws the
 * test prompts and measures everything. Draws are independent of each other and of who works them out.
 */
export interface RunBootstrap {
  readonly plan: BootstrapPlan;
  /** The estimator that is the run's router. */
  readonly router: string;
  /** Every estimator of the run that is redrawn, as its file stores it. */
  readonly models: Readonly<Record<string, LinearModel>>;
  readonly test: EvaluationSet;
  readonly testX: Matrix;
  /** The run's cost weight. */
  readonly w: number;
  readonly seed: number;
}

/** Why the training of a run is not redrawn. */
export interface NoBootstrap {
  readonly reason: string;
}

export function prepareBootstrap(run: RunToEvaluate): RunBootstrap | NoBootstrap {
  const { snapshot, config, models } = run;
  if (config.learner !== 'ridge' || (config.biasLearner ?? 'ridge') !== 'ridge')
    return { reason: 'training is redrawn for the learner ridge only' };
  if (snapshot.models.length > 1) return { reason: 'training is redrawn for routers of two models only' };
  if (snapshot.sources.length > 1) return { reason: 'training is redrawn for runs with one source only' };
  const { pair, sample, problem, scheme, crossValidationScheme, candidates } = runSample(run);
  const moments = createBootstrapProblem(sample, scheme, crossValidationScheme);
  const test = evaluationSet(pair);
  const plan = planBootstrap(moments, candidates, config.seed, knownPenalties(problem));
  const redrawn = new Set(Object.keys(plan.unit.estimates));
  const linear: Record<string, LinearModel> = {};
  for (const [name, model] of Object.entries(models[pair.strong])) {
    if (redrawn.has(name) && model.kind === 'linear') linear[name] = model;
  }
  if (!(config.estimator in linear)) {
    return { reason: `training is not redrawn for the estimator ${config.estimator}` };
  }
  return {
    plan,
    router: config.estimator,
    models: linear,
    test,
    testX: shared(featuresOf(run.prepared, run.blocks, test.rows)),
    w: config.w,
    seed: config.seed,
  };
}

/** Penalties that leave-one-out chose for the two regressions that all others build on. */
function knownPenalties({ sample, goldRows, gold, sources }: Problem): PenaltyBook {
  // Weights of gold rows have mean 1.
  const book: PenaltyBook = new Map([
    ['gold', Math.log10(gold().fit(sample.goldGain).penalty / goldRows.length)],
  ]);
  if (sources.length > 0) {
    const [{ model, rows }] = sources;
    book.set('preference', Math.log10(model().penalty / rows.length));
  }
  return book;
}

function shared(x: Matrix): Matrix {
  const data = new Float64Array(new SharedArrayBuffer(x.data.length * 8));
  data.set(x.data);
  return { ...x, data };
}

/** What one draw gives. */
export interface RunDraw {
  /** The router's θ in this draw: what training would have given on other labels. */
  readonly theta: Float64Array;
  /** Mean Δ less its value on the labels as they are. */
  readonly meanBiasDeviation: number | null;
  /** Null without test prompts that carry gold. */
  readonly figures: { readonly training: DrawFigures; readonly both: DrawFigures } | null;
}

/** Of the router, and of every estimator: figures of one draw. */
export interface DrawFigures {
  readonly curve: Float64Array;
  readonly metrics: Draw['metrics'];
  readonly routed: Draw['routed'];
  readonly estimators: ReadonlyMap<
    string,
    { readonly egMean: number; readonly policyValue: readonly number[] }
  >;
}

/** Draws `from` to `to` (without it), in order. */
export function runDraws(
  bootstrap: RunBootstrap,
  from: number,
  to: number,
  control: JobControl,
): readonly RunDraw[] {
  const draws: RunDraw[] = [];
  for (let draw = from; draw < to; draw++) {
    control.throwIfCancelled();
    draws.push(oneDraw(bootstrap, draw));
    control.report({
      stage: 'bootstrap',
      fraction: (draw + 1 - from) / (to - from),
      done: draw + 1 - from,
      unit: 'draws',
    });
  }
  return draws;
}

function oneDraw(bootstrap: RunBootstrap, draw: number): RunDraw {
  const { plan, models, router, test, testX, w, seed } = bootstrap;
  const { estimates, meanBias } = drawFit(plan, draw);
  const deviations: Readonly<Record<string, Float64Array | undefined>> = estimates;
  const thetas = new Map(
    Object.entries(models).map(([name, model]) => [name, redrawnModel(model, deviations[name])]),
  );
  const theta = thetas.get(router) ?? new Float64Array(testX.cols + 1);
  if (test.rows.length < 2) return { theta, meanBiasDeviation: meanBias, figures: null };
  const rank = (name: string): RankedCandidate =>
    ranked({ name, predicted: predict(thetas.get(name) ?? theta, testX) });
  const candidates = [router, ...[...thetas.keys()].filter((name) => name !== router)].map(rank);
  const unit = new Float64Array(test.rows.length).fill(1);
  const [weights] = bootstrapWeights(test.group, deriveSeed(seed, 'bootstrap-test', draw), 1);
  return {
    theta,
    meanBiasDeviation: meanBias,
    figures: {
      training: figuresOf(measureOnce(test, candidates.slice(0, 1), unit, w)),
      both: figuresOf(measureOnce(test, candidates, weights, w)),
    },
  };
}

/** The stored model moved by what a draw changes. */
function redrawnModel(model: LinearModel, deviation: Float64Array | undefined): Float64Array {
  const theta = Float64Array.from([model.intercept, ...model.coefficients]);
  if (deviation !== undefined) for (let k = 0; k < theta.length; k++) theta[k] += deviation[k];
  return theta;
}

function predict(theta: Float64Array, x: Matrix): Float64Array {
  return affine(x, theta.subarray(1), theta[0]);
}

function figuresOf(draw: Draw): DrawFigures {
  return {
    curve: draw.quality,
    metrics: draw.metrics,
    routed: draw.routed,
    estimators: new Map(
      [...draw.candidates].map(([name, { egMean, policyValue }]) => [name, { egMean, policyValue }]),
    ),
  };
}
