import { seed } from './common.ts';
import { query } from './method.ts';
import { taskId } from './tasks.ts';
import { z } from './zod.ts';

/**
 * Grading is blind: an item and a grade name responses by id and side, never by model.
 */
const responseId = z.int().positive();

export const gradedItem = z.discriminatedUnion('kind', [
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
  /** Gold of 1, 0.5 or 0. */
  z.object({
    kind: z.literal('correctness'),
    responseId,
    correctness: z.enum(['correct', 'partly', 'incorrect']),
  }),
  /**
   * The criteria that are met, by id. The engine computes the score (points met / positive points, not clipped) and
   * keeps the criteria with their points beside it. Needs a task.
   */
  z.object({
    kind: z.literal('rubric'),
    responseId,
    metIds: z.array(z.string().min(1).max(100)).max(200),
    /** Answered, not asked: what the engine made of it. */
    score: z.number().optional(),
  }),
]);

export const rater = z.string().trim().min(1).max(200);
export const queueId = z.int().positive();
const eventId = z.string().min(1);

/** A marked part of a response as it is shown (JavaScript string offsets, end exclusive). */
export const span = z.object({
  side: z.enum(['left', 'right', 'single']),
  start: z.int().min(0),
  end: z.int().min(1),
  tag: z.string().max(200).optional(),
  comment: z.string().max(10_000).optional(),
});

const detail = {
  /** The task and the queue that the item was served from; left out for a grade outside any queue. */
  queueId: queueId.optional(),
  /** From the item on the screen to the grade, without the time in which nothing was done. */
  latencyMs: z.number().min(0).optional(),
  comment: z.string().max(10_000).optional(),
  spans: z.array(span).max(200).optional(),
  /** Of the task's categories. */
  categories: z.array(z.string().max(200)).max(100).optional(),
};

export const gradingEvent = z.object({
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
  taskId: z.string().nullable(),
  queueId: z.int().nullable(),
  /** Where in that queue. */
  position: z.int().nullable(),
  latencyMs: z.number().nullable(),
  comment: z.string().nullable(),
  spans: z.array(span),
  categories: z.array(z.string()),
  /** Of an adjudication: the grades it decided between. */
  basedOn: z.array(z.string()),
});

const draft = z.object({
  item: gradedItem,
  promptId: z.int(),
  draft: z.record(z.string(), z.unknown()),
  updatedMs: z.int(),
});

const side = z.object({ responseId, text: z.string() });

const steps = z.object({ canUndo: z.boolean(), canRedo: z.boolean() });

export const gradingMethods = {
  /**
   * The next prompt of a pair of models that nobody has graded; null when there is none left. Without a queue: no draw.
   * Prompts that the draw of a queue left out are not offered unless asked for: their grades would be kept and train nothing.
   */
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
      includesLeftOut: z.boolean().default(false),
    }),
    z.object({
      item: z
        .object({
          promptId: z.int(),
          prompt: z.string(),
          left: side,
          right: side,
          draft: z.record(z.string(), z.unknown()).nullable(),
          /** The draw of a queue or an import left it out: a grade of it is kept and shown, and trains nothing. */
          isLeftOut: z.boolean(),
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
  /** Takes back the newest of the rater's steps that stands, also from before a restart; event null where there is none. */
  'grade.undoLast': query(z.object({ rater }), steps.extend({ event: gradingEvent.nullable() })),
  /** Does again what was undone last, unless something else was done since. */
  'grade.redoLast': query(z.object({ rater }), steps.extend({ event: gradingEvent.nullable() })),
  'grade.steps': query(z.object({ rater }), steps),
  'grade.skip': query(
    z.object({
      rater,
      item: gradedItem,
      reason: z.string().trim().min(1).max(10_000),
      queueId: queueId.optional(),
    }),
    gradingEvent,
  ),
  /** Something is wrong with the item; it stays in the queue. */
  'grade.flag': query(
    z.object({
      rater,
      item: gradedItem,
      reason: z.string().trim().min(1).max(10_000),
      queueId: queueId.optional(),
    }),
    gradingEvent,
  ),
  /** Newest first. */
  'grade.history': query(
    z.object({
      rater: rater.optional(),
      promptId: z.int().positive().optional(),
      queueId: queueId.optional(),
      taskId: taskId.optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({ events: z.array(gradingEvent) }),
  ),
  'grade.saveDraft': query(
    z.object({ rater, item: gradedItem, draft: z.record(z.string(), z.unknown()) }),
    z.object({ updatedMs: z.int() }),
  ),
  'grade.drafts': query(z.object({ rater }), z.object({ drafts: z.array(draft) })),
};
