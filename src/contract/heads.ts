import { meanBias, overlap } from './bias.ts';
import { z } from './zod.ts';

export const labelCounts = { nGold: z.int(), nPreference: z.int(), nPaired: z.int() };

/** What one source brought to a head. */
const sourceReport = z.object({
  source: z.string(),
  isSimulated: z.boolean(),
  nPreference: z.int(),
  nPaired: z.int(),
  /** What its gains were multiplied by to be on the scale of gold. */
  scaling: z.object({ method: z.string(), factor: z.number() }),
  /** Gold minus this source. */
  bias: meanBias,
  /** Of the prompts with gold and those that this source judged. */
  overlap: overlap.nullable(),
});

/** How one model's gain over the anchor was learnt. */
export const headReport = z.object({
  model: z.string(),
  ...labelCounts,
  weights: z.record(z.string(), z.number()),
  /** The part of its spread around the mean that auto kept; 1 in runs of earlier versions. */
  keptSpread: z.number().default(1),
  /** Why these weights, in words. */
  reason: z.string(),
  /** Where there is one source; of several each has its own. */
  bias: meanBias,
  overlap: overlap.nullable(),
  propensity: z.enum(['designed', 'estimated', 'mixed', 'everything-graded']),
  /** By estimator, what its learner chose; empty for ridge, whose penalties are closed form. */
  learnerSettings: z.record(z.string(), z.record(z.string(), z.number())).default({}),
  sources: z.array(sourceReport),
});
