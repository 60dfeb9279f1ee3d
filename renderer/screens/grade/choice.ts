import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';

export type TaskForm = MethodOutput<'queue.task'>['form'];
export type Grade = MethodInput<'grade.submit'>['grade'];
export type ServedItem = NonNullable<MethodOutput<'queue.next'>['item']>;
export type Span = MethodOutput<'grade.submit'>['spans'][number];
export type Verdict = 'left' | 'right' | 'tie';
export type Correctness = 'correct' | 'partly' | 'incorrect';

/** What a person has decided so far about the item on the screen: its draft, as it is. */
export interface Choice {
  readonly verdict: Verdict | null;
  /** From 0 to 1. */
  readonly strength: number | null;
  readonly score: number | null;
  readonly correctness: Correctness | null;
  readonly metIds: readonly string[];
  /** Whether anything was said of the criteria: none met is an answer too. */
  readonly isRated: boolean;
  readonly comment: string;
  readonly spans: readonly Span[];
  readonly categories: readonly string[];
}

export const NOTHING: Choice = {
  verdict: null,
  strength: null,
  score: null,
  correctness: null,
  metIds: [],
  isRated: false,
  comment: '',
  spans: [],
  categories: [],
};

/** Whether the form is answered. */
export function isComplete(choice: Choice, form: TaskForm): boolean {
  switch (form.kind) {
    case 'verdict':
      return choice.verdict !== null;
    case 'score':
      return choice.score !== null;
    case 'correctness':
      return choice.correctness !== null;
    case 'rubric':
      return choice.isRated;
  }
}

/** The grade that a choice says; null where the form is not answered. */
export function gradeOf(
  choice: Choice,
  form: TaskForm,
  item: Pick<ServedItem, 'left' | 'right'>,
): Grade | null {
  const { verdict, strength, score, correctness, metIds } = choice;
  if (!isComplete(choice, form)) return null;
  if (form.kind === 'verdict') {
    if (verdict === null || item.right === null) return null;
    return {
      kind: 'verdict',
      leftId: item.left.responseId,
      rightId: item.right.responseId,
      verdict,
      ...(strength === null || verdict === 'tie' ? {} : { strength }),
    };
  }
  const { responseId } = item.left;
  if (form.kind === 'rubric') return { kind: 'rubric', responseId, metIds };
  if (form.kind === 'score')
    return score === null ? null : { kind: 'score', responseId, score, scale: form.scale };
  return correctness === null ? null : { kind: 'correctness', responseId, correctness };
}

/** A grade that was given, as a choice that can be changed. */
export function choiceOf(grade: ServedItem['grades'][number]['grade'], rest: Partial<Choice> = {}): Choice {
  const base = { ...NOTHING, ...rest };
  switch (grade.kind) {
    case 'verdict':
      return { ...base, verdict: grade.verdict, strength: grade.strength ?? null };
    case 'score':
      return { ...base, score: grade.score };
    case 'correctness':
      return { ...base, correctness: grade.correctness };
    case 'rubric':
      return { ...base, metIds: grade.metIds, isRated: true };
    case 'scores':
      return base;
  }
}

/** A grade with what was said about it, as it is sent; null where it is not complete. */
export function givenBy(
  choice: Choice,
  form: TaskForm,
  item: Parameters<typeof gradeOf>[2],
): Pick<MethodInput<'grade.submit'>, 'grade' | 'comment' | 'spans' | 'categories'> | null {
  const grade = gradeOf(choice, form, item);
  if (grade === null) return null;
  const { comment, spans, categories } = choice;
  return {
    grade,
    ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
    ...(spans.length === 0 ? {} : { spans }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

/** What was said with an event, as a choice that can be changed. */
export function choiceOfEvent({ grade, comment, spans, categories }: MethodOutput<'grade.submit'>): Choice {
  const rest = { comment: comment ?? '', spans, categories };
  return grade === null ? { ...NOTHING, ...rest } : choiceOf(grade, rest);
}

/** The steps of a score form, lowest first; empty where there are too many for keys. */
export function scoreSteps(form: Extract<TaskForm, { kind: 'score' }>): readonly number[] {
  const [lo, hi] = form.scale;
  const count = Math.floor((hi - lo) / form.step + 1e-9) + 1;
  if (count > 11) return [];
  return Array.from({ length: count }, (_, i) => Number((lo + i * form.step).toFixed(6)));
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** A draft as the engine kept it: anything in it that is not as expected is as if it were not there. */
export function readDraft(draft: Readonly<Record<string, unknown>> | null): Choice {
  if (draft === null) return NOTHING;
  const { verdict, strength, score, correctness, metIds, isRated, comment, spans, categories } = draft;
  return {
    verdict: verdict === 'left' || verdict === 'right' || verdict === 'tie' ? verdict : null,
    strength: typeof strength === 'number' ? strength : null,
    score: typeof score === 'number' ? score : null,
    correctness:
      correctness === 'correct' || correctness === 'partly' || correctness === 'incorrect'
        ? correctness
        : null,
    metIds: Array.isArray(metIds) ? metIds.filter(isText) : [],
    isRated: isRated === true,
    comment: isText(comment) ? comment : '',
    spans: Array.isArray(spans) ? spans.flatMap(readSpan) : [],
    categories: Array.isArray(categories) ? categories.filter(isText) : [],
  };
}

function readSpan(value: unknown): readonly Span[] {
  if (typeof value !== 'object' || value === null) return [];
  const { side, start, end, tag, comment } = value as Readonly<Record<string, unknown>>;
  if (side !== 'left' && side !== 'right' && side !== 'single') return [];
  if (typeof start !== 'number' || typeof end !== 'number') return [];
  return [{ side, start, end, ...(isText(tag) ? { tag } : {}), ...(isText(comment) ? { comment } : {}) }];
}
