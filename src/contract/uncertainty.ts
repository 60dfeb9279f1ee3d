import { measured } from './common.ts';
import { z } from './zod.ts';

/** How sure the figures of a run are: intervals of the bootstrap, by what it redrew, and PPI++ beside gold alone. */

export const interval = z.tuple([z.number(), z.number()]);

/** 95 % intervals of everything that is measured on the test prompts; null where a figure has none. */
const intervals = z.object({
  /** At the shares of the curve of two models. */
  curve: z.array(z.object({ strongShare: z.number(), ci95: interval })),
  /** At the w of the curve of more than two models. Runs of earlier versions have none. */
  policyCurve: z
    .array(z.object({ w: z.number(), quality: interval.nullable(), cost: interval.nullable() }))
    .default([]),
  metrics: z.record(z.string(), interval.nullable()),
  /** V(w) by w, as text. */
  policyValue: z.record(z.string(), interval.nullable()),
  /** At the run's own w: what the first operating point promises. */
  operatingPoint: z.object({
    strongShare: interval.nullable(),
    quality: interval.nullable(),
    cost: interval.nullable(),
  }),
});

export const uncertaintyDocument = z.object({
  draws: z.int(),
  /** What was refitted in each draw, what was held fixed, in words. */
  method: z.string(),
  /**
   * `test`: how sure a figure is for this router. `training`: how much it moves when the recipe is repeated on other labels
   * of the same kind. `both`: how sure it is for the recipe.
   */
  redrawn: z.object({ test: intervals, training: intervals.nullable(), both: intervals.nullable() }),
  /** Why training was not redrawn. */
  reason: z.string().nullable(),
  /** By estimator, training and test redrawn. */
  estimators: z.record(
    z.string(),
    z.object({ egMean: interval.nullable(), policyValue: z.record(z.string(), interval) }),
  ),
  /** Mean Δ, all labels redrawn. */
  meanBias: interval.nullable(),
});

/** A mean over the test prompts, twice: from gold alone, and with the help of test prompts without gold. */
export const assistedValue = z.object({
  /** `mean-gain`, or `V(w)`. */
  name: z.string(),
  w: z.number().nullable(),
  goldOnly: measured,
  /** PPI++ (Angelopoulos, Duchi & Zrnic 2023): never much wider than gold alone. */
  assisted: measured,
  /** Power-tuned weight of the predictions: 0 ignores them, 1 trusts them like gold. */
  lambda: z.number().nullable(),
});

export const assistedDocument = z.object({
  /** Test prompts with gold, and those without that help. */
  nGold: z.int(),
  nWithout: z.int(),
  /** What stands in for gold, in words. */
  proxy: z.string(),
  design: z.enum(['uniform', 'weighted']),
  values: z.array(assistedValue),
  /** Why there is nothing to gain, where so. */
  reason: z.string().nullable(),
});
