import { routeDecision, routeItem } from './bundles.ts';
import { nothing } from './common.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

/** What lies behind the figures of a run: to be looked at on the screens Curves and Export. */

const runId = z.string().min(1);

export const inspectionDocument = z.object({
  runId: z.string(),
  /** Held-out prompts with gold for both models. */
  n: z.int(),
  costUnit: z.enum(['usd', 'strong-call']),
  qualityUnit: z.enum(['gold-score', 'gain-over-cheap']),
  /** By candidate: quality and mean cost a prompt at 51 shares of strong calls, without intervals. */
  curves: z.record(
    z.string(),
    z.array(z.object({ strongShare: z.number(), quality: z.number(), cost: z.number() })),
  ),
  /** Of more than two models, in place of the curves: over w, without intervals. */
  policyCurves: z.record(
    z.string(),
    z.array(z.object({ w: z.number(), quality: z.number(), cost: z.number() })),
  ),
  /** In equal parts of the ranking by predicted gain; like the lists below, of two models only. */
  calibration: z.array(
    z.object({
      n: z.int(),
      meanPredicted: z.number(),
      meanGold: z.number(),
      ci95: z.tuple([z.number(), z.number()]).nullable(),
    }),
  ),
  /** One entry a held-out prompt. */
  predictedGain: z.array(z.number()),
  /**
   * Where refits on redrawn labels put each predicted gain, 95 % of them; ignores shrinkage bias. Null for runs without
   * redrawn training.
   */
  predictedCi95: z.array(z.tuple([z.number(), z.number()])).nullable(),
  goldGain: z.array(z.number()),
  /** The prompts where most is at stake: largest gold gain, either way, first. */
  prompts: z.array(
    z.object({
      /** Position in the two lists above. */
      row: z.int(),
      promptId: z.int(),
      excerpt: z.string(),
      category: z.string().nullable(),
    }),
  ),
  /** Predicted gain at percentiles 0, 1 … 100 of the prompts that the encoder was fitted on; none with more than two models. */
  gainPercentiles: z.array(z.number()),
});

export const inspectionMethods = {
  /** The pair of models that a training begins with; null where no two models have visible gold together. */
  'run.suggestPair': query(
    nothing,
    z.object({
      pair: z
        .object({ strong: z.string(), cheap: z.string(), goldPrompts: z.int(), reason: z.string() })
        .nullable(),
    }),
  ),
  /** The curve of every candidate, calibration, and held-out prompts with predicted and gold gain. */
  'run.inspect': job(
    z.object({ runId: runId.optional(), split: z.enum(['test', 'dev']).default('test') }),
    inspectionDocument,
    startedJob,
  ),
  /** Decides as the exported bundle would, before there is one. */
  'run.route': query(
    z.object({
      runId: runId.optional(),
      items: z.array(routeItem).max(100),
      w: z.number().optional(),
      strongShare: z.number().min(0).max(1).optional(),
    }),
    z.object({ decisions: z.array(routeDecision) }),
  ),
};
