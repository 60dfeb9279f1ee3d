import { measured, warning } from './common.ts';
import { grade, gradedItem, gradingEvent, span } from './grading.ts';
import { query } from './method.ts';
import { shownResponse } from './queues.ts';
import { criterion, taskId } from './tasks.ts';
import { z } from './zod.ts';

/** Raters compared: with each other, with what they agree on, and with the judges and crowds. */

/** One figure of agreement; null with the reason where it is not defined. */
const figures = z.object({
  percent: measured,
  fleissKappa: measured,
  krippendorffNominal: measured,
  krippendorffOrdinal: measured,
  krippendorffInterval: measured,
  gwetAc1: measured,
});

const pairFigures = z.object({
  percent: measured,
  cohenKappa: measured,
  /** Weighted by the square of the distance. */
  weightedKappa: measured,
  krippendorffInterval: measured,
  gwetAc1: measured,
  /** Items that both graded. */
  items: z.int(),
});

export const agreementReport = z.object({
  taskId,
  raters: z.array(z.string()),
  /** Items with a grade, and with grades of two raters or more. */
  items: z.int(),
  shared: z.int(),
  overall: figures,
  /** Of a rubric: for each criterion whether it is met. */
  criteria: z.array(z.object({ id: z.string(), text: z.string(), shared: z.int(), figures })),
  pairs: z.array(z.object({ a: z.string(), b: z.string(), figures: pairFigures })),
  /** Judges and crowds beside the raters: each against what the raters agree on (decided, else the majority or the mean). */
  sources: z.array(z.object({ name: z.string(), kind: z.string(), figures: pairFigures })),
  /** Each rater against the others, by the same figures. */
  againstOthers: z.array(z.object({ rater: z.string(), figures: pairFigures })),
  warnings: z.array(warning),
});

export const raterReport = z.object({
  rater: z.string(),
  role: z.enum(['rater', 'senior']),
  grades: z.int(),
  skips: z.int(),
  flags: z.int(),
  revisions: z.int(),
  undone: z.int(),
  /** Without idle time; null where no grade says how long it took. */
  medianLatencyMs: z.number().nullable(),
  /** Median of the first and of the second half of this rater's grades. */
  latencyTrendMs: z.tuple([z.number(), z.number()]).nullable(),
  /** Share of items on which this rater says what the others agree on. */
  consensus: measured,
  /** Attention checks: share passed. */
  checks: measured.extend({ answered: z.int() }),
  /** Agreement with the others in the second half of the work minus the first: below 0, it gets worse. */
  drift: measured,
  /** Share of decided verdicts for the left side: .5 where the side does not matter. */
  leftShare: measured,
  /** Share of decided verdicts for the longer response. */
  longerShare: measured,
  /** The same for what the others agree on, on the same items: whether the longer one is indeed better. */
  longerShareOfOthers: measured,
  tieShare: measured,
  firstMs: z.int().nullable(),
  lastMs: z.int().nullable(),
});

const givenGrade = z.object({
  eventId: z.string(),
  rater: z.string(),
  createdMs: z.int(),
  action: z.string(),
  grade: grade.nullable(),
  comment: z.string().nullable(),
  spans: z.array(span),
  /** Of a decision: the grades it decided between. */
  basedOn: z.array(z.string()),
});

export const disagreement = z.object({
  promptId: z.int(),
  /** On sides by chance, the same whenever the item is reviewed. */
  item: gradedItem,
  /** The first characters of the prompt. */
  prompt: z.string(),
  category: z.string().nullable(),
  raters: z.int(),
  /** The widest difference between two grades as a share of what is possible, from 0 to 1. */
  distance: z.number(),
  /** All on the sides of `item`, oldest first; a decision has the action `adjudicate`. */
  grades: z.array(givenGrade),
});

/** An item with its texts, blind as for whoever decides, and every grade of the task in force. */
export const reviewedItem = z.object({
  promptId: z.int(),
  prompt: z.string(),
  category: z.string().nullable(),
  reference: z.string().nullable(),
  item: gradedItem,
  /** The left response, or the only one. */
  left: shownResponse,
  right: shownResponse.nullable(),
  /** Of a rubric task. */
  criteria: z.array(criterion),
  grades: z.array(givenGrade),
});

export const reviewMethods = {
  'review.agreement': query(
    z.object({ taskId, raters: z.array(z.string()).max(100).default([]) }),
    agreementReport,
  ),
  'review.raters': query(z.object({ taskId }), z.object({ reports: z.array(raterReport) })),
  /**
   * What raters disagree on, the furthest apart first: what nobody decided (`queue.createAdjudication` queues it), or with
   * `isDecided` what somebody did.
   */
  'review.disagreements': query(
    z.object({
      taskId,
      isDecided: z.boolean().default(false),
      limit: z.int().min(1).max(500).default(50),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), items: z.array(disagreement) }),
  ),
  /** One item of a task to be looked at, whatever side its responses are named on. */
  'review.graded': query(z.object({ taskId, item: gradedItem }), reviewedItem),
  /** Everything that happened to a prompt: its draw, its queues, every event of every rater, oldest first. */
  'review.item': query(
    z.object({ promptId: z.int().positive() }),
    z.object({
      promptId: z.int(),
      draw: z
        .object({
          isRevealed: z.boolean(),
          propensity: z.number(),
          lookedAt: z.enum(['nothing', 'prompt', 'verdict']),
          method: z.string(),
          createdMs: z.int(),
        })
        .nullable(),
      queues: z.array(
        z.object({
          queueId: z.int(),
          name: z.string(),
          kind: z.enum(['random', 'active', 'slice', 'adjudication', 'pack']),
          createdMs: z.int(),
          position: z.int(),
          why: z.string(),
        }),
      ),
      events: z.array(gradingEvent),
    }),
  ),
};
