import { deleteDraft } from '../../db/repositories/drafts.ts';
import { appendGradingEvent, type GradingEvent as StoredEvent } from '../../db/repositories/grading.ts';
import { advanceCursor, recountItem, reopenItem } from '../../db/repositories/queue-items.ts';
import { AppError } from '../core/errors.ts';
import { checkForm, checkLabels } from './check-form.ts';
import type { EventDetail } from './event-detail.ts';
import { storeGrade, type Grade, type StoredItem } from './grade.ts';
import type { GradingDeps } from './grading-deps.ts';
import type { QueuePlace } from './queue-context.ts';
import { shownTexts } from './shown-texts.ts';
import { storeSpans, type ShownSpan } from './spans.ts';
import { getTask, rubricOf } from './tasks.ts';

/** The one way in which a person's events are written: each with what follows for drafts and queues. In a transaction. */

export interface GradeExtras {
  readonly latencyMs?: number | undefined;
  readonly comment?: string | undefined;
  readonly spans?: readonly ShownSpan[] | undefined;
  readonly categories?: readonly string[] | undefined;
  /** The undo that this grade takes back. */
  readonly redoOf?: string | undefined;
}

export interface NewGrade extends GradeExtras {
  readonly raterId: number;
  readonly item: StoredItem;
  readonly grade: Grade;
  readonly action: 'submit' | 'revise' | 'adjudicate';
  readonly targetId: string | null;
  readonly place: QueuePlace | null;
  readonly taskId: string | null;
  readonly checkId: string | null;
  readonly basedOn: readonly string[];
}

/** Answers the id. A grade is no draft any more. */
export function appendGrade(deps: GradingDeps, given: NewGrade): string {
  const { db } = deps;
  const { shownLeft, ...item } = given.item;
  const { grade, taskId } = given;
  const task = taskId === null ? null : getTask(db, taskId);
  if (task === null && grade.kind === 'rubric') {
    throw new AppError('usage', 'A rubric is graded in a queue: its task has the criteria.');
  }
  if (task !== null) checkLabels(task, given);
  const criteria =
    task === null
      ? []
      : checkForm(task.form, grade, rubricOf(db, task.id, task.form, item.promptId).criteria);
  const spans = given.spans ?? [];
  const id = deps.newId();
  deleteDraft(db, given.raterId, item);
  appendGradingEvent(db, {
    id,
    createdMs: deps.clock(),
    raterId: given.raterId,
    action: given.action,
    targetId: given.targetId,
    ...item,
    ...storeGrade(grade, shownLeft, criteria),
    goldKind: 'human_expert',
    taskId,
    checkId: given.checkId,
    detail: {
      shownLeft,
      ...placeOf(given.place),
      latencyMs: given.latencyMs,
      comment: given.comment,
      categories: given.categories === undefined ? undefined : [...given.categories],
      ...(spans.length === 0 ? {} : { spans: [...storeSpans(spans, shownTexts(db, item, shownLeft))] }),
      ...(grade.kind === 'correctness' ? { correctness: grade.correctness } : {}),
      ...(grade.kind === 'rubric' ? { criteria: [...criteria] } : {}),
      redoOf: given.redoOf,
      basedOn: given.basedOn.length === 0 ? undefined : [...given.basedOn],
    } satisfies EventDetail,
  });
  settleQueues(deps, given.raterId, item, given.place);
  return id;
}

export function appendRemark(
  deps: GradingDeps,
  given: {
    readonly raterId: number;
    readonly item: StoredItem;
    readonly place: QueuePlace | null;
    readonly action: 'skip' | 'flag';
    readonly reason: string;
    readonly redoOf?: string | undefined;
  },
): string {
  const { shownLeft, ...item } = given.item;
  const id = deps.newId();
  appendGradingEvent(deps.db, {
    id,
    createdMs: deps.clock(),
    raterId: given.raterId,
    ...item,
    action: given.action,
    taskId: given.place?.queue.taskId ?? null,
    checkId: given.place?.item.checkId ?? null,
    detail: {
      shownLeft,
      reason: given.reason,
      ...placeOf(given.place),
      redoOf: given.redoOf,
    } satisfies EventDetail,
  });
  settleQueues(deps, given.raterId, item, given.place);
  return id;
}

export function appendUndo(deps: GradingDeps, raterId: number, target: StoredEvent): string {
  const { promptId, modelAId, modelBId, taskId, checkId } = target;
  const id = deps.newId();
  appendGradingEvent(deps.db, {
    id,
    createdMs: deps.clock(),
    raterId,
    promptId,
    modelAId,
    modelBId,
    action: 'undo',
    targetId: target.id,
    taskId,
    checkId,
  });
  if (modelAId !== null) {
    const item = { promptId, modelAId, modelBId };
    recountItem(deps.db, item);
    reopenItem(deps.db, item);
  }
  return id;
}

function placeOf(place: QueuePlace | null): Pick<EventDetail, 'queueId' | 'position'> {
  return place === null ? {} : { queueId: place.queue.id, position: place.item.position };
}

function settleQueues(
  deps: GradingDeps,
  raterId: number,
  item: { readonly promptId: number; readonly modelAId: number; readonly modelBId: number | null },
  place: QueuePlace | null,
): void {
  recountItem(deps.db, item);
  if (place !== null) advanceCursor(deps.db, { queueId: place.queue.id, raterId });
}
