import type { JobControl } from '../core/progress.ts';
import { deriveSeed } from '../core/rng.ts';
import type { Matrix } from '../core/matrix.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { LinearModel } from '../learners/linear.ts';
import { createArena, type Arena } from '../stats/arena.ts';
import { bootstrapWeights } from '../stats/bootstrap.ts';
import { affine } from '../stats/linalg.ts';
import { drawFigures, type DrawFigures, type TestPrompts } from './bootstrap-figures.ts';
import { drawFit, drawWeights, planBootstrap, type BootstrapPlan } from './bootstrap-fit.ts';
import { createBootstrapProblem, unitNumbers } from './bootstrap-problem.ts';
import { curveWeights, type ManyCandidate } from './many-policies.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import { evaluationSet } from './evaluation-set.ts';
import { manySet } from './many-set.ts';
import { runSample } from './run-sample.ts';
import { pairOf } from './snapshot.ts';

/**
 * The bootstrap of a whole run: every draw redraws the training labels, fits every estimator and auto again, redraws the
 * test prompts and measures everything. Draws are independent of each other and of who works them out.
 */
export interface RunBootstrap {
  /** One for every model but the anchor. */
  readonly heads: readonly BootstrapHead[];
  /** How many weights a draw has: a prompt has the same in every head. */
  readonly units: number;
  /** The estimator that is the run's router. */
  readonly router: string;
  /** Every estimator that all heads have and that is redrawn, the router first. */
  readonly names: readonly string[];
  readonly test: TestPrompts;
  readonly testX: Matrix;
  /** The run's cost weight. */
  readonly w: number;
  readonly seed: number;
}

export interface BootstrapHead {
  readonly plan: BootstrapPlan;
  /** As the run's file stores them. */
  readonly models: Readonly<Record<string, LinearModel>>;
}

/** Why the training of a run is not redrawn. */
export interface NoBootstrap {
  readonly reason: string;
}

export function prepareBootstrap(run: RunToEvaluate): RunBootstrap | NoBootstrap {
  const { snapshot, config } = run;
  if (config.learner !== 'ridge' || (config.biasLearner ?? 'ridge') !== 'ridge') {
    return {
      reason: `training is redrawn for the learner ridge only; with ${config.learner} these intervals redraw the test prompts alone`,
    };
  }
  const units = unitNumbers();
  const prepared = snapshot.models.map(({ model }, k) => {
    const { sample, scheme, crossValidationScheme, candidates } = runSample(run, k);
    return {
      model,
      candidates,
      problem: createBootstrapProblem(sample, scheme, crossValidationScheme, units),
    };
  });
  const heads = prepared.map(({ model, candidates, problem }): BootstrapHead => {
    const plan = planBootstrap(problem, candidates, units.count());
    const models: Record<string, LinearModel> = {};
    for (const [name, stored] of Object.entries(run.models[model])) {
      if (name in plan.unit.estimates && stored.kind === 'linear') models[name] = stored;
    }
    return { plan, models };
  });
  const names = Object.keys(heads[0].models).filter((name) => heads.every(({ models }) => name in models));
  if (!names.includes(config.estimator)) {
    return { reason: `training is not redrawn for the estimator ${config.estimator}` };
  }
  const { test, testX } = testPrompts(run, heads);
  return {
    heads,
    units: units.count(),
    router: config.estimator,
    names: [config.estimator, ...names.filter((name) => name !== config.estimator)],
    test,
    testX,
    w: config.w,
    seed: config.seed,
  };
}

function testPrompts(
  run: RunToEvaluate,
  heads: readonly BootstrapHead[],
): { readonly test: TestPrompts; readonly testX: Matrix } {
  const { snapshot, config, prepared, blocks } = run;
  if (snapshot.models.length === 1) {
    const set = evaluationSet(pairOf(snapshot));
    return { test: { kind: 'pair', set }, testX: shared(featuresOf(prepared, blocks, set.rows)) };
  }
  const set = manySet(snapshot);
  const testX = shared(featuresOf(prepared, blocks, set.rows));
  const predicted = heads.map(({ models }) => predict(thetaOf(models[config.estimator]), testX));
  return { test: { kind: 'many', set, curveWeights: curveWeights(set, predicted) }, testX };
}

function shared(x: Matrix): Matrix {
  const data = new Float64Array(new SharedArrayBuffer(x.data.length * 8));
  data.set(x.data);
  return { ...x, data };
}

/** What one draw gives. */
export interface RunDraw {
  /** The router's θ of every head in this draw: what training would have given on other labels. */
  readonly thetas: readonly Float64Array[];
  /** Mean Δ less its value on the labels as they are; of two models and one source only. */
  readonly meanBiasDeviation: number | null;
  /** Null without test prompts that carry gold. */
  readonly figures: { readonly training: DrawFigures; readonly both: DrawFigures } | null;
}

/** Draws `from` to `to` (without it), in order. */
export function runDraws(
  bootstrap: RunBootstrap,
  from: number,
  to: number,
  control: JobControl,
): readonly RunDraw[] {
  const arena = createArena();
  const draws: RunDraw[] = [];
  for (let draw = from; draw < to; draw++) {
    control.throwIfCancelled();
    draws.push(oneDraw(bootstrap, draw, arena));
    control.report({
      stage: 'bootstrap',
      fraction: (draw + 1 - from) / (to - from),
      done: draw + 1 - from,
      unit: 'draws',
    });
  }
  return draws;
}

function oneDraw(bootstrap: RunBootstrap, draw: number, arena: Arena): RunDraw {
  const { heads, units, names, test, testX, w, seed } = bootstrap;
  const trainingWeights = drawWeights(seed, draw, units);
  const fits = heads.map(({ plan }) => drawFit(plan, trainingWeights, arena));
  const thetasOf = (name: string): readonly Float64Array[] =>
    heads.map(({ models }, k) => redrawnModel(models[name], fits[k].estimates, name));
  const [router] = names;
  const [{ meanBias }] = fits;
  const drawn = {
    thetas: thetasOf(router),
    meanBiasDeviation: fits.length === 1 && meanBias.length === 1 ? meanBias[0] : null,
  };
  const { rows, group } = test.set;
  if (rows.length < 2) return { ...drawn, figures: null };
  const candidates = names.map((name): ManyCandidate => ({
    name,
    predicted: thetasOf(name).map((theta) => predict(theta, testX)),
  }));
  const unit = new Float64Array(rows.length).fill(1);
  const [testWeights] = bootstrapWeights(group, deriveSeed(seed, 'bootstrap-test', draw), 1);
  return {
    ...drawn,
    figures: {
      training: drawFigures(test, candidates.slice(0, 1), unit, w),
      both: drawFigures(test, candidates, testWeights, w),
    },
  };
}

/** The stored model moved by what a draw changes. */
function redrawnModel(
  model: LinearModel,
  deviations: Readonly<Record<string, Float64Array | undefined>>,
  name: string,
): Float64Array {
  const theta = thetaOf(model);
  const deviation = deviations[name];
  if (deviation !== undefined) for (let k = 0; k < theta.length; k++) theta[k] += deviation[k];
  return theta;
}

function thetaOf({ intercept, coefficients }: LinearModel): Float64Array {
  return Float64Array.from([intercept, ...coefficients]);
}

function predict(theta: Float64Array, x: Matrix): Float64Array {
  return affine(x, theta.subarray(1), theta[0]);
}
