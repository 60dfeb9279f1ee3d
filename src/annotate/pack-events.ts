import type { GradingEvent, NewGradingEvent } from '../../db/repositories/grading.ts';
import { findQueueItem, type QueueItem } from '../../db/repositories/queue-items.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import { checkForm } from './check-form.ts';
import { eventDetail, readDetail, type EventDetail } from './event-detail.ts';
import { showGrade, storeGrade } from './grade.ts';
import { createMasker, toOriginal, type MaskedText } from './mask-identity.ts';
import type { TrustedPack } from './pack-open.ts';
import { shownTexts } from './shown-texts.ts';
import { getTask, rubricOf } from './tasks.ts';

const ACTIONS = new Set(['submit', 'revise', 'undo', 'skip', 'flag']);

/**
 * The events of a pack as they belong into its project: marks in the texts moved to the texts as they are stored here, and
 * answers to checks told from grades. A signature covers what was given out and not what a rater did, so every event is
 * looked at as if a stranger had sent it: `invalid-input`, and nothing is merged.
 */
export function packEvents(
  db: ReadableDb,
  { pack, exported }: TrustedPack,
  events: readonly GradingEvent[],
): readonly NewGradingEvent[] {
  const task = getTask(db, pack.taskId);
  const masker = createMasker(exported.hiddenNames);
  const known = new Set(events.map((event) => event.id));

  function place(event: GradingEvent): QueueItem {
    const { promptId, modelAId, modelBId } = event;
    const item = modelAId === null ? null : findQueueItem(db, pack.queueId, { promptId, modelAId, modelBId });
    return item ?? refuse(event, 'is about an item that is not in the pack');
  }

  return events.map((event) => {
    if (!ACTIONS.has(event.action)) refuse(event, `is an event of the kind ${event.action}`);
    if (event.raterId !== pack.raterId) refuse(event, 'is another rater’s');
    if (event.importId !== null || event.importKey !== null) refuse(event, 'says that it was imported');
    const hasTarget = event.action === 'revise' || event.action === 'undo';
    if (hasTarget !== (event.targetId !== null)) refuse(event, 'does not say what it is about');
    if (event.targetId !== null && !known.has(event.targetId))
      refuse(event, 'is about an event that is not in the pack');
    const item = place(event);
    const detail = readStrictly(event);
    const texts = shownTexts(db, item, detail.shownLeft ?? null, masker);
    if (event.action === 'submit' || event.action === 'revise') {
      requireGrade(event, detail, () => rubricOf(db, task.id, task.form, item.promptId).criteria, task.form);
    }
    return {
      id: event.id,
      createdMs: event.createdMs,
      raterId: event.raterId,
      promptId: event.promptId,
      action: event.action,
      targetId: event.targetId,
      modelAId: event.modelAId,
      modelBId: event.modelBId,
      scoreA: event.scoreA,
      scoreB: event.scoreB,
      verdict: event.verdict,
      strength: event.strength,
      scale: event.scale,
      goldKind: event.action === 'submit' || event.action === 'revise' ? 'human_expert' : null,
      taskId: pack.taskId,
      checkId: item.checkId,
      detail: event.detail === null ? null : moveSpans(detail, texts.a, texts.b),
    };
  });
}

/** The grade that the columns say must be one that the form could have given. */
function requireGrade(
  event: GradingEvent,
  detail: EventDetail,
  criteria: () => Parameters<typeof checkForm>[2],
  form: Parameters<typeof checkForm>[0],
): void {
  const shownLeft = event.modelBId === null ? null : (detail.shownLeft ?? 'a');
  const grade = showGrade(event, {
    isPair: event.modelBId !== null,
    a: 1,
    b: event.modelBId === null ? null : 2,
    shownLeft: shownLeft ?? 'a',
    correctness: detail.correctness,
    criteria: detail.criteria,
  });
  if (grade === null) return refuse(event, 'holds no grade');
  try {
    const stored = storeGrade(grade, shownLeft, checkForm(form, grade, criteria()));
    const isSame =
      stored.scoreA === event.scoreA && stored.scoreB === event.scoreB && stored.verdict === event.verdict;
    if (!isSame) refuse(event, 'holds a score that its criteria do not come to');
  } catch (error) {
    if (error instanceof AppError && error.details?.['packEvent'] === undefined) refuse(event, error.message);
    throw error;
  }
}

function readStrictly(event: GradingEvent): EventDetail {
  if (event.detail === null) return {};
  return eventDetail.safeParse(event.detail).success
    ? readDetail(event.detail)
    : refuse(event, 'has details of another shape');
}

/** A pack holds the texts as they were shown: what was marked there is moved to the texts as they are stored. */
function moveSpans(detail: EventDetail, a: MaskedText, b: MaskedText | null): EventDetail {
  if (detail.spans === undefined) return detail;
  const spans = detail.spans.map((span) => {
    const text = span.side === 'a' ? a : (b ?? a);
    return { ...span, start: toOriginal(text, span.start, 'start'), end: toOriginal(text, span.end, 'end') };
  });
  return { ...detail, spans };
}

function refuse(event: GradingEvent, why: string): never {
  throw new AppError('invalid-input', `The pack was not merged: its event ${event.id} ${why}.`, {
    details: { packEvent: event.id },
  });
}
