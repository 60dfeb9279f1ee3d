import { seed } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/**
 * Grading is blind: an item and a grade name responses by id and side, never by model.
 */
const responseId = z.int().positive();

const item = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('single'), responseId }),
  z.object({ kind: z.literal('pair'), leftId: responseId, rightId: responseId }),
]);

const scale = z.tuple([z.number(), z.number()]);

/** A score of one response, or of both responses of a pair, or a verdict on the pair. */
export const grade = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('score'), responseId, score: z.number(), scale }),
  z.object({
    kind: z.literal('scores'),
    leftId: responseId,
    rightId: responseId,
    leftScore: z.number(),
    rightScore: z.number(),
    scale,
  }),
  z.object({
    kind: z.literal('verdict'),
    leftId: responseId,
    rightId: responseId,
    verdict: z.enum(['left', 'right', 'tie']),
    /** How much better, from 0 to 1. */
    strength: z.number().min(0).max(1).optional(),
  }),
]);

const rater = z.string().trim().min(1).max(200);
const detail = {
  /** From the item on the screen to the grade. */
  latencyMs: z.number().min(0).optional(),
  comment: z.string().max(10_000).optional(),
};
const eventId = z.string().min(1);

const gradingEvent = z.object({
  eventId,
  createdMs: z.int(),
  rater: z.string(),
  promptId: z.int(),
  action: z.enum(['submit', 'revise', 'undo', 'skip', 'flag', 'adjudicate']),
  targetId: z.string().nullable(),
  grade: grade.nullable(),
  /** In force: neither revised nor undone since. */
  isCurrent: z.boolean(),
  reason: z.string().nullable(),
});

const draft = z.object({
  item,
  promptId: z.int(),
  draft: z.record(z.string(), z.unknown()),
  updatedMs: z.int(),
});

const side = z.object({ responseId, text: z.string() });

export const gradingMethods = {
  /** The next prompt of a pair of models that nobody has graded; null when there is none left. */
  'grade.next': query(
    z.object({
      rater,
      models: z.tuple([z.string().min(1), z.string().min(1)]),
      /** Decides which response is shown on which side. */
      seed: seed.default(0),
      /** The first after this prompt in the order of import: to have it ready before it is wanted. */
      afterPromptId: z.int().min(0).default(0),
      /** Counting looks at every prompt: once is enough for a window that counts on by itself. */
      countsRemaining: z.boolean().default(true),
    }),
    z.object({
      item: z
        .object({
          promptId: z.int(),
          prompt: z.string(),
          left: side,
          right: side,
          draft: z.record(z.string(), z.unknown()).nullable(),
        })
        .nullable(),
      /** Null where it was not asked for. */
      remaining: z.int().nullable(),
    }),
  ),
  'grade.submit': query(z.object({ rater, grade, ...detail }), gradingEvent),
  /** Replaces a grade in force by another of the same item. */
  'grade.revise': query(z.object({ rater, targetId: eventId, grade, ...detail }), gradingEvent),
  /** Takes back a grade, a revision (the grade before it is in force again), a skip or a flag. */
  'grade.undo': query(z.object({ rater, targetId: eventId }), gradingEvent),
  'grade.skip': query(z.object({ rater, item, reason: z.string().trim().min(1).max(10_000) }), gradingEvent),
  /** Something is wrong with the item; it stays in the queue. */
  'grade.flag': query(z.object({ rater, item, reason: z.string().trim().min(1).max(10_000) }), gradingEvent),
  /** Newest first. */
  'grade.history': query(
    z.object({
      rater: rater.optional(),
      promptId: z.int().positive().optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({ events: z.array(gradingEvent) }),
  ),
  'grade.saveDraft': query(
    z.object({ rater, item, draft: z.record(z.string(), z.unknown()) }),
    z.object({ updatedMs: z.int() }),
  ),
  'grade.drafts': query(z.object({ rater }), z.object({ drafts: z.array(draft) })),
};
