import type { GradedCriterion, GradedSpan, GoldDetail } from './canonical.ts';
import {
  optionalArray,
  optionalName,
  optionalOneOf,
  optionalString,
  requireCount,
  requireName,
  requireNumber,
  requireObject,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';

/**
 * What a person said beside the grade itself: which criteria were met, marks in the texts, categories. Read from an entry of
 * `grades` and written to one, in the names of the file.
 */
type Said = Pick<GoldDetail, 'task' | 'shownLeft' | 'correctness' | 'categories' | 'criteria' | 'spans'>;

/** The same as fields of an entry; absent ones are left out. */
export interface SaidFields {
  readonly task?: string | undefined;
  /** Which of the two was shown on the left. */
  readonly shown_left?: 'a' | 'b' | undefined;
  readonly correctness?: Correctness | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly criteria?:
    readonly { readonly id: string; readonly points: number; readonly is_met: boolean }[] | undefined;
  readonly spans?: readonly GradedSpan[] | undefined;
}

const CORRECTNESS = ['correct', 'partly', 'incorrect'] as const;
const SIDES = ['a', 'b'] as const;
export type Correctness = (typeof CORRECTNESS)[number];

/** Throws RowError. */
export function readSaidFields(entry: JsonObject, prefix: string): Said {
  const categories = optionalArray(entry, 'categories', prefix);
  const criteria = optionalArray(entry, 'criteria', prefix);
  const spans = optionalArray(entry, 'spans', prefix);
  return {
    task: optionalName(entry, 'task', prefix),
    shownLeft: optionalOneOf(entry, 'shown_left', SIDES, prefix),
    correctness: optionalOneOf(entry, 'correctness', CORRECTNESS, prefix),
    categories: orNull(categories.map((name, i) => requireName(name, `${prefix}categories[${i}]`))),
    criteria: orNull(criteria.map((value, i) => readCriterion(value, `${prefix}criteria[${i}]`))),
    spans: orNull(spans.map((value, i) => readSpan(value, `${prefix}spans[${i}]`))),
  };
}

/** As `readSaidFields` reads them. */
export function writeSaidFields(said: Partial<Said>): SaidFields {
  return {
    task: said.task ?? undefined,
    shown_left: said.shownLeft ?? undefined,
    correctness: said.correctness ?? undefined,
    categories: said.categories ?? undefined,
    criteria: said.criteria?.map(({ id, points, isMet }) => ({ id, points, is_met: isMet })),
    spans: said.spans ?? undefined,
  };
}

/**
 * HealthBench's score of a response: points of the criteria met / sum of the positive points. Not clipped: below 0 where
 * faults outweigh. NaN where no criterion has positive points.
 */
export function rubricScore(criteria: readonly Pick<GradedCriterion, 'points' | 'isMet'>[]): number {
  const met = criteria.reduce((sum, each) => sum + (each.isMet ? each.points : 0), 0);
  const possible = criteria.reduce((sum, each) => sum + Math.max(0, each.points), 0);
  return possible > 0 ? met / possible : Number.NaN;
}

/** A rubric's score is what its criteria come to, and has no lower end. */
export function requireRubricScore(
  score: number | null,
  criteria: readonly GradedCriterion[],
  field: string,
): void {
  const expected = rubricScore(criteria);
  if (score !== null && Math.abs(score - expected) <= 1e-9) return;
  throw new RowError(field, 'expected the score that the criteria come to, found another');
}

function readCriterion(value: unknown, field: string): GradedCriterion {
  const given = requireObject(value, field);
  if (typeof given['is_met'] !== 'boolean')
    throw new RowError(`${field}.is_met`, 'true or false', given['is_met']);
  return {
    id: requireName(given['id'], `${field}.id`),
    points: requireNumber(given['points'], `${field}.points`),
    isMet: given['is_met'],
  };
}

function readSpan(value: unknown, field: string): GradedSpan {
  const given = requireObject(value, field);
  const start = requireCount(given['start'], `${field}.start`);
  const end = requireCount(given['end'], `${field}.end`);
  if (end <= start) throw new RowError(`${field}.end`, 'expected a place after the start, found one before');
  const tag = optionalString(given, 'tag', `${field}.`);
  const comment = optionalString(given, 'comment', `${field}.`);
  return {
    side: optionalOneOf(given, 'side', SIDES, `${field}.`) ?? 'a',
    start,
    end,
    ...(tag === null ? {} : { tag }),
    ...(comment === null ? {} : { comment }),
  };
}

function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}
