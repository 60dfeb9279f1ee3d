import { measured, pair, stage, warning } from './common.ts';
import { estimatorName } from './estimators.ts';
import { startedJob } from './jobs.ts';
import { job } from './method.ts';
import { costQualityPoint, fixedPolicy } from './policies.ts';
import { z } from './zod.ts';

/** Two runs on the same test prompts: what is different about them, and what it brought. */

const comparedRun = z.object({
  runId: z.string(),
  createdMs: z.int(),
  pair,
  models: z.array(z.string()),
  source: z.string().nullable(),
  stage,
  isSimulated: z.boolean(),
  estimator: estimatorName,
  /** Quality over mean cost a prompt: over the share of strong calls for two models, over w for more. */
  curve: z.array(
    costQualityPoint.extend({
      strongShare: z.number().nullable(),
      w: z.number().nullable(),
      /** Of the quality. */
      ci95: z.tuple([z.number(), z.number()]),
    }),
  ),
  /** At the run's own w. */
  point: z.object({ w: z.number(), quality: measured, cost: measured }),
});

export const comparisonDocument = z.object({
  /** Test prompts with gold for every model of both runs: everything here is measured on these. */
  n: z.int(),
  costUnit: z.enum(['usd', 'strong-call']),
  qualityUnit: z.enum(['gold-score', 'gain-over-cheap']),
  runs: z.tuple([comparedRun, comparedRun]),
  /** One model for every prompt, of all models of both runs. */
  fixed: z.array(fixedPolicy),
  /** Hull of the fixed policies: what tossing coins between models reaches. */
  mixtures: z.array(costQualityPoint),
  /** Differences are second minus first, with the interval of a bootstrap that redraws the same prompts for both. */
  figures: z.array(z.object({ name: z.string(), first: measured, second: measured, difference: measured })),
  /** What is not the same in configuration and data, as text; null: not set. */
  changes: z.array(
    z.object({
      kind: z.enum(['configuration', 'data']),
      name: z.string(),
      first: z.string().nullable(),
      second: z.string().nullable(),
    }),
  ),
  warnings: z.array(warning),
});

export const comparisonMethods = {
  'run.compare': job(
    z.object({ first: z.string().min(1), second: z.string().min(1) }),
    comparisonDocument,
    startedJob,
  ),
};
