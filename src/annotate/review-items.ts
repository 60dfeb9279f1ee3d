import { disagreedItems } from '../../db/repositories/disagreements.ts';
import { currentGrades, listGradingEvents } from '../../db/repositories/grading.ts';
import { promptTexts } from '../../db/repositories/prompt-texts.ts';
import { getPrompt } from '../../db/repositories/prompts.ts';
import { promptDraw, promptQueues } from '../../db/repositories/review-grades.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { disagreement } from '../contract/review.ts';
import type { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import { viewEvent, type GradingEvent } from './event-view.ts';
import { getTask } from './tasks.ts';
import { itemReason, whySentence } from './why-item.ts';

const EXCERPT = 240;
const MAX_EVENTS = 10_000;

/** What raters disagree on and nobody decided. */
export function disagreements(
  db: ReadableDb,
  input: { readonly taskId: string; readonly limit: number; readonly offset: number },
): { readonly total: number; readonly items: readonly Frozen<z.output<typeof disagreement>>[] } {
  const { form } = getTask(db, input.taskId);
  const all = disagreedItems(db, input.taskId);
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
      prompt: (texts.get(item.promptId)?.text ?? '').slice(0, EXCERPT),
      category: texts.get(item.promptId)?.category ?? null,
      raters: item.raters,
      distance: Math.min(1, item.distance / widest),
      grades: currentGrades(db, item, { taskId: input.taskId }).map((event) => {
        const { eventId, rater, createdMs, action, grade, comment, spans } = viewEvent(db, event, 'a');
        return { eventId, rater, createdMs, action, grade, comment, spans };
      }),
    })),
  };
}

export interface ItemHistory {
  readonly promptId: number;
  readonly draw: ReturnType<typeof promptDraw>;
  readonly queues: readonly {
    readonly queueId: number;
    readonly name: string;
    readonly position: number;
    readonly why: string;
  }[];
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
