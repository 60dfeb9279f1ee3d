import { findRater } from '../../db/repositories/raters.ts';
import { servesRater } from '../../db/repositories/queues.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { MethodName } from '../contract/methods.ts';
import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';

/** Who calls: nobody in particular may do everything; a rater may grade, under that name and from queues for it. */
export interface Caller {
  readonly rater: string;
}

/** All that a rater may ask. What is not listed is refused: a method that is new tomorrow is too. */
const FOR_RATERS: ReadonlySet<MethodName> = new Set<MethodName>([
  'queue.list',
  'queue.next',
  'queue.item',
  'queue.progress',
  'queue.task',
  'grade.submit',
  'grade.revise',
  'grade.undo',
  'grade.undoLast',
  'grade.redoLast',
  'grade.steps',
  'grade.skip',
  'grade.flag',
  'grade.history',
  'grade.saveDraft',
  'grade.drafts',
]);

/** Besides, of a pack that is opened like a project. */
const FOR_PACKS: ReadonlySet<MethodName> = new Set<MethodName>([
  'project.create',
  'project.open',
  'project.close',
  'project.status',
  'pack.saveCopy',
  'task.list',
  'task.rubric',
  'rater.list',
  'data.page',
  'data.item',
  'data.facets',
  'job.list',
]);

/** These write a grade, and a rater's grades belong to a queue. */
const NEEDS_QUEUE: ReadonlySet<MethodName> = new Set<MethodName>([
  'queue.next',
  'queue.item',
  'queue.progress',
  'queue.task',
  'grade.submit',
  'grade.revise',
  'grade.skip',
  'grade.flag',
]);

const NO_NAME: ReadonlySet<MethodName> = new Set<MethodName>(['queue.list', 'queue.task']);

const namedInput = z.object({ rater: z.unknown(), queueId: z.unknown() }).partial();

/**
 * Refuses (`usage`) what a rater may not ask: other methods, other names, queues that are not for this rater.
 * @param input as it came; it is checked here whatever its schema says later.
 */
export function authorise(
  db: ReadableDb,
  caller: Caller,
  method: MethodName,
  input: unknown,
  isPack: boolean,
): void {
  if (isPack && FOR_PACKS.has(method)) return;
  if (!FOR_RATERS.has(method)) {
    throw refusal(
      isPack
        ? `This file is a pack for ${caller.rater}: it can be graded, and ${method} is for the project that it came from.`
        : `A rater may not call ${method}.`,
    );
  }
  const parsed = namedInput.safeParse(input);
  const { rater, queueId } = parsed.success ? parsed.data : {};
  // Compared as the schema will read it.
  const isNamed = typeof rater === 'string' && rater.trim() === caller.rater;
  if (!NO_NAME.has(method) && !isNamed) {
    throw refusal(`You grade as ${caller.rater}, and this call is in another name.`);
  }
  const needsQueue = NEEDS_QUEUE.has(method);
  if (queueId === undefined && !needsQueue) return;
  const id = findRater(db, caller.rater)?.id ?? 0;
  if (typeof queueId !== 'number' || !Number.isInteger(queueId) || !servesRater(db, queueId, id)) {
    throw refusal('This queue is not for you.');
  }
}

const queueList = z.object({ queues: z.array(z.looseObject({ raters: z.array(z.string()) })) });

/** What a rater is answered: of a list of queues those for this rater, without the names of others. */
export function withoutOthers({ rater }: Caller, value: unknown): unknown {
  const list = queueList.safeParse(value);
  if (!list.success) return value;
  const queues = list.data.queues
    .filter((queue) => queue.raters.length === 0 || queue.raters.includes(rater))
    .map((queue) => ({ ...queue, raters: queue.raters.length === 0 ? [] : [rater] }));
  return { queues };
}

function refusal(message: string): AppError {
  return new AppError('usage', message, { details: { reason: 'not-allowed' } });
}
