import type { GradingEvent as StoredEvent } from '../../db/repositories/grading.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { readDetail } from './event-detail.ts';
import { showGrade, type Grade } from './grade.ts';
import { shownTexts } from './shown-texts.ts';
import { showSpans, type ShownSpan } from './spans.ts';

/** An event as people see it: responses on the sides on which they were shown, and no word on which model wrote which. */
export interface GradingEvent {
  readonly eventId: string;
  readonly createdMs: number;
  readonly rater: string;
  readonly promptId: number;
  readonly action: StoredEvent['action'];
  readonly targetId: string | null;
  readonly grade: Grade | null;
  /** In force: neither revised nor undone since. */
  readonly isCurrent: boolean;
  /** Of a skip or a flag. */
  readonly reason: string | null;
  readonly taskId: string | null;
  readonly queueId: number | null;
  readonly position: number | null;
  readonly latencyMs: number | null;
  readonly comment: string | null;
  readonly spans: readonly ShownSpan[];
  readonly categories: readonly string[];
  readonly basedOn: readonly string[];
}

/** @param onSides another side for the first model than it was shown on: an adjudicator's. */
export function viewEvent(db: ReadableDb, stored: StoredEvent, onSides?: 'a' | 'b' | null): GradingEvent {
  const detail = readDetail(stored.detail);
  const shownLeft = onSides ?? detail.shownLeft ?? 'a';
  const { modelAId, modelBId } = stored;
  return {
    eventId: stored.id,
    createdMs: stored.createdMs,
    rater: stored.rater,
    promptId: stored.promptId,
    action: stored.action,
    targetId: stored.targetId,
    grade: showGrade(stored, {
      isPair: modelBId !== null,
      a: stored.responseAId,
      b: stored.responseBId,
      shownLeft,
      correctness: detail.correctness,
      criteria: detail.criteria,
    }),
    isCurrent: stored.isCurrent,
    reason: detail.reason ?? null,
    taskId: stored.taskId,
    queueId: detail.queueId ?? null,
    position: detail.position ?? null,
    latencyMs: detail.latencyMs ?? null,
    comment: detail.comment ?? null,
    // Their places depend on what was hidden: the texts are read only where there are any.
    spans:
      detail.spans === undefined || detail.spans.length === 0 || modelAId === null
        ? []
        : showSpans(
            detail.spans,
            shownTexts(
              db,
              { promptId: stored.promptId, modelAId, modelBId },
              modelBId === null ? null : shownLeft,
            ),
          ),
    categories: detail.categories ?? [],
    basedOn: detail.basedOn ?? [],
  };
}
