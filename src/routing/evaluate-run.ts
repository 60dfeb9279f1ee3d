import { type Matrix, takeRows } from '../core/matrix.ts';
import type { Warning } from '../core/warning.ts';
import { deriveSeed } from '../core/rng.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import { predictLinear } from '../learners/linear.ts';
import { fitNearest, predictNearest } from '../learners/nearest-neighbours.ts';
import { predict } from '../learners/model.ts';
import { fitRidge } from '../learners/ridge.ts';
import { evaluatePredictions } from './evaluate.ts';
import { METRIC_NAMES, type Evaluation } from './evaluation.ts';
import type { Candidate } from './evaluation-draw.ts';
import { evaluateMany } from './evaluate-many.ts';
import type { ManyCandidate } from './many-policies.ts';
import { manySet } from './many-set.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import { evaluationSet } from './evaluation-set.ts';
import { pairOf, type Snapshot } from './snapshot.ts';
import type { StoredModels, TrainConfig } from './run.ts';
import { allGoldOf, type TrainingRows } from './training-rows.ts';

export interface RunToEvaluate {
  readonly snapshot: Snapshot;
  readonly prepared: FeatureInputs;
  readonly blocks: FittedBlocks;
  /** For each model but the anchor the labels that the baselines knn and all-gold are fitted on. */
  readonly trainings: readonly TrainingRows[];
  readonly models: StoredModels;
  readonly config: TrainConfig;
  /** Held-out prompts to judge on; `test` by default. */
  readonly split?: 'test' | 'dev';
}

/** Fewer test prompts than this give intervals that say nothing. */
const FEW = 30;

/**
 * Judges a run's router beside every estimator and baseline on the held-out prompts with gold. Without such prompts every
 * list is empty and the warning `no-test-gold` says so.
 */
export function evaluateRun(run: RunToEvaluate): Evaluation {
  const evaluation = run.snapshot.models.length === 1 ? evaluatePair(run) : evaluateSeveral(run);
  if (evaluation.n < 2) return evaluation;
  const warnings: Warning[] = [...evaluation.warnings];
  if (evaluation.n < FEW) {
    warnings.push({
      code: 'few-test-prompts',
      message: `Only ${evaluation.n} test prompts carry gold: the intervals are rough.`,
    });
  }
  if (run.split === 'dev' && run.config.holdOutDev !== true) {
    warnings.push({
      code: 'judged-on-training',
      message: 'The prompts of the split dev trained this run: its figures here are better than it deserves.',
    });
  }
  return { ...evaluation, warnings };
}

function evaluatePair(run: RunToEvaluate): Evaluation {
  const { snapshot, config } = run;
  const set = evaluationSet(pairOf(snapshot), run.split);
  if (set.rows.length < 2) return emptyEvaluation(set.rows.length, set.qualityUnit);
  const { router, others } = pairCandidates(run, set.rows);
  return evaluatePredictions(set, router, others, config.w, deriveSeed(config.seed, 'evaluation'));
}

function evaluateSeveral(run: RunToEvaluate): Evaluation {
  const { snapshot, config } = run;
  const set = manySet(snapshot, run.split);
  if (set.rows.length < 2) return emptyEvaluation(set.rows.length, set.qualityUnit);
  const { router, others } = candidatesOf(run, set.rows);
  return evaluateMany(set, router, others, config.w, deriveSeed(config.seed, 'evaluation'));
}

/** The only head's candidates of a run of two models. */
export function pairCandidates(
  run: RunToEvaluate,
  rows: Int32Array,
): { readonly router: Candidate; readonly others: readonly Candidate[] } {
  const { router, others } = candidatesOf(run, rows);
  const single = ({ name, predicted }: ManyCandidate): Candidate => ({ name, predicted: predicted[0] });
  return { router: single(router), others: others.map(single) };
}

/** The run's router and what it stands beside, on the given rows: what every head has. */
export function candidatesOf(
  run: RunToEvaluate,
  rows: Int32Array,
): { readonly router: ManyCandidate; readonly others: readonly ManyCandidate[] } {
  const { snapshot, prepared, blocks, models, config, trainings } = run;
  const x = featuresOf(prepared, blocks, rows);
  const heads = snapshot.models.map(({ model }) => models[model]);
  const predicted = (name: string): ManyCandidate => ({
    name,
    predicted: heads.map((head) => predict(head[name], x)),
  });
  const names = Object.keys(heads[0]).filter((name) => heads.every((head) => name in head));
  const baselines = trainings.map((training, k) =>
    baselinePredictions(
      allGoldOf(pairOf(snapshot, k), training),
      training,
      featuresOf(prepared, blocks, training.rows),
      x,
    ),
  );
  const shared = [...baselines[0].keys()].filter((name) => baselines.every((each) => each.has(name)));
  return {
    router: predicted(config.estimator),
    others: [
      ...names.filter((name) => name !== config.estimator).map(predicted),
      ...shared.map((name) => ({
        name,
        predicted: baselines.flatMap((each) => each.get(name) ?? []),
      })),
    ],
  };
}

function baselinePredictions(
  allGold: Float64Array,
  training: TrainingRows,
  xTraining: Matrix,
  x: Matrix,
): ReadonlyMap<string, Float64Array> {
  const graded = rowsWith(training.goldGain);
  const predictions = new Map<string, Float64Array>();
  if (graded.length > 0) {
    const labels = graded.map((i) => training.goldGain[i]);
    const model = fitNearest(takeRows(xTraining, graded), Float64Array.from(labels));
    predictions.set('knn', predictNearest(model, x));
  }
  const known = rowsWith(allGold);
  // What gold on every training prompt would give; the same as gold-only where nothing is masked or ungraded.
  if (known.length > graded.length) {
    const model = fitRidge(
      takeRows(xTraining, known),
      Float64Array.from(known, (i) => allGold[i]),
    );
    predictions.set('all-gold', predictLinear(model, x));
  }
  return predictions;
}

function rowsWith(values: Float64Array): number[] {
  const rows: number[] = [];
  values.forEach((v, i) => {
    if (Number.isFinite(v)) rows.push(i);
  });
  return rows;
}

function emptyEvaluation(n: number, qualityUnit: Evaluation['qualityUnit']): Evaluation {
  const reason = `only ${n} test prompts carry gold for all models`;
  const none = { value: null, ci95: null, reason };
  return {
    n,
    curve: [],
    policyCurve: [],
    point: null,
    fixed: [],
    mixtures: [],
    metrics: Object.fromEntries(METRIC_NAMES.map((name) => [name, none])),
    policyValue: Object.fromEntries(COST_WEIGHTS.map((w) => [String(w), none])),
    estimators: {},
    warnings: [
      {
        code: 'no-test-gold',
        message: `There is no way to tell how good this router is: ${reason}. Grade test prompts, or import some with gold.`,
      },
    ],
    qualityUnit,
    redrawn: 'test',
    draws: 0,
  };
}
