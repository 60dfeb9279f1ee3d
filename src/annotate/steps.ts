import { lastStep, lastUndone } from '../../db/repositories/grading-steps.ts';
import { currentGrades } from '../../db/repositories/grading.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction, type WritableDb } from '../../db/sqlite.ts';
import { appendGrade, appendRemark } from './append-event.ts';
import { readDetail } from './event-detail.ts';
import { viewEvent, type GradingEvent } from './event-view.ts';
import { itemOf, storeItem } from './grade.ts';
import type { GradingDeps } from './grading-deps.ts';
import { requireEvent, responseFinder, undoGrade } from './grading.ts';
import { requirePlace } from './queue-context.ts';

/** Undo and redo over a rater's own steps, newest first, whenever they were done. */
export interface Steps {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

export interface Stepped extends Steps {
  /** Null where there was nothing to take back or do again. */
  readonly event: GradingEvent | null;
}

export function stepsOf(deps: GradingDeps, rater: string): Steps {
  const raterId = ensureRater(deps.db, rater, 'person');
  return readSteps(deps.db, raterId);
}

export function undoLast(deps: GradingDeps, rater: string): Stepped {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, rater, 'person');
    const targetId = lastStep(deps.db, raterId);
    if (targetId === null) return { event: null, ...readSteps(deps.db, raterId) };
    undoGrade(deps, { rater, targetId });
    return { event: viewEvent(deps.db, requireEvent(deps.db, targetId)), ...readSteps(deps.db, raterId) };
  });
}

/** Does the step again as a new event that says which undo it takes back. */
export function redoLast(deps: GradingDeps, rater: string): Stepped {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const raterId = ensureRater(db, rater, 'person');
    const undone = lastUndone(db, raterId);
    const id = undone === null ? null : redo(deps, raterId, undone);
    const event = id === null ? null : viewEvent(db, requireEvent(db, id));
    return { event, ...readSteps(db, raterId) };
  });
}

function redo(
  deps: GradingDeps,
  raterId: number,
  { undoId, targetId }: { readonly undoId: string; readonly targetId: string },
): string | null {
  const { db } = deps;
  const stored = requireEvent(db, targetId);
  const detail = readDetail(stored.detail);
  const { modelAId, modelBId, promptId } = stored;
  if (modelAId === null) return null;
  const shownLeft = modelBId === null ? null : (detail.shownLeft ?? 'a');
  const item = { promptId, modelAId, modelBId, shownLeft };
  const place = detail.queueId === undefined ? null : requirePlace(db, detail.queueId, raterId, item);
  if (stored.action === 'skip' || stored.action === 'flag') {
    return appendRemark(deps, {
      raterId,
      item,
      place,
      action: stored.action,
      reason: detail.reason ?? '',
      redoOf: undoId,
    });
  }
  const shown = viewEvent(db, stored);
  if (shown.grade === null || stored.action === 'undo') return null;
  const { taskId, checkId } = stored;
  // The grade that a revision replaced is in force again, under whatever id it was last given.
  const replaced = currentGrades(db, item, { raterId, taskId, checkId }).at(-1)?.id ?? null;
  const isRevision = stored.action === 'revise' && replaced !== null;
  return appendGrade(deps, {
    raterId,
    item: { ...storeItem(itemOf(shown.grade), responseFinder(db)), shownLeft },
    grade: shown.grade,
    action: isRevision ? 'revise' : stored.action === 'adjudicate' ? 'adjudicate' : 'submit',
    targetId: isRevision ? replaced : null,
    place,
    taskId,
    checkId,
    basedOn: shown.basedOn,
    latencyMs: detail.latencyMs,
    comment: detail.comment,
    spans: shown.spans,
    categories: detail.categories,
    redoOf: undoId,
  });
}

function readSteps(db: WritableDb, raterId: number): Steps {
  return { canUndo: lastStep(db, raterId) !== null, canRedo: lastUndone(db, raterId) !== null };
}
