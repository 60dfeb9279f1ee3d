import { seed, warning } from './common.ts';
import { gradedItem, grade, queueId, rater, span } from './grading.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { criterion, task, taskId } from './tasks.ts';
import { z } from './zod.ts';

/**
 * What to grade next. A queue is drawn once: every eligible prompt gets one Bernoulli draw in its life, with a probability
 * that is stored and used in training. What was drawn before stays as it was drawn.
 */
const modelName = z.string().min(1).max(200);

const slice = z
  .object({
    categories: z.array(z.string()).default([]),
    languages: z.array(z.string()).default([]),
    /** Prompts at which the sources disagree on which of the two models is better. */
    sourcesDisagree: z.boolean().default(false),
  })
  .refine((given) => given.categories.length + given.languages.length > 0 || given.sourcesDisagree, {
    message: 'a slice names a category, a language, or that the sources disagree',
  });

/** How the probabilities are chosen. `uniform`: the share of the budget that is spread evenly, so that all keep a floor. */
export const queueDesign = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('random'),
    /** Also prompts that have gold already, to compare raters with it: these have no draw, and none is logged. */
    includesGraded: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal('active'),
    /** Whose preferences are corrected; left out: the only source there is. */
    source: z.string().min(1).optional(),
    /** The cost weight w of the decision, in gold units per mean cost difference. */
    costWeight: z.number().default(0),
    /** What the expected error may look at. `verdict` is sharper, and rules the R-learner out. */
    looksAt: z.enum(['prompt', 'verdict']).default('prompt'),
    uniform: z.number().min(0.05).max(1).default(0.3),
  }),
  z.object({ kind: z.literal('slice'), slice, uniform: z.number().min(0.05).max(1).default(0.2) }),
]);

const why = z.object({
  /** The probability with which the prompt was drawn; null where nothing was drawn. */
  propensity: z.number().nullable(),
  lookedAt: z.enum(['nothing', 'prompt', 'verdict']).nullable(),
  sentence: z.string(),
});

/** Text as a grader sees it. `masks`: where something that would name a model was hidden (offsets in `text`). */
export const shownText = z.object({
  text: z.string(),
  masks: z.array(z.object({ start: z.int(), end: z.int() })),
});

export const shownResponse = shownText.extend({
  responseId: z.int(),
  /** What the model had answered to the turn before, where the prompt is a second turn. */
  previous: shownText.nullable(),
});

/** Another rater's grade of the item, as an adjudicator sees it: on the adjudicator's sides. */
const givenGrade = z.object({
  eventId: z.string(),
  rater: z.string(),
  createdMs: z.int(),
  grade,
  comment: z.string().nullable(),
  spans: z.array(span),
});

export const queueItem = z.object({
  queueId,
  position: z.int(),
  promptId: z.int(),
  prompt: z.string(),
  category: z.string().nullable(),
  language: z.string().nullable(),
  reference: z.string().nullable(),
  item: gradedItem,
  /** The left response, or the only one. */
  left: shownResponse,
  right: shownResponse.nullable(),
  /** Of a rubric task. */
  criteria: z.array(criterion),
  why,
  draft: z.record(z.string(), z.unknown()).nullable(),
  /** This rater's grade in force, where there is one. */
  current: z.object({ eventId: z.string(), grade }).nullable(),
  /** What is to be decided between; empty outside adjudication. */
  grades: z.array(givenGrade),
});

export const queueInfo = z.object({
  id: queueId,
  name: z.string(),
  taskId,
  kind: z.enum(['random', 'active', 'slice', 'adjudication', 'pack']),
  models: z.array(modelName),
  /** Raters wanted for each item. */
  overlap: z.int(),
  /** Who may grade from it; empty: everyone. */
  raters: z.array(z.string()),
  createdMs: z.int(),
  items: z.int(),
  /** Items with as many grades as wanted. */
  done: z.int(),
  checks: z.int(),
  /** Items that somebody skipped and nobody graded: drawn, and without an answer. */
  skipped: z.int(),
  isOpen: z.boolean(),
  /** Prompts that had their draw for this queue, and how many were to be drawn. */
  eligible: z.int(),
  budget: z.number().nullable(),
  warnings: z.array(warning),
});

const models = z.array(modelName).min(1).max(50);

export const queueMethods = {
  'queue.list': query(z.object({}), z.object({ queues: z.array(queueInfo) })),
  /**
   * Draws a queue. `models`: two for a verdict; for single responses all whose responses are graded. `not-enough-data`
   * where no prompt is left to draw. An active queue needs gold; without enough of it the draw is uniform, with a warning.
   * The queue is there once the job has succeeded, and otherwise nothing of it is: no prompt is half drawn.
   */
  'queue.create': job(
    z.object({
      name: z.string().trim().min(1).max(200),
      taskId,
      models,
      design: queueDesign,
      /** How many prompts to draw: an expectation, as each is drawn by itself. Left out: every eligible one. */
      budget: z.int().positive().optional(),
      overlap: z.int().min(1).max(20).default(1),
      raters: z.array(rater).max(100).default([]),
      /** Which prompts: `train` is everything outside the test set. Test prompts are drawn evenly or not at all. */
      split: z.enum(['train', 'test']).default('train'),
      /** Checks to mix in, of those the task has. */
      checks: z.int().min(0).max(1000).default(0),
      seed: seed.default(0),
    }),
    queueInfo,
    startedJob,
  ),
  /** Items that raters disagree on, for a senior rater to decide. */
  'queue.createAdjudication': query(
    z.object({
      name: z.string().trim().min(1).max(200),
      taskId,
      raters: z.array(rater).max(100).default([]),
    }),
    queueInfo,
  ),
  'queue.update': query(
    z.object({
      queueId,
      isOpen: z.boolean().optional(),
      raters: z.array(rater).max(100).optional(),
      overlap: z.int().min(1).max(20).optional(),
    }),
    queueInfo,
  ),
  /** The next item for a rater; null when there is none. `task` so that a window needs no second call. */
  'queue.next': query(
    z.object({
      queueId,
      rater,
      /** The first after this position: to have it ready before it is wanted. */
      afterPosition: z.int().min(0).default(0),
      countsRemaining: z.boolean().default(false),
    }),
    z.object({ item: queueItem.nullable(), remaining: z.int().nullable() }),
  ),
  /** An item by its place, graded or not: to go back to. */
  'queue.item': query(
    z.object({ queueId, rater, position: z.int().positive() }),
    z.object({ item: queueItem }),
  ),
  'queue.task': query(z.object({ queueId }), task),
  /** How far a rater is: for progress and pace. */
  'queue.progress': query(
    z.object({ queueId, rater }),
    z.object({
      items: z.int(),
      graded: z.int(),
      skipped: z.int(),
      remaining: z.int(),
      /** Median time of this rater's last 50 grades in this queue. */
      medianLatencyMs: z.number().nullable(),
    }),
  ),
  /** Makes a graded or known item an attention check of a task: its answers are compared, and never become gold. */
  'queue.addCheck': query(
    z.object({
      taskId,
      /** The responses, and the right answer on these sides. */
      grade,
      /** How far a score may be off and still pass. */
      tolerance: z.number().min(0).default(0),
    }),
    z.object({ checkId: z.string() }),
  ),
  'queue.checks': query(
    z.object({ taskId }),
    z.object({
      checks: z.array(
        z.object({
          checkId: z.string(),
          promptId: z.int(),
          /** The first characters of the prompt. */
          prompt: z.string(),
          answers: z.int(),
          passed: z.int(),
        }),
      ),
    }),
  ),
};
