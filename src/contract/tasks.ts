import { warning } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/**
 * What graders are asked: a form as data, one a task. A project can have several; each queue serves one.
 */
const label = z.string().trim().min(1).max(200);
export const taskId = z.string().min(1).max(100);

/** One line of a rubric: so many points where it is met, fewer than none for a fault. */
export const criterion = z.object({
  id: z.string().min(1).max(100),
  text: z.string().trim().min(1).max(10_000),
  points: z.number().min(-1000).max(1000),
  tags: z.array(z.string().max(200)).max(50).default([]),
});

const criteria = z.array(criterion).max(200);

export const taskForm = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('verdict'),
    allowsTie: z.boolean().default(true),
    /** How much better, from above 0 to 1; none: the form does not ask. */
    strengths: z
      .array(z.object({ label, value: z.number().gt(0).max(1) }))
      .max(9)
      .default([
        { label: 'Slightly', value: 1 / 3 },
        { label: 'Clearly', value: 2 / 3 },
        { label: 'By far', value: 1 },
      ]),
  }),
  z.object({
    kind: z.literal('score'),
    scale: z.tuple([z.number(), z.number()]),
    step: z.number().gt(0).default(1),
    /** What some of the scores mean. */
    anchors: z
      .array(z.object({ score: z.number(), label }))
      .max(101)
      .default([]),
  }),
  z.object({ kind: z.literal('correctness'), allowsPartly: z.boolean().default(false) }),
  /** `criteria`: for prompts that have no rubric of their own. */
  z.object({ kind: z.literal('rubric'), criteria: criteria.default([]) }),
]);

const settings = {
  name: z.string().trim().min(1).max(200),
  form: taskForm,
  /** Markdown, shown beside the item. */
  guidelines: z.string().max(200_000).default(''),
  /** What a grader may say an item is about. */
  categories: z.array(label).max(100).default([]),
  /** What a marked part of a response may be tagged as. */
  spanTags: z.array(label).max(50).default(['first wrong claim', 'unsafe', 'unsupported', 'well put']),
  skipReasons: z
    .array(label)
    .max(20)
    .default(['outside my field', 'cannot tell', 'broken item', 'should not be graded']),
  /** Whether graders see the reference answer, where there is one. */
  showsReference: z.boolean().default(true),
};

export const task = z.object({
  id: taskId,
  ...settings,
  createdMs: z.int(),
  updatedMs: z.int(),
  /** Prompts with a rubric of their own. */
  rubrics: z.int(),
  /** Grades in force. */
  grades: z.int(),
});

export const taskMethods = {
  'task.list': query(z.object({}), z.object({ tasks: z.array(task) })),
  /** Makes a task, or with `id` changes one. The kind of a task that has grades does not change: `conflict`. */
  'task.save': query(z.object({ id: taskId.optional(), ...settings }), task),
  /** The rubric of a prompt, or with `criteria` null what the form says again. `invalid-input`: no positive points. */
  'task.saveRubric': query(
    z.object({ taskId, promptId: z.int().positive(), criteria: criteria.nullable() }),
    z.object({ criteria }),
  ),
  'task.rubric': query(
    z.object({ taskId, promptId: z.int().positive() }),
    z.object({ criteria, isOwn: z.boolean() }),
  ),
  /**
   * Reads rubrics from a HealthBench JSONL file for the prompts of the project that it is about: by prompt id, else by
   * the text of the prompt. All or nothing; a file whose lines fit no prompt is refused.
   */
  'task.importRubrics': query(
    z.object({ taskId, path: z.string().min(1) }),
    z.object({
      rows: z.int(),
      /** Prompts that have a rubric now. */
      matched: z.int(),
      /** Lines about prompts that the project does not have. */
      unmatched: z.int(),
      /** Lines that could not be read, and why. */
      refused: z.array(z.object({ line: z.int(), reason: z.string() })),
      warnings: z.array(warning),
    }),
  ),
};
