import { getDraft } from '../../db/repositories/drafts.ts';
import { currentGrades } from '../../db/repositories/grading.ts';
import { getPrompt } from '../../db/repositories/prompts.ts';
import { countLeft, itemAt, nextQueueItem, type QueueItem } from '../../db/repositories/queue-items.ts';
import { getQueue, type Queue } from '../../db/repositories/queues.ts';
import { queueProgress, type QueueProgress } from '../../db/repositories/queue-progress.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { listResponses } from '../../db/repositories/responses.ts';
import type { Frozen } from '../contract/method.ts';
import type { queueItem } from '../contract/queues.ts';
import type { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { viewEvent } from './event-view.ts';
import type { GradingDeps } from './grading-deps.ts';
import type { MaskedText } from './mask-identity.ts';
import { requireServed } from './queue-context.ts';
import { projectMasker, visible } from './shown-texts.ts';
import { getTask, rubricOf } from './tasks.ts';
import { itemReason, whySentence, type ItemReason } from './why-item.ts';

/** Serves items of queues: blind, sides by chance and the same whenever an item is shown to the same rater. */
export type ServedItem = Frozen<z.output<typeof queueItem>>;

export function nextInQueue(
  deps: GradingDeps,
  input: {
    readonly queueId: number;
    readonly rater: string;
    readonly afterPosition: number;
    readonly countsRemaining: boolean;
  },
): { readonly item: ServedItem | null; readonly remaining: number | null } {
  const { db } = deps;
  const raterId = ensureRater(db, input.rater, 'person');
  const queue = requireServed(db, input.queueId, raterId);
  const asker = { queueId: queue.id, raterId };
  const remaining = input.countsRemaining ? countLeft(db, asker) : null;
  const next = nextQueueItem(db, asker, input.afterPosition);
  return {
    item: next === null ? null : serve(deps, queue, next, { id: raterId, name: input.rater }),
    remaining,
  };
}

/** An item by its place, also one that is graded: to go back to. */
export function itemInQueue(
  deps: GradingDeps,
  input: { readonly queueId: number; readonly rater: string; readonly position: number },
): ServedItem {
  const raterId = ensureRater(deps.db, input.rater, 'person');
  const queue = requireServed(deps.db, input.queueId, raterId);
  const item = itemAt(deps.db, queue.id, input.position);
  if (item !== null) return serve(deps, queue, item, { id: raterId, name: input.rater });
  throw new AppError('not-found', `The queue “${queue.name}” has no item ${input.position}.`);
}

export function progressInQueue(
  deps: GradingDeps,
  input: { readonly queueId: number; readonly rater: string },
): QueueProgress & { readonly remaining: number } {
  const raterId = ensureRater(deps.db, input.rater, 'person');
  const queue = getQueue(deps.db, input.queueId);
  const asker = { queueId: queue.id, raterId };
  return { ...queueProgress(deps.db, asker), remaining: countLeft(deps.db, asker) };
}

interface Who {
  readonly id: number;
  readonly name: string;
}

function serve(deps: GradingDeps, queue: Queue, item: QueueItem, rater: Who): ServedItem {
  const { db } = deps;
  const task = getTask(db, queue.taskId);
  const prompt = getPrompt(db, item.promptId);
  if (prompt === null)
    throw new AppError('damaged', `The queue “${queue.name}” names a prompt that is gone.`);
  const shownLeft = item.modelBId === null ? null : sideOf(queue, item, rater.name);
  const masker = projectMasker(db);
  const mask = (text: string): MaskedText => masker(text, prompt.text);
  const responses = listResponses(db, item.promptId);
  const show = (modelId: number): ServedItem['left'] => {
    const response = responses.find((each) => each.modelId === modelId);
    if (response === undefined) {
      throw new AppError('damaged', `The queue “${queue.name}” names a response that is gone.`);
    }
    const { previousText } = response;
    return {
      responseId: response.id,
      ...visible(mask(response.text ?? '')),
      previous: previousText === null ? null : visible(mask(previousText)),
    };
  };
  const a = show(item.modelAId);
  const b = item.modelBId === null ? null : show(item.modelBId);
  const left = b !== null && shownLeft === 'b' ? b : a;
  const right = b === null ? null : shownLeft === 'b' ? a : b;
  const scope = { taskId: queue.taskId, checkId: item.checkId };
  const own = currentGrades(db, item, { ...scope, raterId: rater.id }).findLast(
    (event) => queue.kind !== 'adjudication' || event.action === 'adjudicate',
  );
  const current = own === undefined ? null : viewEvent(db, own, shownLeft);
  return {
    queueId: queue.id,
    position: item.position,
    promptId: item.promptId,
    prompt: prompt.text,
    category: prompt.category,
    language: prompt.language,
    reference: task.showsReference ? prompt.reference : null,
    item:
      right === null
        ? { kind: 'single', responseId: left.responseId }
        : { kind: 'pair', leftId: left.responseId, rightId: right.responseId },
    left,
    right,
    criteria: rubricOf(db, task.id, task.form, item.promptId).criteria,
    why: whyOf(db, queue, item),
    draft: toRecord(getDraft(db, rater.id, item)?.draft),
    current:
      current === null || current.grade === null ? null : { eventId: current.eventId, grade: current.grade },
    grades: queue.kind === 'adjudication' ? givenGrades(deps, item, queue, shownLeft) : [],
  };
}

/** What raters said, on the sides of whoever decides. */
function givenGrades(
  deps: GradingDeps,
  item: QueueItem,
  queue: Queue,
  shownLeft: 'a' | 'b' | null,
): ServedItem['grades'] {
  return currentGrades(deps.db, item, { taskId: queue.taskId })
    .filter((event) => event.action !== 'adjudicate')
    .flatMap((event) => {
      const { eventId, rater, createdMs, grade, comment, spans } = viewEvent(deps.db, event, shownLeft);
      return grade === null
        ? []
        : [
            {
              eventId,
              rater,
              createdMs,
              grade,
              comment,
              spans,
            },
          ];
    });
}

/** Which of the two is shown on the left: by chance, and always the same for this rater. */
function sideOf(queue: Queue, item: QueueItem, rater: string): 'a' | 'b' {
  const seed = deriveSeed(queue.seed, 'side', item.promptId, item.modelAId, item.modelBId ?? 0, rater);
  return createRng(seed).uniform() < 0.5 ? 'b' : 'a';
}

/** A check looks like any other item, and its reason too: that of the item before or after it. */
function whyOf(db: GradingDeps['db'], queue: Queue, item: QueueItem): ServedItem['why'] {
  const shown =
    item.checkId === null
      ? item
      : ([1, -1, 2, -2, 3, -3]
          .map((step) => itemAt(db, queue.id, item.position + step))
          .find((each) => each !== null && each.checkId === null) ?? item);
  const parsed = itemReason.safeParse(shown.reason);
  const reason: ItemReason = parsed.success
    ? parsed.data
    : { propensity: null, lookedAt: null, why: 'random' };
  return { propensity: reason.propensity, lookedAt: reason.lookedAt, sentence: whySentence(reason) };
}

function toRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}
