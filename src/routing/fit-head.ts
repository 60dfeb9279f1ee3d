import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { deriveSeed } from '../core/rng.ts';
import { type JobControl, subProgress } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import { fitEstimators, type Fit } from '../causal/fit.ts';
import { estimateMeanBias } from '../causal/mean-bias.ts';
import type { Problem } from '../causal/nuisances.ts';
import { resolvePropensity } from '../causal/propensity.ts';
import { selectRows, type Sample } from '../causal/sample.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import type { LearnerFit } from '../learners/learner-fit.ts';
import { roundToFile, type Model } from '../learners/model.ts';
import { checkOverlap, type Overlap } from './overlap.ts';
import type { HeadReport, SourceReport, TrainConfig } from './run.ts';
import { SPLIT, type PairSnapshot, type Snapshot } from './snapshot.ts';
import {
  countLabels,
  toSample,
  trainingRows,
  type GoldDraw,
  type LabelCounts,
  type SourceLabels,
  type TrainingRows,
} from './training-rows.ts';

export interface HeadInput {
  readonly pair: PairSnapshot;
  readonly draw: GoldDraw;
  readonly prepared: FeatureInputs;
  readonly blocks: FittedBlocks;
  readonly config: TrainConfig;
  readonly clock: Clock;
}

export interface FittedHead {
  readonly pair: PairSnapshot;
  readonly training: TrainingRows;
  readonly report: HeadReport;
  readonly models: Readonly<Record<string, Model>>;
  readonly warnings: readonly Warning[];
}

/**
 * The gain of one model over the anchor: propensity, every admissible estimator and auto, rounded to the float32 of the
 * router's file.
 * @throws AppError `not-enough-data` with too little gold, `usage` for an estimator that these labels do not admit.
 */
export function fitHead(
  { pair, draw, prepared, blocks, config, clock }: HeadInput,
  control: JobControl,
): FittedHead {
  const training = trainingRows(pair, draw, config);
  const counts = countLabels(training);
  const x = featuresOf(prepared, blocks, training.rows);
  const propensity = resolvePropensity(
    x,
    training.hasGold,
    training.group,
    training.designedPropensity,
    config.seed,
  );
  const sample = toSample(training, x, propensity.values);
  const settingsOf = new WeakMap<Model, LearnerFit['settings']>();
  const fit = fitEstimators(
    sample,
    {
      scheme: { kind: 'grouped', repeats: config.repeats, seed: config.seed },
      crossValidationScheme: { kind: 'grouped', repeats: 1, seed: config.seed },
      selectedOnVerdict: pair.designLookedAt === 'verdict',
      learner: {
        name: config.learner,
        seed: deriveSeed(config.seed, 'learner', pair.strong),
        control,
        onFit: ({ model, settings }) => settingsOf.set(model, settings),
      },
      biasLearner: {
        name: config.biasLearner ?? 'ridge',
        seed: deriveSeed(config.seed, 'bias-learner', pair.strong),
        control,
      },
      clock,
    },
    subProgress(control, 0, 0.95),
  );
  const overlap = checkOverlap(sample, config.seed);
  const sources = training.sources.map((labels): SourceReport => ({
    source: labels.name,
    isSimulated: labels.isSimulated,
    ...countOf(training, labels),
    scaling: labels.scaling,
    bias: biasOf(fit.problem, labels.name),
    overlap: training.sources.length === 1 ? overlap : overlapOf(sample, labels, config.seed),
  }));
  control.throwIfCancelled();
  const isAuto = config.estimator === 'auto';
  return {
    pair,
    training,
    models: storedModels(fit, config.estimator),
    report: {
      model: pair.strong,
      ...counts,
      weights: isAuto ? fit.weights : { [config.estimator]: 1 },
      keptSpread: isAuto ? fit.keptSpread : 1,
      reason: isAuto ? fit.reason : `Chosen by name. auto would have said: ${fit.reason}`,
      bias: headBias(sources),
      overlap,
      propensity: propensity.source,
      goldLoss: fit.goldLoss,
      learnerSettings: learnerSettings(fit, settingsOf),
      sources,
    },
    warnings: [...training.warnings, ...propensity.warnings, ...fit.warnings, ...(overlap?.warnings ?? [])],
  };
}

/** What the learner of each estimator chose: of its model, or of the part of it that the learner fitted. */
function learnerSettings(
  fit: Fit,
  settingsOf: WeakMap<Model, LearnerFit['settings']>,
): HeadReport['learnerSettings'] {
  const chosen: Record<string, LearnerFit['settings']> = {};
  for (const [name, { model }] of Object.entries(fit.estimates)) {
    const parts = model.kind === 'sum' ? model.parts.map((part) => part.model) : [model];
    const settings = parts.map((part) => settingsOf.get(part)).find((known) => known !== undefined);
    if (settings !== undefined) chosen[name] = settings;
  }
  return chosen;
}

/** Every fitted model; rounded to float32, as the router's file stores it. */
function storedModels(fit: Fit, chosen: TrainConfig['estimator']): Record<string, Model> {
  const models: Record<string, Model> = {};
  for (const [name, estimate] of Object.entries(fit.estimates)) models[name] = roundToFile(estimate.model);
  models.auto = roundToFile(fit.auto.model);
  if (!(chosen in models)) {
    throw new AppError(
      'usage',
      `The estimator ${chosen} needs labels that this run does not have. These apply: ${Object.keys(models).join(', ')}.`,
    );
  }
  return models;
}

/** Before anything is fitted: every model needs gold. @throws AppError `not-enough-data` */
export function requireGold(snapshot: Snapshot, draw: GoldDraw): void {
  for (const { model, goldGain } of snapshot.models) {
    const hasGold = goldGain.some(
      (gain, i) => Number.isFinite(gain) && snapshot.split[i] !== SPLIT.test && draw.isKept(i),
    );
    if (hasGold) continue;
    throw new AppError(
      'not-enough-data',
      `No gold for ${model} and ${snapshot.anchor} among the training prompts: a router needs some. Grade responses, ` +
        'or import a file with gold for both models.',
      { details: { nGold: 0 } },
    );
  }
}

function countOf(
  { hasGold }: TrainingRows,
  { hasPreference }: SourceLabels,
): Pick<LabelCounts, 'nPreference' | 'nPaired'> {
  const { nPreference, nPaired } = countLabels({ hasGold, hasPreference });
  return { nPreference, nPaired };
}

function biasOf(problem: Problem, name: string): SourceReport['bias'] {
  const source = problem.sources.find(({ labels }) => labels.name === name);
  if (source === undefined) return { ...NO_BIAS, reason: 'this source says nothing of these two models' };
  return estimateMeanBias(problem, source);
}

const NO_BIAS = { mean: null, ci95: null } as const;

/** Of one source its own; several are never mixed. */
function headBias(sources: readonly SourceReport[]): HeadReport['bias'] {
  const [first, ...others] = sources;
  if (others.length > 0) return { ...NO_BIAS, reason: 'every source has its own: see sources' };
  const isKnown = sources.length > 0 && first.nPreference > 0;
  return isKnown ? first.bias : { ...NO_BIAS, reason: 'there are no preferences to compare with gold' };
}

/** Of the rows with gold and those of one source: with one source these are all. */
function overlapOf(sample: Sample, { hasPreference }: SourceLabels, seed: number): Overlap | null {
  const rows = Int32Array.from(sample.hasGold.keys()).filter(
    (i) => sample.hasGold[i] === 1 || hasPreference[i] === 1,
  );
  return checkOverlap(rows.length === sample.hasGold.length ? sample : selectRows(sample, rows), seed);
}
