import { type Matrix, takeRows } from '../core/matrix.ts';
import type { Warning } from '../core/warning.ts';
import { deriveSeed } from '../core/rng.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import { predictLinear } from '../learners/linear.ts';
import { fitNearest, predictNearest } from '../learners/nearest-neighbours.ts';
import { fitRidge } from '../learners/ridge.ts';
import { evaluatePredictions, METRIC_NAMES, type Candidate, type Evaluation } from './evaluate.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import { evaluationSet, type EvaluationSet } from './evaluation-set.ts';
import type { PairSnapshot } from './snapshot.ts';
import type { StoredModel, TrainConfig } from './run.ts';
import { allGoldOf, type TrainingRows } from './training-rows.ts';

export interface RunToEvaluate {
  readonly snapshot: PairSnapshot;
  readonly prepared: FeatureInputs;
  readonly blocks: FittedBlocks;
  /** The labels that the baselines knn and all-gold are fitted on. */
  readonly training: TrainingRows;
  readonly models: Readonly<Record<string, StoredModel>>;
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
  const { snapshot, config } = run;
  const set = evaluationSet(snapshot, run.split);
  if (set.rows.length < 2) return emptyEvaluation(set.rows.length, set.qualityUnit);
  const { router, others } = candidatesOf(run, set);
  const evaluation = evaluatePredictions(
    set,
    router,
    others,
    config.w,
    deriveSeed(config.seed, 'evaluation'),
  );
  const warnings: Warning[] = [...evaluation.warnings];
  if (set.rows.length < FEW) {
    warnings.push({
      code: 'few-test-prompts',
      message: `Only ${set.rows.length} test prompts carry gold: the intervals are rough.`,
    });
  }
  if (run.split === 'dev') {
    warnings.push({
      code: 'judged-on-training',
      message: 'The prompts of the split dev trained this run: its figures here are better than it deserves.',
    });
  }
  return { ...evaluation, warnings };
}

/** The run's router and what it stands beside, on the prompts of an evaluation set. */
export function candidatesOf(
  { prepared, blocks, models, config, ...run }: RunToEvaluate,
  set: EvaluationSet,
): { readonly router: Candidate; readonly others: readonly Candidate[] } {
  const x = featuresOf(prepared, blocks, set.rows);
  const predicted = (name: string): Candidate => ({ name, predicted: predictStored(models[name], x) });
  const others = Object.keys(models)
    .filter((name) => name !== config.estimator)
    .map(predicted);
  const baselines = baselineCandidates(run, featuresOf(prepared, blocks, run.training.rows), x);
  return { router: predicted(config.estimator), others: [...others, ...baselines] };
}

function baselineCandidates(
  { snapshot, training }: Pick<RunToEvaluate, 'snapshot' | 'training'>,
  xTraining: Matrix,
  x: Matrix,
): Candidate[] {
  const graded = rowsWith(training.goldGain);
  const candidates: Candidate[] = [];
  if (graded.length > 0) {
    const labels = graded.map((i) => training.goldGain[i]);
    const model = fitNearest(takeRows(xTraining, graded), Float64Array.from(labels));
    candidates.push({ name: 'knn', predicted: predictNearest(model, x) });
  }
  const allGold = allGoldOf(snapshot, training);
  const known = rowsWith(allGold);
  // What gold on every training prompt would give; the same as gold-only where nothing is masked or ungraded.
  if (known.length > graded.length) {
    const model = fitRidge(
      takeRows(xTraining, known),
      Float64Array.from(known, (i) => allGold[i]),
    );
    candidates.push({ name: 'all-gold', predicted: predictLinear(model, x) });
  }
  return candidates;
}

function rowsWith(values: Float64Array): number[] {
  const rows: number[] = [];
  values.forEach((v, i) => {
    if (Number.isFinite(v)) rows.push(i);
  });
  return rows;
}

export function predictStored(model: StoredModel, x: Matrix): Float64Array {
  return predictLinear(
    { kind: 'linear', intercept: model.intercept, coefficients: Float64Array.from(model.coefficients) },
    x,
  );
}

function emptyEvaluation(n: number, qualityUnit: Evaluation['qualityUnit']): Evaluation {
  const reason = `only ${n} test prompts carry gold for both models`;
  const none = { value: null, ci95: null, reason };
  return {
    n,
    curve: [],
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
