import { deleteDraft } from '../../db/repositories/drafts.ts';
import {
  appendGradingEvent,
  currentGrades,
  getGradingEvent,
  listGradingEvents,
  type GradingAction,
  type GradingEvent as StoredEvent,
  type GradingItem,
} from '../../db/repositories/grading.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { getResponse } from '../../db/repositories/responses.ts';
import { inTransaction, type ReadableDb, type WritableDb } from '../../db/sqlite.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import {
  itemOf,
  showGrade,
  storeGrade,
  storeItem,
  type Grade,
  type GradedResponse,
  type Item,
  type StoredItem,
} from './grade.ts';

/**
 * Grades as append-only events. Nothing is changed or removed: a revision and an undo are events about an earlier one, and
 * every function here is one transaction.
 */
export interface GradingDeps {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface GradeDetail {
  readonly latencyMs?: number | undefined;
  readonly comment?: string | undefined;
}

/** An event as people see it. */
export interface GradingEvent {
  readonly eventId: string;
  readonly createdMs: number;
  readonly rater: string;
  readonly promptId: number;
  readonly action: GradingAction;
  readonly targetId: string | null;
  readonly grade: Grade | null;
  /** In force: neither revised nor undone since. */
  readonly isCurrent: boolean;
  /** Of a skip. */
  readonly reason: string | null;
}

/** A first grade of an item by this rater; `conflict` where there is one already. */
export function submitGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly grade: Grade } & GradeDetail,
): GradingEvent {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, input.rater, 'person');
    const item = storeItem(itemOf(input.grade), responseFinder(deps.db));
    const existing = currentGrades(deps.db, item, raterId).at(-1);
    if (existing !== undefined) {
      throw new AppError('conflict', `${input.rater} has graded this item already: revise that grade.`, {
        details: { eventId: existing.id },
      });
    }
    return appendGrade(deps, { ...input, raterId, item, action: 'submit', targetId: null });
  });
}

/** Another grade in place of one in force, of the same item by the same rater. */
export function reviseGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly targetId: string; readonly grade: Grade } & GradeDetail,
): GradingEvent {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, input.rater, 'person');
    const target = requireOwn(deps.db, input.targetId, input.rater);
    const item = storeItem(itemOf(input.grade), responseFinder(deps.db));
    if (!isSameItem(item, target)) {
      throw new AppError('conflict', 'A revision is about the same responses as the grade it replaces.', {
        details: { targetId: target.id },
      });
    }
    return appendGrade(deps, { ...input, raterId, item, action: 'revise' });
  });
}

/** Takes back a grade, a revision (the grade before it is in force again) or a skip. Redo is a new submission. */
export function undoGrade(
  deps: GradingDeps,
  input: { readonly rater: string; readonly targetId: string },
): GradingEvent {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, input.rater, 'person');
    const { promptId, modelAId, modelBId } = requireOwn(deps.db, input.targetId, input.rater);
    const id = deps.newId();
    appendGradingEvent(deps.db, {
      id,
      createdMs: deps.clock(),
      raterId,
      promptId,
      modelAId,
      modelBId,
      action: 'undo',
      targetId: input.targetId,
    });
    return toEvent(requireEvent(deps.db, id));
  });
}

/** Says that this rater will not grade an item, and why. */
export function skipItem(
  deps: GradingDeps,
  input: { readonly rater: string; readonly item: Item; readonly reason: string },
): GradingEvent {
  return appendRemark(deps, 'skip', input);
}

/** Says that something is wrong with an item, and what. It can be graded all the same. */
export function flagItem(
  deps: GradingDeps,
  input: { readonly rater: string; readonly item: Item; readonly reason: string },
): GradingEvent {
  return appendRemark(deps, 'flag', input);
}

function appendRemark(
  deps: GradingDeps,
  action: 'skip' | 'flag',
  input: { readonly rater: string; readonly item: Item; readonly reason: string },
): GradingEvent {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, input.rater, 'person');
    const { shownLeft, ...item } = storeItem(input.item, responseFinder(deps.db));
    const id = deps.newId();
    appendGradingEvent(deps.db, {
      id,
      createdMs: deps.clock(),
      raterId,
      ...item,
      action,
      detail: { shownLeft, reason: input.reason },
    });
    return toEvent(requireEvent(deps.db, id));
  });
}

/** Newest first. */
export function gradingHistory(
  db: ReadableDb,
  filter: {
    readonly rater?: string | undefined;
    readonly promptId?: number | undefined;
    readonly limit: number;
  },
): readonly GradingEvent[] {
  const { rater = null, promptId = null, limit } = filter;
  return listGradingEvents(db, { rater, promptId, limit }).map(toEvent);
}

/** Looks responses up, and refuses ids that do not exist. */
export function responseFinder(db: ReadableDb): (responseId: number) => GradedResponse {
  return (responseId) => {
    const response = getResponse(db, responseId);
    if (response !== null) return response;
    throw new AppError('not-found', `There is no response ${responseId} in this project.`);
  };
}

interface NewGrade extends GradeDetail {
  readonly raterId: number;
  readonly item: StoredItem;
  readonly grade: Grade;
  readonly action: 'submit' | 'revise';
  readonly targetId: string | null;
}

/** A grade is no draft any more. */
function appendGrade(deps: GradingDeps, given: NewGrade): GradingEvent {
  const { shownLeft, ...item } = given.item;
  const id = deps.newId();
  deleteDraft(deps.db, given.raterId, item);
  appendGradingEvent(deps.db, {
    id,
    createdMs: deps.clock(),
    raterId: given.raterId,
    action: given.action,
    targetId: given.targetId,
    ...item,
    ...storeGrade(given.grade, shownLeft),
    goldKind: 'human_expert',
    detail: { shownLeft, latencyMs: given.latencyMs, comment: given.comment },
  });
  return toEvent(requireEvent(deps.db, id));
}

function isSameItem(a: GradingItem, b: StoredEvent): boolean {
  return a.promptId === b.promptId && a.modelAId === b.modelAId && a.modelBId === b.modelBId;
}

function requireEvent(db: ReadableDb, id: string): StoredEvent {
  const event = getGradingEvent(db, id);
  if (event !== null) return event;
  throw new AppError('not-found', `There is no grading event ${id} in this project.`);
}

function requireOwn(db: ReadableDb, id: string, rater: string): StoredEvent {
  const event = requireEvent(db, id);
  if (event.rater === rater) return event;
  throw new AppError('conflict', 'This grade is another rater’s: submit one of your own.', {
    details: { eventId: id },
  });
}

function toEvent(stored: StoredEvent): GradingEvent {
  return {
    eventId: stored.id,
    createdMs: stored.createdMs,
    rater: stored.rater,
    promptId: stored.promptId,
    action: stored.action,
    targetId: stored.targetId,
    grade: showGrade(stored, {
      isPair: stored.modelBId !== null,
      a: stored.responseAId,
      b: stored.responseBId,
      shownLeft: readText(stored.detail, 'shownLeft') === 'b' ? 'b' : 'a',
    }),
    isCurrent: stored.isCurrent,
    reason: stored.action === 'skip' ? readText(stored.detail, 'reason') : null,
  };
}

function readText(detail: unknown, key: string): string | null {
  if (typeof detail !== 'object' || detail === null) return null;
  const value: unknown = Object.entries(detail).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : null;
}
