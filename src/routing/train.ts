import type { Clock } from '../core/clock.ts';
import { type JobControl, subProgress } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import { embeddingOnly, prepareFeatureInputs } from '../features/feature-inputs.ts';
import { fitBlocks } from '../features/fit-blocks.ts';
import type { TrainedRouter } from '../runtime/manifest.ts';
import { describeTrainedRouter, type RunIdentity } from './describe-router.ts';
import { evaluateRun } from './evaluate-run.ts';
import { fitHead, requireGold, type FittedHead } from './fit-head.ts';
import { dearestPosition, relativeCosts } from './policy-choice.ts';
import type { StoredModels, TrainConfig, TrainReport } from './run.ts';
import { withNearDuplicates } from './near-duplicate-groups.ts';
import { modelNames, pairOf, sourceLabel, SPLIT, type Snapshot } from './snapshot.ts';
import { drawGold, trainingPrompts } from './training-rows.ts';

export interface TrainResult {
  readonly report: TrainReport;
  readonly models: StoredModels;
  readonly trained: TrainedRouter;
}

/**
 * The whole run: features, for every model but the anchor a head with every admissible estimator, the chosen one rounded to
 * the float32 of its file, and the evaluation of the router on the test prompts.
 * @throws AppError `not-enough-data` without gold, `usage` for an estimator that these labels do not admit.
 */
export function trainRouter(
  snapshot: Snapshot,
  config: TrainConfig,
  identity: RunIdentity,
  clock: Clock,
  control: JobControl,
): TrainResult {
  const draw = drawGold(snapshot, config);
  const relativeCost = relativeCosts(snapshot);
  requireGold(snapshot, draw);
  control.report({ stage: 'encoder', fraction: 0.02 });
  const inputs = prepareFeatureInputs(snapshot);
  const prepared = config.embeddingOnly === true ? embeddingOnly(inputs, snapshot.stage) : inputs;
  control.throwIfCancelled();
  const encoderRows = trainingPrompts(snapshot, config);
  const blocks = fitBlocks(prepared, encoderRows, {
    dim: config.dimensions,
    seed: config.seed,
    control: subProgress(control, 0.02, 0.25),
  });
  control.throwIfCancelled();
  const grouped = withNearDuplicates(snapshot);
  const count = snapshot.models.length;
  const heads = snapshot.models.map((_, k) =>
    fitHead(
      { pair: pairOf(grouped.snapshot, k), draw, prepared, blocks, config, clock },
      subProgress(control, 0.25 + (0.55 * k) / count, 0.25 + (0.55 * (k + 1)) / count),
    ),
  );
  const models: StoredModels = Object.fromEntries(heads.map((head) => [head.pair.strong, head.models]));
  control.report({ stage: 'evaluation', fraction: 0.85 });
  const evaluation = evaluateRun({
    snapshot,
    prepared,
    blocks,
    trainings: heads.map((head) => head.training),
    models,
    config,
  });
  control.report({ stage: 'evaluation', fraction: 0.97 });

  const report: TrainReport = {
    ...summariseHeads(heads),
    pair: { strong: snapshot.models[dearestPosition(snapshot)].model, cheap: snapshot.anchor },
    models: modelNames(snapshot),
    source: sourceLabel(snapshot.sources),
    sources: snapshot.sources.map(({ name }) => name),
    stage: snapshot.stage,
    signals: snapshot.signals.map((signal) => signal.name),
    isSimulated: snapshot.isSimulated,
    split: countSplits(snapshot),
    estimator: config.estimator,
    learner: config.learner,
    heads: heads.map((head) => head.report),
    metrics: evaluation.metrics,
    policyValue: evaluation.policyValue,
    evaluation,
    warnings: [
      ...snapshot.warnings,
      ...grouped.warnings,
      ...headWarnings(heads),
      ...blocks.warnings,
      ...simulationWarning(snapshot),
      ...evaluation.warnings,
    ],
  };
  const trained = describeTrainedRouter({
    snapshot,
    prepared,
    blocks,
    encoderRows,
    relativeCost,
    models,
    report,
    config,
    identity,
  });
  control.report({ stage: 'done', fraction: 1 });
  return { report, models, trained };
}

type Summary = Pick<
  TrainReport,
  | 'nGold'
  | 'nPreference'
  | 'nPaired'
  | 'weights'
  | 'reason'
  | 'bias'
  | 'overlap'
  | 'propensity'
  | 'goldLoss'
  | 'scaling'
>;

/** What is said of a run in one line: of the only head, else what its heads have in common. */
function summariseHeads(heads: readonly FittedHead[]): Summary {
  const [{ report, training }, ...others] = heads;
  const scaling = training.sources.length === 1 ? training.sources[0].scaling : NO_SCALING;
  if (others.length === 0) {
    const { model: _, sources: __, learnerSettings: ___, keptSpread: ____, ...rest } = report;
    return { ...rest, scaling };
  }
  const count = (pick: (i: number) => Iterable<number>): number =>
    new Set(heads.flatMap((_, k) => [...pick(k)])).size;
  const rowsWhere = (k: number, isWanted: (i: number) => boolean): number[] =>
    [...heads[k].training.rows].filter((_, i) => isWanted(i));
  return {
    nGold: count((k) => rowsWhere(k, (i) => heads[k].training.hasGold[i] === 1)),
    nPreference: count((k) => rowsWhere(k, (i) => heads[k].training.hasPreference[i] === 1)),
    nPaired: count((k) => {
      const { hasGold, hasPreference } = heads[k].training;
      return rowsWhere(k, (i) => hasGold[i] === 1 && hasPreference[i] === 1);
    }),
    weights: {},
    reason: heads.map((head) => `${head.report.model}: ${head.report.reason}`).join(' '),
    bias: { mean: null, ci95: null, reason: 'every model has its own: see heads' },
    overlap: null,
    propensity: heads.every((head) => head.report.propensity === report.propensity)
      ? report.propensity
      : 'mixed',
    goldLoss: {},
    scaling: NO_SCALING,
  };
}

const NO_SCALING = { method: 'none', factor: 1 } as const;

/** With several heads, what is said of one names its model; what is said of all is said once. */
function headWarnings(heads: readonly FittedHead[]): Warning[] {
  if (heads.length === 1) return [...heads[0].warnings];
  const said = new Map<string, { warning: Warning; models: string[] }>();
  for (const { pair, warnings } of heads) {
    for (const warning of warnings) {
      const known = said.get(`${warning.code} ${warning.message}`);
      if (known === undefined) {
        said.set(`${warning.code} ${warning.message}`, { warning, models: [pair.strong] });
      } else known.models.push(pair.strong);
    }
  }
  return [...said.values()].map(({ warning, models }) =>
    models.length === heads.length
      ? warning
      : { ...warning, message: `${models.join(', ')}: ${warning.message}` },
  );
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
