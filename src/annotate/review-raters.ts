import { listChecks } from '../../db/repositories/attention-checks.ts';
import { listRaters } from '../../db/repositories/raters.ts';
import { countActions, reviewGrades, type ReviewGrade } from '../../db/repositories/review-grades.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { raterReport } from '../contract/review.ts';
import type { z } from '../contract/zod.ts';
import { wilsonInterval } from '../stats/clustered-share.ts';
import { answersTo, isPassed } from './attention-checks.ts';
import { readDetail } from './event-detail.ts';
import { consensus, itemKey, reviewTable, valueOf } from './review-table.ts';
import { getTask } from './tasks.ts';

export type RaterReport = Frozen<z.output<typeof raterReport>>;
type Measured = RaterReport['consensus'];

/** How each rater of a task works: pace, agreement with the others, attention checks, drift, position and length. */
export function raterReports(db: ReadableDb, taskId: string): readonly RaterReport[] {
  const task = getTask(db, taskId);
  const grades = reviewGrades(db, taskId);
  const table = reviewTable(grades);
  const actions = countActions(db, taskId);
  const checks = listChecks(db, taskId).flatMap((check) =>
    answersTo(db, check).map((answer) => ({ rater: answer.rater, isPassed: isPassed(check, answer) })),
  );
  const isVerdict = task.form.kind === 'verdict';
  const names = new Set([...actions.keys(), ...checks.map((answer) => answer.rater)]);
  return listRaters(db)
    .filter((rater) => rater.kind === 'person' && names.has(rater.name))
    .map(({ name, role }) => {
      const own = grades.filter((grade) => grade.rater === name && !grade.isAdjudicated);
      const others = consensus(table, isVerdict, name);
      const agreedOn = new Map(table.keys.map((key, row) => [key, others[row]]));
      const counts = actions.get(name) ?? {};
      const latencies = own.flatMap((grade) => readDetail(grade.detail).latencyMs ?? []);
      const answered = checks.filter((answer) => answer.rater === name);
      const compared = own.flatMap((grade) => {
        const agreed = agreedOn.get(itemKey(grade)) ?? Number.NaN;
        return Number.isNaN(agreed) ? [] : [{ isSame: Math.abs(valueOf(grade) - agreed) < 1e-6 }];
      });
      const half = Math.floor(compared.length / 2);
      return {
        rater: name,
        role,
        grades: own.length,
        skips: counts['skip'] ?? 0,
        flags: counts['flag'] ?? 0,
        revisions: counts['revise'] ?? 0,
        undone: counts['undo'] ?? 0,
        medianLatencyMs: median(latencies),
        latencyTrendMs: trend(latencies),
        consensus: share(
          compared.map((each) => each.isSame),
          'no other rater graded the same items',
        ),
        checks: {
          ...share(
            answered.map((each) => each.isPassed),
            'no attention check was answered',
          ),
          answered: answered.length,
        },
        drift: difference(
          compared.slice(half).map((each) => each.isSame),
          compared.slice(0, half).map((each) => each.isSame),
        ),
        ...verdictHabits(own, agreedOn),
        firstMs: own.at(0)?.createdMs ?? null,
        lastMs: own.at(-1)?.createdMs ?? null,
      };
    });
}

type Habits = Pick<RaterReport, 'leftShare' | 'longerShare' | 'longerShareOfOthers' | 'tieShare'>;

/** What a rater's verdicts hang on besides quality. */
function verdictHabits(own: readonly ReviewGrade[], agreedOn: ReadonlyMap<string, number>): Habits {
  const verdicts = own.filter((grade) => grade.verdict !== null);
  const decided = verdicts.filter((grade) => grade.verdict !== 'tie');
  const isLongerA = (grade: ReviewGrade): boolean => grade.charsA > (grade.charsB ?? 0);
  const unequal = decided.filter((grade) => grade.charsB !== null && grade.charsA !== grade.charsB);
  const reason = 'no verdict for one side';
  return {
    leftShare: share(
      decided.map((grade) => grade.verdict === (readDetail(grade.detail).shownLeft ?? 'a')),
      reason,
    ),
    longerShare: share(
      unequal.map((grade) => (grade.verdict === 'a') === isLongerA(grade)),
      reason,
    ),
    longerShareOfOthers: share(
      unequal.flatMap((grade) => {
        const agreed = agreedOn.get(itemKey(grade)) ?? Number.NaN;
        return Number.isNaN(agreed) || agreed === 0 ? [] : [agreed > 0 === isLongerA(grade)];
      }),
      'no other rater decided the same items',
    ),
    tieShare: share(
      verdicts.map((grade) => grade.verdict === 'tie'),
      'no verdict',
    ),
  };
}

/** A share with Wilson's interval. */
function share(hits: readonly boolean[], reason: string): Measured {
  if (hits.length === 0) return { value: null, ci95: null, reason };
  const value = hits.filter(Boolean).length / hits.length;
  return { value, ci95: wilsonInterval(value, hits.length) };
}

/** The difference of two shares, with Newcombe's interval (1998, method 10, from Wilson's). */
function difference(later: readonly boolean[], earlier: readonly boolean[]): Measured {
  const [p1, p2] = [share(later, ''), share(earlier, '')];
  if (p1.value === null || p2.value === null || p1.ci95 === null || p2.ci95 === null) {
    return { value: null, ci95: null, reason: 'too few items that others graded too' };
  }
  const value = p1.value - p2.value;
  return {
    value,
    ci95: [
      value - Math.hypot(p1.value - p1.ci95[0], p2.ci95[1] - p2.value),
      value + Math.hypot(p1.ci95[1] - p1.value, p2.value - p2.ci95[0]),
    ],
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.at(Math.floor((sorted.length - 1) / 2)) ?? null;
}

function trend(values: readonly number[]): readonly [number, number] | null {
  const half = Math.floor(values.length / 2);
  const [first, second] = [median(values.slice(0, half)), median(values.slice(half))];
  return first === null || second === null ? null : [first, second];
}
