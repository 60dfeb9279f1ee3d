import { setImmediate } from 'node:timers/promises';
import { getDraft, listDrafts, saveDraft as writeDraft } from '../../db/repositories/drafts.ts';
import { countUngraded, nextUngraded, type GradingQueue } from '../../db/repositories/grading-queue.ts';
import { getModel } from '../../db/repositories/models.ts';
import { lastPromptId } from '../../db/repositories/prompts.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { storeItem, type Item } from './grade.ts';
import type { GradingDeps } from './grading-deps.ts';
import { projectMasker } from './shown-texts.ts';
import { responseFinder } from './grading.ts';

/** What a grader sees: the prompt and two responses, without a word on which model wrote which. */
export interface BlindItem {
  readonly promptId: number;
  readonly prompt: string;
  readonly left: { readonly responseId: number; readonly text: string };
  readonly right: { readonly responseId: number; readonly text: string };
  readonly draft: Readonly<Record<string, unknown>> | null;
  /** The draw left this prompt out: a grade of it is kept and shown, and trains nothing. */
  readonly isLeftOut: boolean;
}

export interface NextInput {
  readonly rater: string;
  readonly models: readonly [string, string];
  readonly seed: number;
  readonly afterPromptId: number;
  /** Also what the draw of a queue left out. */
  readonly includesLeftOut: boolean;
}

/** The first ungraded prompt of a pair in the order of import, sides by chance: the same seed shows the same sides. */
export function nextItem(deps: GradingDeps, input: NextInput): BlindItem | null {
  const { db } = deps;
  const queue = queueOf(deps, input);
  const { modelAId, modelBId } = queue;
  const row = nextUngraded(db, queue, input.afterPromptId);
  if (row === null) return null;
  const draft = getDraft(db, queue.raterId, { promptId: row.promptId, modelAId, modelBId });
  const mask = projectMasker(db);
  const a = { responseId: row.responseAId, text: mask(row.textA, row.prompt).text };
  const b = { responseId: row.responseBId, text: mask(row.textB, row.prompt).text };
  const isSwapped = createRng(deriveSeed(input.seed, 'side', row.promptId)).uniform() < 0.5;
  return {
    promptId: row.promptId,
    prompt: row.prompt,
    left: isSwapped ? b : a,
    right: isSwapped ? a : b,
    draft: draft === null ? null : toRecord(draft.draft),
    isLeftOut: row.isLeftOut,
  };
}

/** So many prompts are looked at between two turns of whoever else asks. */
const COUNTED_AT_ONCE = 10_000;

/** How many prompts of the pair are left to this rater, counted a part at a time: of a million it takes seconds. */
export async function countLeft(deps: GradingDeps, input: Asked): Promise<number> {
  const { db } = deps;
  const queue = queueOf(deps, input);
  const lastId = lastPromptId(db);
  let count = 0;
  for (let fromId = 0; fromId <= lastId; fromId += COUNTED_AT_ONCE) {
    count += countUngraded(db, queue, { fromId, toId: fromId + COUNTED_AT_ONCE - 1 });
    await setImmediate();
    if (!db.open) throw new AppError('cancelled', 'The project was closed while its prompts were counted.');
  }
  return count;
}

type Asked = Pick<NextInput, 'rater' | 'models' | 'includesLeftOut'>;

function queueOf({ db }: GradingDeps, { rater, models, includesLeftOut }: Asked): GradingQueue {
  const ids = models.map((name) => getModel(db, name).id);
  const pair = { modelAId: Math.min(...ids), modelBId: Math.max(...ids) };
  if (pair.modelAId === pair.modelBId) throw new AppError('usage', 'A pair is two different models.');
  return { ...pair, raterId: ensureRater(db, rater, 'person'), includesLeftOut };
}

/** Keeps an unfinished grade; the newest replaces the one before. Answers when. */
export function saveDraft(
  deps: GradingDeps,
  input: { readonly rater: string; readonly item: Item; readonly draft: unknown },
): number {
  return inTransaction(deps.db, () => {
    const raterId = ensureRater(deps.db, input.rater, 'person');
    const { promptId, modelAId, modelBId } = storeItem(input.item, responseFinder(deps.db));
    const updatedMs = deps.clock();
    writeDraft(deps.db, raterId, { promptId, modelAId, modelBId, draft: input.draft, updatedMs });
    return updatedMs;
  });
}

export interface Draft {
  readonly promptId: number;
  readonly item: Item;
  readonly draft: Readonly<Record<string, unknown>>;
  readonly updatedMs: number;
}

/** A rater's unfinished grades, newest first. */
export function draftsOf(deps: GradingDeps, rater: string): readonly Draft[] {
  const raterId = ensureRater(deps.db, rater, 'person');
  return listDrafts(deps.db, raterId).flatMap(({ promptId, responseAId, responseBId, modelBId, ...rest }) => {
    const item = draftItem(responseAId, responseBId, modelBId !== null);
    return item === null ? [] : [{ promptId, item, draft: toRecord(rest.draft), updatedMs: rest.updatedMs }];
  });
}

function draftItem(a: number | null, b: number | null, isPair: boolean): Item | null {
  if (a === null) return null;
  if (!isPair) return { kind: 'single', responseId: a };
  return b === null ? null : { kind: 'pair', leftId: a, rightId: b };
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
