import { insertCheck, listChecks, type AttentionCheck } from '../../db/repositories/attention-checks.ts';
import { currentGrades, type GradingEvent } from '../../db/repositories/grading.ts';
import { promptTexts } from '../../db/repositories/prompt-texts.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import { z } from '../contract/zod.ts';
import { checkForm } from './check-form.ts';
import { itemOf, storeGrade, storeItem, type Grade } from './grade.ts';
import type { GradingDeps } from './grading-deps.ts';
import { responseFinder } from './grading.ts';
import { getTask, rubricOf } from './tasks.ts';

const EXCERPT = 240;

/** The right answer, in the stored order. */
const knownAnswer = z.object({
  scoreA: z.number().nullable(),
  scoreB: z.number().nullable(),
  verdict: z.enum(['a', 'b', 'tie']).nullable(),
  tolerance: z.number(),
});

export const checksOf = listChecks;

/** Keeps an item with its right answer, to be mixed into queues of the task. */
export function addCheck(
  deps: GradingDeps,
  input: { readonly taskId: string; readonly grade: Grade; readonly tolerance: number },
): string {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const task = getTask(db, input.taskId);
    const { shownLeft, ...item } = storeItem(itemOf(input.grade), responseFinder(db));
    const { criteria } = rubricOf(db, task.id, task.form, item.promptId);
    const graded = checkForm(task.form, input.grade, criteria);
    const { scoreA, scoreB, verdict } = storeGrade(input.grade, shownLeft, graded);
    const id = deps.newId();
    const answer = { scoreA, scoreB, verdict, tolerance: input.tolerance };
    insertCheck(db, { id, taskId: task.id, ...item, answer, createdMs: deps.clock() });
    return id;
  });
}

export interface CheckAnswers {
  readonly checkId: string;
  readonly promptId: number;
  /** The first characters. */
  readonly prompt: string;
  readonly answers: number;
  readonly passed: number;
}

export function checkResults(db: ReadableDb, taskId: string): readonly CheckAnswers[] {
  getTask(db, taskId);
  const checks = listChecks(db, taskId);
  const texts = promptTexts(
    db,
    checks.map((check) => check.promptId),
  );
  return checks.map((check) => {
    const answers = answersTo(db, check);
    return {
      checkId: check.id,
      promptId: check.promptId,
      prompt: (texts.get(check.promptId)?.text ?? '').slice(0, EXCERPT),
      answers: answers.length,
      passed: answers.filter((answer) => isPassed(check, answer)).length,
    };
  });
}

/** The answers of all raters that stand. */
export function answersTo(db: ReadableDb, check: AttentionCheck): readonly GradingEvent[] {
  return currentGrades(db, check, { checkId: check.id });
}

/** False too where the answer is not known here, as in a pack. */
export function isPassed(check: AttentionCheck, given: GradingEvent): boolean {
  const parsed = knownAnswer.safeParse(check.answer);
  if (!parsed.success) return false;
  const { verdict, scoreA, scoreB, tolerance } = parsed.data;
  if (verdict !== null) return given.verdict === verdict;
  const isNear = (known: number | null, said: number | null): boolean =>
    known === null ? said === null : said !== null && Math.abs(known - said) <= tolerance + 1e-12;
  return isNear(scoreA, given.scoreA) && isNear(scoreB, given.scoreB);
}
