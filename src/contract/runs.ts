import { meanBias } from './bias.ts';
import { goldAmount, meanWithError, measured, pair, pairRequest, seed, stage, warning } from './common.ts';
import { biasLearnerName, estimatorName, learnerName } from './estimators.ts';
import { headReport, labelCounts } from './heads.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { policyFields } from './policies.ts';
import { assistedDocument, uncertaintyDocument } from './uncertainty.ts';
import { z } from './zod.ts';

/** By metric name; `egMean` is always there. */
export const metrics = z.object({ egMean: measured }).catchall(measured);
/** V(w) by w, as text: "0", "0.05", … */
const policyValue = z.record(z.string(), measured);

const interval = z.tuple([z.number(), z.number()]).nullable();

/** Width of a text block. */
const dimensions = z.int().min(1).max(512).default(50);

export const trainDocument = z.object({
  runId: z.string(),
  /** The dearest model and the anchor: of two models these are all. */
  pair,
  /** All models, the anchor last. */
  models: z.array(z.string()),
  /** Several sources are joined by +; null for gold alone. */
  source: z.string().nullable(),
  sources: z.array(z.string()),
  stage,
  signals: z.array(z.string()),
  isSimulated: z.boolean(),
  split: z.object({ train: z.int(), dev: z.int(), test: z.int() }),
  estimator: estimatorName,
  weights: z.record(z.string(), z.number()),
  /** Why these weights, in words. */
  reason: z.string(),
  learner: learnerName,
  ...labelCounts,
  bias: meanBias,
  /** One for each model but the anchor. Empty for runs of earlier versions. */
  heads: z.array(headReport),
  metrics,
  policyValue,
  /** Null for runs of earlier versions, and where no intervals were asked for. */
  uncertainty: uncertaintyDocument.nullable().default(null),
  warnings: z.array(warning),
  seconds: z.number(),
  manifest: z.record(z.string(), z.unknown()),
});

export const evaluateDocument = z.object({
  runId: z.string(),
  n: z.int(),
  pair,
  models: z.array(z.string()),
  source: z.string().nullable(),
  sources: z.array(z.string()),
  stage,
  isSimulated: z.boolean(),
  costUnit: z.enum(['usd', 'strong-call']),
  qualityUnit: z.enum(['gold-score', 'gain-over-cheap']),
  /** Of two models, by the share of strong calls; else empty. */
  curve: z.array(
    z.object({
      strongShare: z.number(),
      quality: z.number(),
      ci95: interval,
      cost: z.number(),
    }),
  ),
  ...policyFields,
  metrics,
  policyValue,
  estimators: z.record(z.string(), z.object({ egMean: measured, gainRelMse: measured, policyValue })),
  /** V(w) with the help of test prompts without gold. */
  assisted: assistedDocument,
  warnings: z.array(warning),
});

const replicateRow = z.object({
  name: z.string(),
  egMean: meanWithError,
  egTruncatedMean: meanWithError,
  apgr: meanWithError,
  gainRelMse: meanWithError,
  policyValue: z.record(z.string(), meanWithError),
  secondsPerRound: z.number(),
});

export const replicateDocument = z.object({
  pair,
  source: z.string().nullable(),
  stage,
  isSimulated: z.boolean(),
  rounds: z.int(),
  nGold: z.int(),
  nTest: z.int(),
  estimators: z.array(replicateRow),
  /** Mean weight of each member over the rounds. */
  auto: z.object({ weights: z.record(z.string(), z.number()) }),
  counts: z.object({ eligible: z.int(), gold: z.int(), preference: z.int(), paired: z.int() }),
  warnings: z.array(warning),
  seconds: z.number(),
});

export const runSummary = z.object({
  runId: z.string(),
  createdMs: z.int(),
  pair,
  models: z.array(z.string()),
  source: z.string().nullable(),
  sources: z.array(z.string()),
  stage,
  isSimulated: z.boolean(),
  estimator: estimatorName,
  learner: learnerName,
  nGold: z.int(),
  nPreference: z.int(),
  egMean: measured,
  policyValue0: measured,
  warningCodes: z.array(z.string()),
});

const modelName = z.string().min(1);

export const trainConfig = pairRequest.extend({
  /** Two models: both of these. More: `models` and `anchor` instead. */
  strong: modelName.optional(),
  cheap: modelName.optional(),
  models: z.array(modelName).min(2).optional(),
  /** Of `models`, the one that gains are measured against: the cheapest. */
  anchor: modelName.optional(),
  /** Several sources, each corrected by a bias of its own. None, and no `source`: the only one there is. */
  sources: z.array(modelName).default([]),
  estimator: estimatorName.default('auto'),
  learner: learnerName.default('ridge'),
  /** Tried for the bias too, and taken where its held-out loss is lower by more than a standard error. */
  biasLearner: biasLearnerName.default('ridge'),
  /** Train on a random part of the revealed gold. */
  gold: goldAmount.optional(),
  /** Gold units per mean training cost difference strong − cheap. */
  w: z.number().min(0).default(0),
  dimensions,
  /** Keep `dev` (or a fifth of the prompts, where there is no such split) out of training, for a certificate. */
  holdOutDev: z.boolean().default(false),
  /** Read the embedding of the prompt and nothing else, as gateways do that make it themselves. Stage route only. */
  embeddingOnly: z.boolean().default(false),
  /** Redraw training and test for intervals: takes about as long again as the training. */
  intervals: z.boolean().default(true),
  /** How often. A cascade whose file asks an expert needs 100. */
  draws: z.int().min(20).max(2000).default(200),
  /** Repeats of cross-fitting. */
  repeats: z.int().min(1).max(20).default(3),
  seed: seed.default(0),
});

export const runMethods = {
  'run.train': job(trainConfig, trainDocument, startedJob),
  /** Newest first. */
  'run.list': query(z.object({}), z.object({ runs: z.array(runSummary) })),
  /** What training left. No id: the newest run. */
  'run.get': query(
    z.object({ runId: z.string().min(1).optional() }),
    trainDocument.extend({ createdMs: z.int() }),
  ),
  'run.evaluate': job(
    z.object({ runId: z.string().min(1).optional(), split: z.enum(['test', 'dev']).default('test') }),
    evaluateDocument,
    startedJob,
  ),
  'replicate.start': job(
    pairRequest.extend({
      rounds: z.int().min(1).max(10_000).default(50),
      nGold: z.int().positive(),
      nTest: z.int().positive(),
      /** Preferences for all training prompts, also for those with gold. */
      isPaired: z.boolean().default(false),
      learner: learnerName.default('ridge'),
      /** The published recipe with its forests too: slow, for comparison. */
      withReleasedScript: z.boolean().default(false),
      dimensions,
      seed: seed.default(0),
    }),
    replicateDocument,
    startedJob,
  ),
};
