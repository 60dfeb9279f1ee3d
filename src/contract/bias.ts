import { pair, seed, warning } from './common.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

/** What sources get wrong: gold minus preference, where, and what their verdicts hang on besides quality. */

const interval = z.tuple([z.number(), z.number()]);

/** Gold minus preference, and how it was had. */
export const meanBias = z.object({
  mean: z.number().nullable(),
  ci95: interval.nullable(),
  method: z.enum(['paired-difference', 'doubly-robust']).optional(),
  rows: z.int().optional(),
  reason: z.string().optional(),
});

/** The estimated propensity of gold among prompts with gold and among the others. */
export const overlap = z.object({
  goldDeciles: z.array(z.number()),
  otherDeciles: z.array(z.number()),
  effectiveGold: z.number(),
  nGold: z.int(),
  /** Rows whose p̂ / mean p̂ lies outside [.1, 10]. */
  rowsOutside: z.int(),
  rowsChecked: z.int(),
});

export const sliceKind = z.enum(['category', 'language', 'length', 'form']);

export const biasDocument = z.object({
  pair,
  sources: z.array(
    z.object({
      source: z.string(),
      isSimulated: z.boolean(),
      /** Prompts with gold; with this source; with both. */
      nGold: z.int(),
      nPreference: z.int(),
      nPaired: z.int(),
      /** Gold gain minus preference gain, over all prompts. */
      bias: meanBias,
      slices: z.array(
        z.object({
          by: sliceKind,
          value: z.string(),
          /** What the slice means, where its name does not say so. */
          note: z.string().optional(),
          rows: z.int(),
          mean: z.number(),
          ci95: interval,
        }),
      ),
      /** Gains of prompts with both labels, equal ones together; of many prompts a random part. */
      points: z.array(z.object({ gold: z.number(), preference: z.number(), prompts: z.int() })),
      /** Estimated propensity of gold and preference prompts, where there are both. */
      overlap: overlap.nullable(),
      warnings: z.array(warning),
    }),
  ),
  /** Sources left out, and why. */
  warnings: z.array(warning),
});

/** A share or a mean over units in clusters (pairs at prompts); null where there is no unit. */
const clustered = z.object({
  value: z.number().nullable(),
  ci95: interval.nullable(),
  n: z.int(),
  /** Prompts. */
  clusters: z.int(),
});

const cells = z.array(z.array(z.int()));

export const effectsDocument = z.object({
  /** Null: over all pairs of models. */
  pair: pair.nullable(),
  gold: z.object({
    /** People's choices of the response shown at the left, in the grades made here; sides are drawn at random. */
    left: clustered,
    /** The longer response preferred, over all gold pairs with a winner outside the test set. */
    longer: clustered,
  }),
  sources: z.array(
    z.object({
      source: z.string(),
      isSimulated: z.boolean(),
      position: z.object({
        /** Pairs judged in both orders show the position alone; with one order quality may stand first more often. */
        basis: z.enum(['both-orders', 'one-order']).nullable(),
        firstShown: clustered,
      }),
      /** Pairs judged in both orders. */
      swap: z.object({
        consistent: clustered,
        twiceFirst: z.int(),
        twiceSecond: z.int(),
        onceTie: z.int(),
      }),
      length: z.object({
        source: clustered,
        /** On pairs that gold and the source both decide. */
        onBoth: z.object({
          gold: clustered,
          source: clustered,
          difference: clustered,
          /** By the ratio of the longer to the shorter response. */
          bins: z.array(
            z.object({ from: z.number(), to: z.number().nullable(), gold: clustered, source: clustered }),
          ),
        }),
      }),
      /** Against visible gold outside the test set: cells[gold][source], each strong (or a), tie, cheap (or b). */
      confusion: z.object({ cells, n: z.int(), right: clustered, rightWhereDecided: clustered }),
      /** Of responses scored one by one by both: cells[gold][source], each fail, pass. */
      passes: z
        .object({
          passMark: z.number(),
          cells,
          n: z.int(),
          right: clustered,
          falsePass: clustered,
          falseFail: clustered,
        })
        .nullable(),
    }),
  ),
});

const outcome = z.enum(['strong', 'tie', 'cheap']);

export const biasMethods = {
  'bias.estimate': job(
    z.object({
      strong: z.string().min(1),
      cheap: z.string().min(1),
      /** None named: every source of the project. */
      sources: z.array(z.string().min(1)).default([]),
      seed: seed.default(0),
    }),
    biasDocument,
    startedJob,
  ),
  /** Position, length, order swaps and confusion with gold, counted over pairs of responses. */
  'bias.effects': job(
    z.object({
      /** Absent: all pairs of models. */
      pair: pair.optional(),
      sources: z.array(z.string().min(1)).default([]),
      /** Where a score passes, as a fraction of its scale. */
      passMark: z.number().min(0).max(1).default(0.5),
    }),
    effectsDocument,
    startedJob,
  ),
  /** The prompts of a slice or of a cell of the confusion, furthest apart first. */
  'bias.items': query(
    z.object({
      strong: z.string().min(1),
      cheap: z.string().min(1),
      source: z.string().min(1),
      slice: z.object({ by: sliceKind, value: z.string() }).optional(),
      cell: z.object({ gold: outcome, preference: outcome }).optional(),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(50),
    }),
    z.object({
      total: z.int(),
      /** How many of them carry gold and a preference. */
      paired: z.int(),
      rows: z.array(
        z.object({
          promptId: z.int(),
          excerpt: z.string(),
          category: z.string().nullable(),
          goldGain: z.number().nullable(),
          preferenceGain: z.number().nullable(),
        }),
      ),
    }),
  ),
};
