import { disagreedItems } from '../../db/repositories/disagreements.ts';
import { currentGrades, listGradingEvents, type GradingItem } from '../../db/repositories/grading.ts';
import { promptTexts } from '../../db/repositories/prompt-texts.ts';
import { getPrompt } from '../../db/repositories/prompts.ts';
import { listResponses } from '../../db/repositories/responses.ts';
import { promptDraw, promptQueues } from '../../db/repositories/review-grades.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { disagreement, reviewedItem } from '../contract/review.ts';
import type { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { viewEvent, type GradingEvent } from './event-view.ts';
import { storeItem, type Item } from './grade.ts';
import { responseFinder } from './grading.ts';
import { projectMasker, visible } from './shown-texts.ts';
import { getTask, rubricOf } from './tasks.ts';
import { itemReason, whySentence } from './why-item.ts';

const EXCERPT = 240;
const MAX_EVENTS = 10_000;

/** What raters disagree on: what nobody decided, or what somebody did. */
export function disagreements(
  db: ReadableDb,
  input: {
    readonly taskId: string;
    readonly isDecided: boolean;
    readonly limit: number;
    readonly offset: number;
  },
): { readonly total: number; readonly items: readonly Frozen<z.output<typeof disagreement>>[] } {
  const { form } = getTask(db, input.taskId);
  const all = disagreedItems(db, input.taskId, input.isDecided);
  const page = all.slice(input.offset, input.offset + input.limit);
  const texts = promptTexts(
    db,
    page.map((item) => item.promptId),
  );
  // Verdicts and differences of scores lie two apart at most.
  const widest = form.kind === 'verdict' ? 2 : 1;
  return {
    total: all.length,
    items: page.map((item) => ({
      promptId: item.promptId,
      item: shownItem(db, item),
      prompt: (texts.get(item.promptId)?.text ?? '').slice(0, EXCERPT),
      category: texts.get(item.promptId)?.category ?? null,
      raters: item.raters,
      distance: Math.min(1, item.distance / widest),
      grades: givenGrades(db, item, input.taskId),
    })),
  };
}

/** One item with its texts, on the sides on which it is listed, and every grade of the task in force. */
export function gradedForReview(
  db: ReadableDb,
  input: { readonly taskId: string; readonly item: Item },
): Frozen<z.output<typeof reviewedItem>> {
  const task = getTask(db, input.taskId);
  const item = storeItem(input.item, responseFinder(db));
  const prompt = getPrompt(db, item.promptId);
  if (prompt === null) throw new AppError('damaged', `The prompt ${item.promptId} of a response is gone.`);
  const mask = projectMasker(db);
  const responses = listResponses(db, item.promptId);
  const show = (responseId: number): Frozen<z.output<typeof reviewedItem>>['left'] => {
    const response = responses.find((each) => each.id === responseId);
    const previous = response?.previousText ?? null;
    return {
      responseId,
      ...visible(mask(response?.text ?? '', prompt.text)),
      previous: previous === null ? null : visible(mask(previous, prompt.text)),
    };
  };
  const shown = shownItem(db, item);
  return {
    promptId: item.promptId,
    prompt: prompt.text,
    category: prompt.category,
    reference: prompt.reference,
    item: shown,
    left: show(shown.kind === 'single' ? shown.responseId : shown.leftId),
    right: shown.kind === 'single' ? null : show(shown.rightId),
    criteria: rubricOf(db, task.id, task.form, item.promptId).criteria,
    grades: givenGrades(db, item, task.id),
  };
}

/** Which model is on the left: by chance for each item, so that reviewing tells nobody which model is which. */
function sideOf({ promptId, modelAId, modelBId }: GradingItem): 'a' | 'b' {
  const seed = deriveSeed(0, 'review side', promptId, modelAId, modelBId ?? 0);
  return createRng(seed).uniform() < 0.5 ? 'b' : 'a';
}

function shownItem(db: ReadableDb, item: GradingItem): Item {
  const responses = listResponses(db, item.promptId);
  const idOf = (modelId: number): number => {
    const response = responses.find((each) => each.modelId === modelId);
    if (response !== undefined) return response.id;
    throw new AppError('damaged', `A response to the prompt ${item.promptId} was graded and is gone.`);
  };
  const a = idOf(item.modelAId);
  if (item.modelBId === null) return { kind: 'single', responseId: a };
  const b = idOf(item.modelBId);
  return sideOf(item) === 'a'
    ? { kind: 'pair', leftId: a, rightId: b }
    : { kind: 'pair', leftId: b, rightId: a };
}

function givenGrades(
  db: ReadableDb,
  item: GradingItem,
  taskId: string,
): Frozen<z.output<typeof reviewedItem>>['grades'] {
  return currentGrades(db, item, { taskId }).map((event) => {
    const { eventId, rater, createdMs, action, grade, comment, spans, basedOn } = viewEvent(
      db,
      event,
      sideOf(item),
    );
    return { eventId, rater, createdMs, action, grade, comment, spans, basedOn };
  });
}

export interface ItemHistory {
  readonly promptId: number;
  readonly draw: ReturnType<typeof promptDraw>;
  readonly queues: readonly (Omit<ReturnType<typeof promptQueues>[number], 'reason'> & {
    readonly why: string;
  })[];
  readonly events: readonly GradingEvent[];
}

/** Everything that happened to a prompt, oldest event first. */
export function itemHistory(db: ReadableDb, promptId: number): ItemHistory {
  if (getPrompt(db, promptId) === null) {
    throw new AppError('not-found', `There is no prompt ${promptId} in this project.`);
  }
  return {
    promptId,
    draw: promptDraw(db, promptId),
    queues: promptQueues(db, promptId).map(({ reason, ...place }) => {
      const parsed = itemReason.safeParse(reason);
      return { ...place, why: parsed.success ? whySentence(parsed.data) : 'An attention check.' };
    }),
    events: listGradingEvents(db, { promptId, limit: MAX_EVENTS })
      .map((event) => viewEvent(db, event))
      .reverse(),
  };
}
