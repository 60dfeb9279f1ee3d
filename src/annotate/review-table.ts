import type { ReviewGrade } from '../../db/repositories/review-grades.ts';
import type { Ratings } from '../stats/agreement.ts';
import { readDetail } from './event-detail.ts';

/** Grades as numbers: a verdict 1 (first model), 0 or −1; scores as shares of their scale, a pair of them as a difference. */
export function valueOf(grade: ReviewGrade): number {
  const { scoreA, scoreB, scaleLo, scaleHi, verdict } = grade;
  const lo = scaleLo ?? 0;
  const width = (scaleHi ?? 1) - lo;
  // Scores that a person gave as equal must be equal numbers.
  const round = (value: number): number => Math.round(value * 1e9) / 1e9;
  if (scoreA !== null && scoreB !== null) return round((scoreA - scoreB) / width);
  if (scoreA !== null) return round((scoreA - lo) / width);
  return verdict === null ? Number.NaN : verdict === 'a' ? 1 : verdict === 'b' ? -1 : 0;
}

/** What raters said about each item: one row an item, one column a rater. */
export interface ReviewTable {
  readonly raters: readonly string[];
  readonly keys: readonly string[];
  /** The first grade of each item, to know what it is about. */
  readonly about: readonly ReviewGrade[];
  readonly ratings: Ratings;
  /** A decision where there is one; NaN elsewhere. */
  readonly decided: Float64Array;
}

export function itemKey(item: {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number | null;
}): string {
  return `${item.promptId}/${item.modelAId}/${item.modelBId ?? 0}`;
}

/** A rater's latest grade of an item counts. @param value what of a grade is compared; NaN leaves it out. */
export function reviewTable(
  grades: readonly ReviewGrade[],
  value: (grade: ReviewGrade) => number = valueOf,
): ReviewTable {
  const raters = [...new Set(grades.filter((each) => !each.isAdjudicated).map((each) => each.rater))].sort();
  const about = new Map<string, ReviewGrade>();
  for (const grade of grades) if (!about.has(itemKey(grade))) about.set(itemKey(grade), grade);
  const keys = [...about.keys()];
  const rowOf = new Map(keys.map((key, row) => [key, row]));
  const columnOf = new Map(raters.map((rater, column) => [rater, column]));
  const values = new Float64Array(keys.length * raters.length).fill(Number.NaN);
  const decided = new Float64Array(keys.length).fill(Number.NaN);
  for (const grade of grades) {
    const row = rowOf.get(itemKey(grade)) ?? 0;
    const column = columnOf.get(grade.rater);
    if (grade.isAdjudicated) decided[row] = value(grade);
    else if (column !== undefined) values[row * raters.length + column] = value(grade);
  }
  return {
    raters,
    keys,
    about: [...about.values()],
    ratings: { items: keys.length, raters: raters.length, values },
    decided,
  };
}

/** Whether a criterion of a rubric was met: 1 or 0; NaN where the grade does not know it. */
export function criterionValue(criterionId: string): (grade: ReviewGrade) => number {
  return (grade) => {
    const criterion = readDetail(grade.detail).criteria?.find((each) => each.id === criterionId);
    return criterion === undefined ? Number.NaN : Number(criterion.isMet);
  };
}

/**
 * What raters agree on, item by item: the decision, else the value that most gave (a tie between values: their mean, for
 * scores; no consensus for verdicts). `without` leaves one rater out.
 */
export function consensus(table: ReviewTable, isVerdict: boolean, without?: string): Float64Array {
  const { raters, ratings, decided } = table;
  const left = without === undefined ? -1 : raters.indexOf(without);
  return Float64Array.from({ length: ratings.items }, (_, row) => {
    if (!Number.isNaN(decided[row])) return decided[row];
    const given = raters
      .map((_rater, column) => (column === left ? Number.NaN : ratings.values[row * raters.length + column]))
      .filter((value) => !Number.isNaN(value));
    return given.length === 0 ? Number.NaN : isVerdict ? majority(given) : mean(given);
  });
}

function majority(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const winners = [...counts].filter(([, count]) => count === most);
  return winners.length === 1 ? winners[0][0] : Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two columns as ratings of two raters. */
export function sideBySide(a: Float64Array, b: Float64Array): Ratings {
  return {
    items: a.length,
    raters: 2,
    values: Float64Array.from({ length: 2 * a.length }, (_, i) => (i % 2 === 0 ? a[i >> 1] : b[i >> 1])),
  };
}

export function columnOf(table: ReviewTable, rater: string): Float64Array {
  const { raters, ratings } = table;
  const column = raters.indexOf(rater);
  return Float64Array.from(
    { length: ratings.items },
    (_, row) => ratings.values[row * raters.length + column],
  );
}
