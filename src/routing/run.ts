import type { LearnerName } from '../learners/fit-learner.ts';
import type { LearnerFit } from '../learners/learner-fit.ts';
import type { Model } from '../learners/model.ts';
import type { Warning } from '../core/warning.ts';
import type { EstimatorName } from '../causal/estimators.ts';
import type { Fit } from '../causal/fit.ts';
import type { MeanBias } from '../causal/mean-bias.ts';
import type { Propensity } from '../causal/propensity.ts';
import type { ScalingMethod } from '../causal/scaling.ts';
import type { Evaluation } from './evaluation.ts';
import type { Overlap } from './overlap.ts';
import type { Snapshot } from './snapshot.ts';
import type { GoldAmount, Scaling } from './training-rows.ts';

/** Every knob of a run. The same snapshot and configuration give the same router. */
export interface TrainConfig {
  readonly estimator: EstimatorName | 'auto';
  /** Of the gain itself; what corrects it is ridge unless `biasLearner` says otherwise. */
  readonly learner: LearnerName;
  /** Tried for the bias, and taken where it does clearly better on held-out prompts; absent: ridge alone. */
  readonly biasLearner?: LearnerName | undefined;
  /** Train on a random part of the revealed gold. */
  readonly gold?: GoldAmount | undefined;
  readonly scaling?: ScalingMethod | undefined;
  /** Keep the split `dev` out of everything that is learnt, for a certificate. */
  readonly holdOutDev?: boolean | undefined;
  /** Read the embedding of the prompt and nothing else, as gateways do that make it themselves. */
  readonly embeddingOnly?: boolean | undefined;
  /** The worth of the mean cost difference strong − cheap, in gold units. */
  readonly w: number;
  readonly seed: number;
  /** Repeats of cross-fitting. */
  readonly repeats: number;
  /** Width of a text block. */
  readonly dimensions: number;
}

export const TRAIN_DEFAULTS: TrainConfig = {
  estimator: 'auto',
  learner: 'ridge',
  w: 0,
  seed: 0,
  repeats: 3,
  dimensions: 50,
};

/** How one model's gain over the anchor was learnt. */
export interface HeadReport {
  readonly model: string;
  readonly nGold: number;
  readonly nPreference: number;
  readonly nPaired: number;
  readonly weights: Readonly<Partial<Record<EstimatorName, number>>>;
  /** The part of its spread around the mean that auto kept; 1 of an estimator chosen by name. */
  readonly keptSpread: number;
  /** Why these weights, in words. */
  readonly reason: string;
  /** Gold minus preference, where there is one source. */
  readonly bias: MeanBias | NoBias;
  readonly overlap: Overlap | null;
  readonly propensity: Propensity['source'];
  readonly goldLoss: Fit['goldLoss'];
  /** By estimator, what its learner chose; empty for ridge. */
  readonly learnerSettings: Readonly<Record<string, LearnerFit['settings']>>;
  readonly sources: readonly SourceReport[];
}

/** What one source brought to one head. */
export interface SourceReport {
  readonly source: string;
  readonly isSimulated: boolean;
  readonly nPreference: number;
  readonly nPaired: number;
  readonly scaling: Scaling;
  readonly bias: MeanBias | NoBias;
  readonly overlap: Overlap | null;
}

interface NoBias {
  readonly mean: null;
  readonly ci95: null;
  readonly reason: string;
}

export interface TrainReport extends Omit<
  HeadReport,
  'model' | 'sources' | 'learnerSettings' | 'keptSpread'
> {
  /** The dearest model and the anchor: of two models these are all. */
  readonly pair: { readonly strong: string; readonly cheap: string };
  /** All models, the anchor last. */
  readonly models: readonly string[];
  /** The source, several joined by +; null for gold alone. */
  readonly source: string | null;
  readonly sources: readonly string[];
  readonly stage: Snapshot['stage'];
  readonly signals: readonly string[];
  readonly isSimulated: boolean;
  readonly split: { readonly train: number; readonly dev: number; readonly test: number };
  readonly estimator: TrainConfig['estimator'];
  readonly learner: LearnerName;
  readonly heads: readonly HeadReport[];
  readonly scaling: Scaling;
  readonly metrics: Evaluation['metrics'];
  readonly policyValue: Evaluation['policyValue'];
  readonly evaluation: Evaluation;
  readonly warnings: readonly Warning[];
}

/** Every estimator of every head, by model: to stand beside the router in a later evaluation. */
export type StoredModels = Readonly<Record<string, Readonly<Record<string, Model>>>>;
