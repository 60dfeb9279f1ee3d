import { measured, warning } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/** Half the width of an interval, with the interval in which that half-width itself is known. */
const width = z.object({ value: z.number(), ci95: z.tuple([z.number(), z.number()]) });

export const planMethods = {
  /**
   * How many more grades buy how much narrower an interval of the mean gain of one model over another, by PPI++ with the
   * preferences of a source. Outside the test set. `not-enough-data` with fewer than 10 graded prompts.
   */
  'plan.budget': query(
    z.object({
      strong: z.string().min(1),
      cheap: z.string().min(1),
      source: z.string().min(1).optional(),
      more: z.array(z.int().min(0).max(1_000_000)).max(20).default([0, 25, 50, 100, 200, 500, 1000]),
      /** Half-widths to reach, in gold units. */
      targets: z.array(z.number().gt(0)).max(10).default([]),
      seed: z.int().min(0).default(0),
    }),
    z.object({
      graded: z.int(),
      /** Prompts that the source judged and nobody graded. */
      unlabelled: z.int(),
      source: z.string().nullable(),
      /** Of gold and preference, where both are. */
      correlation: measured,
      /**
       * The mean gain over all prompts that had a draw, from those that were drawn and graded, by the logged
       * probabilities: valid for active queues too.
       */
      meanGain: measured.extend({ drawn: z.int() }),
      rows: z.array(
        z.object({
          more: z.int(),
          halfWidth: width,
          /** The same from gold alone. */
          goldOnlyHalfWidth: z.number(),
          goldOnlyCi95: z.tuple([z.number(), z.number()]),
        }),
      ),
      targets: z.array(
        z.object({
          halfWidth: z.number(),
          more: z.int().nullable(),
          ci95: z.tuple([z.number(), z.number()]).nullable(),
        }),
      ),
      sentence: z.string(),
      warnings: z.array(warning),
    }),
  ),
};
