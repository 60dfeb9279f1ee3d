import { measured } from './common.ts';
import { z } from './zod.ts';

/** What a router of any number of models does, and what it is measured against. */

/** At one w, on average over the held-out prompts. */
export const policyPoint = z.object({
  w: z.number(),
  /** Share of prompts by model. */
  shares: z.record(z.string(), measured),
  quality: measured,
  /** Mean cost per prompt, in the run's cost unit. */
  cost: measured,
});

/** One model for every prompt. */
export const fixedPolicy = z.object({
  /** As among the estimators: `always-strong` and `always-cheap` of two models, else `always-<model>`. */
  policy: z.string(),
  model: z.string(),
  quality: measured,
  cost: measured,
});

export const costQualityPoint = z.object({ cost: z.number(), quality: z.number() });

/** What an evaluation says of policies, beside the estimators. */
export const policyFields = {
  /** Of more than two models: the router over w, from 0 to where the cheapest model has everything; else empty. */
  policyCurve: z.array(policyPoint),
  /** At the run's own w; null without held-out gold. */
  point: policyPoint.nullable(),
  fixed: z.array(fixedPolicy),
  /** Hull of the fixed policies: what tossing coins between models reaches without any router. */
  mixtures: z.array(costQualityPoint),
};
