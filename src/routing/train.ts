import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { type JobControl, subProgress } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import { fitEstimators, type Fit } from '../causal/fit.ts';
import { estimateMeanBias } from '../causal/mean-bias.ts';
import { resolvePropensity } from '../causal/propensity.ts';
import { featuresOf } from '../features/block-rows.ts';
import { prepareFeatureInputs } from '../features/feature-inputs.ts';
import { fitBlocks } from '../features/fit-blocks.ts';
import type { LinearModel } from '../learners/linear.ts';
import type { TrainedRouter } from '../runtime/manifest.ts';
import { describeTrainedRouter, type RunIdentity } from './describe-router.ts';
import { evaluateRun } from './evaluate-run.ts';
import { checkOverlap } from './overlap.ts';
import type { StoredModel, TrainConfig, TrainReport } from './run.ts';
import { pairOf, sourceLabel, SPLIT, type PairSnapshot, type Snapshot } from './snapshot.ts';
import { countLabels, drawGold, toSample, trainingRows, type LabelCounts } from './training-rows.ts';

export interface TrainResult {
  readonly report: TrainReport;
  readonly trained: TrainedRouter;
}

/**
 * The whole run: features, propensity, every admissible estimator, the chosen one rounded to the float32 of its file, and
 * its evaluation on the test prompts.
 * @throws AppError `not-enough-data` without gold, `usage` for an estimator that these labels do not admit.
 */
export function trainRouter(
  snapshot: Snapshot,
  config: TrainConfig,
  identity: RunIdentity,
  clock: Clock,
  control: JobControl,
): TrainResult {
  const pair = pairOf(snapshot);
  const training = trainingRows(pair, drawGold(snapshot, config), config);
  const counts = countLabels(training);
  requireGold(counts, pair);
  control.report({ stage: 'encoder', fraction: 0.02 });
  const prepared = prepareFeatureInputs(snapshot);
  control.throwIfCancelled();
  const encoderRows = Int32Array.from(snapshot.split.keys()).filter((i) => snapshot.split[i] !== SPLIT.test);
  const blocks = fitBlocks(prepared, encoderRows, {
    dim: config.dimensions,
    seed: config.seed,
    control: subProgress(control, 0.02, 0.2),
  });
  control.throwIfCancelled();
  const x = featuresOf(prepared, blocks, training.rows);
  control.report({ stage: 'encoder', fraction: 0.25 });

  const propensity = resolvePropensity(
    x,
    training.hasGold,
    training.group,
    training.designedPropensity,
    config.seed,
  );
  const sample = toSample(training, x, propensity.values);
  const fit = fitEstimators(
    sample,
    {
      scheme: { kind: 'grouped', repeats: config.repeats, seed: config.seed },
      crossValidationScheme: { kind: 'grouped', repeats: 1, seed: config.seed },
      selectedOnVerdict: snapshot.designLookedAt === 'verdict',
      clock,
    },
    subProgress(control, 0.3, 0.8),
  );
  const overlap = checkOverlap(sample, config.seed);
  control.throwIfCancelled();
  const models = storedModels(fit, config.estimator);
  control.report({ stage: 'evaluation', fraction: 0.85 });
  const evaluation = evaluateRun({ snapshot: pair, prepared, blocks, training, models, config });
  control.report({ stage: 'evaluation', fraction: 0.97 });

  const warnings = [
    ...snapshot.warnings,
    ...training.warnings,
    ...blocks.warnings,
    ...propensity.warnings,
    ...fit.warnings,
    ...(overlap?.warnings ?? []),
    ...simulationWarning(snapshot),
    ...evaluation.warnings,
  ];
  const report: TrainReport = {
    pair: { strong: pair.strong, cheap: pair.cheap },
    source: sourceLabel(snapshot.sources),
    stage: snapshot.stage,
    signals: snapshot.signals.map((signal) => signal.name),
    isSimulated: snapshot.isSimulated,
    split: countSplits(snapshot),
    estimator: config.estimator,
    weights: config.estimator === 'auto' ? fit.weights : { [config.estimator]: 1 },
    reason: config.estimator === 'auto' ? fit.reason : `Chosen by name. auto would have said: ${fit.reason}`,
    learner: config.learner,
    ...counts,
    bias: biasOf(fit, counts),
    overlap,
    propensity: propensity.source,
    scaling: training.sources.at(0)?.scaling ?? { method: 'none', factor: 1 },
    goldLoss: fit.goldLoss,
    metrics: evaluation.metrics,
    policyValue: evaluation.policyValue,
    evaluation,
    models,
    warnings,
  };
  const trained = describeTrainedRouter({
    snapshot: pair,
    prepared,
    blocks,
    encoderRows,
    report,
    config,
    identity,
  });
  control.report({ stage: 'done', fraction: 1 });
  return { report, trained };
}

/** Every fitted model, the chosen one as `router`; rounded to float32, as its file stores it. */
function storedModels(fit: Fit, chosen: TrainConfig['estimator']): Record<string, StoredModel> {
  const models: Record<string, StoredModel> = {};
  for (const [name, estimate] of Object.entries(fit.estimates)) models[name] = rounded(estimate.model);
  models.auto = rounded(fit.auto.model);
  if (!(chosen in models)) {
    throw new AppError(
      'usage',
      `The estimator ${chosen} needs labels that this run does not have. These apply: ${Object.keys(models).join(', ')}.`,
    );
  }
  return models;
}

function rounded(model: LinearModel): StoredModel {
  return {
    intercept: Math.fround(model.intercept),
    coefficients: Array.from(model.coefficients, Math.fround),
  };
}

function requireGold(counts: LabelCounts, { strong, cheap }: PairSnapshot): void {
  if (counts.nGold > 0) return;
  throw new AppError(
    'not-enough-data',
    `No gold for ${strong} and ${cheap} among the training prompts: a router needs some. Grade responses, ` +
      'or import a file with gold for both models.',
    { details: { nGold: 0, nPreference: counts.nPreference } },
  );
}

function biasOf(fit: Fit, counts: LabelCounts): TrainReport['bias'] {
  if (counts.nPreference === 0) {
    return { mean: null, ci95: null, reason: 'there are no preferences to compare with gold' };
  }
  return estimateMeanBias(fit.problem, fit.problem.sources[0]);
}

function simulationWarning(snapshot: Snapshot): Warning[] {
  if (!snapshot.isSimulated) return [];
  return [
    {
      code: 'simulated',
      message:
        'Labels of this run come from a simulation: its figures say nothing about real models or judges.',
    },
  ];
}

function countSplits(snapshot: Snapshot): TrainReport['split'] {
  const counts = { train: 0, dev: 0, test: 0 };
  for (const split of snapshot.split) {
    if (split === SPLIT.test) counts.test++;
    else if (split === SPLIT.dev) counts.dev++;
    else counts.train++;
  }
  return counts;
}
