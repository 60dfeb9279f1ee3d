import {
  currentGrades,
  getGradingEvent,
  listGradingEvents,
  type GradingEvent as StoredEvent,
  type GradingItem,
} from '../../db/repositories/grading.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { getResponse } from '../../db/repositories/responses.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import { appendGrade, appendRemark, appendUndo, type GradeExtras } from './append-event.ts';
import { viewEvent, type GradingEvent } from './event-view.ts';
import { itemOf, storeItem, type Grade, type GradedResponse, type Item } from './grade.ts';
import type { GradingDeps } from './grading-deps.ts';
import { requirePlace } from './queue-context.ts';

/**
 * Grades as append-only events. Nothing is changed or removed: a revision and an undo are events about an earlier one, and
 * every function here is one transaction.
 */
export interface GradeDetail extends GradeExtras {
  /** The queue that the item was served from. */
  readonly queueId?: number | undefined;
}

/**
 * A first grade of an item by this rater; `conflict` where there is one already. In an adjudication queue it is the
 * decision, and names the grades that it decides between.
 */
export function submitGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly grade: Grade } & GradeDetail,
): GradingEvent {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const raterId = ensureRater(db, input.rater, 'person');
    const item = storeItem(itemOf(input.grade), responseFinder(db));
    const place = input.queueId === undefined ? null : requirePlace(db, input.queueId, raterId, item);
    const taskId = place?.queue.taskId ?? null;
    const checkId = place?.item.checkId ?? null;
    const isAdjudication = place?.queue.kind === 'adjudication';
    const own = currentGrades(db, item, { raterId, taskId, checkId });
    const existing = own.findLast((event) => (event.action === 'adjudicate') === isAdjudication);
    if (existing !== undefined) {
      throw new AppError('conflict', `${input.rater} has graded this item already: revise that grade.`, {
        details: { eventId: existing.id },
      });
    }
    const basedOn = isAdjudication ? givenOn(db, item, taskId) : [];
    const action = isAdjudication ? 'adjudicate' : 'submit';
    const event = {
      ...input,
      raterId,
      item,
      place,
      taskId,
      checkId,
      action,
      targetId: null,
      basedOn,
    } as const;
    return viewEvent(db, requireEvent(db, appendGrade(deps, event)));
  });
}

/**
 * Another grade in place of one in force, of the same item by the same rater. A decision is taken back and made again, in
 * one step: it stays a decision.
 */
export function reviseGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly targetId: string; readonly grade: Grade } & GradeDetail,
): GradingEvent {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const raterId = ensureRater(db, input.rater, 'person');
    const target = requireOwn(db, input.targetId, input.rater);
    const item = storeItem(itemOf(input.grade), responseFinder(db));
    if (!isSameItem(item, target)) {
      throw new AppError('conflict', 'A revision is about the same responses as the grade it replaces.', {
        details: { targetId: target.id },
      });
    }
    const place = input.queueId === undefined ? null : requirePlace(db, input.queueId, raterId, item);
    const { taskId, checkId } = target;
    const common = { ...input, raterId, item, place, taskId, checkId };
    if (target.action !== 'adjudicate') {
      const revision = { ...common, action: 'revise', basedOn: [] } as const;
      return viewEvent(db, requireEvent(db, appendGrade(deps, revision)));
    }
    appendUndo(deps, raterId, target);
    const decision = {
      ...common,
      action: 'adjudicate',
      targetId: null,
      basedOn: givenOn(db, item, taskId),
    } as const;
    return viewEvent(db, requireEvent(db, appendGrade(deps, decision)));
  });
}

/** Takes back a grade, a revision (the grade before it is in force again) or a skip. Redo does it again. */
export function undoGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly targetId: string },
): GradingEvent {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const raterId = ensureRater(db, input.rater, 'person');
    const target = requireOwn(db, input.targetId, input.rater);
    return viewEvent(db, requireEvent(db, appendUndo(deps, raterId, target)));
  });
}

/** Says that this rater will not grade an item, and why. */
export function skipItem(deps: GradingDeps, input: Remark): GradingEvent {
  return remark(deps, 'skip', input);
}

/** Says that something is wrong with an item, and what. It can be graded all the same. */
export function flagItem(deps: GradingDeps, input: Remark): GradingEvent {
  return remark(deps, 'flag', input);
}

interface Remark {
  readonly rater: string;
  readonly item: Item;
  readonly reason: string;
  readonly queueId?: number | undefined;
}

function remark(deps: GradingDeps, action: 'skip' | 'flag', input: Remark): GradingEvent {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const raterId = ensureRater(db, input.rater, 'person');
    const item = storeItem(input.item, responseFinder(db));
    const place = input.queueId === undefined ? null : requirePlace(db, input.queueId, raterId, item);
    return viewEvent(
      db,
      requireEvent(db, appendRemark(deps, { raterId, item, place, action, reason: input.reason })),
    );
  });
}

/** Newest first. */
export function gradingHistory(
  db: ReadableDb,
  filter: {
    readonly rater?: string | undefined;
    readonly promptId?: number | undefined;
    readonly queueId?: number | undefined;
    readonly taskId?: string | undefined;
    readonly limit: number;
  },
): readonly GradingEvent[] {
  const { rater = null, promptId = null, queueId = null, taskId = null, limit } = filter;
  return listGradingEvents(db, { rater, promptId, queueId, taskId, limit }).map((event) =>
    viewEvent(db, event),
  );
}

/** Looks responses up, and refuses ids that do not exist. */
export function responseFinder(db: ReadableDb): (responseId: number) => GradedResponse {
  return (responseId) => {
    const response = getResponse(db, responseId);
    if (response !== null) return response;
    throw new AppError('not-found', `There is no response ${responseId} in this project.`);
  };
}

/** `not-found` where there is none of that id. */
export function requireEvent(db: ReadableDb, id: string): StoredEvent {
  const event = getGradingEvent(db, id);
  if (event !== null) return event;
  throw new AppError('not-found', `There is no grading event ${id} in this project.`);
}

/** The grades between which a decision is made. */
function givenOn(db: ReadableDb, item: GradingItem, taskId: string | null): readonly string[] {
  return currentGrades(db, item, { taskId })
    .filter((event) => event.action !== 'adjudicate')
    .map((event) => event.id);
}

function isSameItem(a: GradingItem, b: StoredEvent): boolean {
  return a.promptId === b.promptId && a.modelAId === b.modelAId && a.modelBId === b.modelBId;
}

function requireOwn(db: ReadableDb, id: string, rater: string): StoredEvent {
  const event = requireEvent(db, id);
  if (event.rater === rater) return event;
  throw new AppError('conflict', 'This grade is another rater’s: submit one of your own.', {
    details: { eventId: id },
  });
}
