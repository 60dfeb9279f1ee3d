import { reviewGrades } from '../../db/repositories/review-grades.ts';
import { listSources } from '../../db/repositories/sources.ts';
import { loadPreferences, pairPreference } from '../../db/snapshot/preferences.ts';
import { toUnit } from '../../db/snapshot/scores.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { agreementReport } from '../contract/review.ts';
import type { z } from '../contract/zod.ts';
import { sharedItems } from '../stats/agreement-interval.ts';
import { readDetail } from './event-detail.ts';
import { groupFigures, pairFigures } from './review-figures.ts';
import {
  columnOf,
  consensus,
  criterionValue,
  reviewTable,
  sideBySide,
  type ReviewTable,
} from './review-table.ts';
import type { Criterion } from './rubric.ts';
import { getTask, rubricOf, type Task } from './tasks.ts';

export type AgreementReport = Frozen<z.output<typeof agreementReport>>;

const MAX_CRITERIA = 200;
const MAX_PAIRS = 45;

/** How far raters agree: overall, criterion by criterion, pair by pair, and beside judges and crowds. */
export function agreementOf(
  db: ReadableDb,
  input: { readonly taskId: string; readonly raters: readonly string[] },
): AgreementReport {
  const task = getTask(db, input.taskId);
  const grades = reviewGrades(db, task.id).filter(
    (grade) => grade.isAdjudicated || input.raters.length === 0 || input.raters.includes(grade.rater),
  );
  const table = reviewTable(grades);
  const { raters, ratings } = table;
  const isVerdict = task.form.kind === 'verdict';
  const agreed = consensus(table, isVerdict);
  const pairs = raters.flatMap((a, i) => raters.slice(i + 1).map((b) => ({ a, b })));
  const criteria = criteriaIn(db, task, grades);
  return {
    taskId: task.id,
    raters,
    items: ratings.items,
    shared: sharedItems(ratings),
    overall: groupFigures(ratings),
    criteria: criteria.slice(0, MAX_CRITERIA).map(({ id, text }) => {
      const { ratings: met } = reviewTable(grades, criterionValue(id));
      return { id, text, shared: sharedItems(met), figures: groupFigures(met) };
    }),
    pairs: pairs.slice(0, MAX_PAIRS).map(({ a, b }) => ({
      a,
      b,
      figures: pairFigures(sideBySide(columnOf(table, a), columnOf(table, b))),
    })),
    sources: sourceColumns(db, table, isVerdict).map(({ name, kind, values }) => ({
      name,
      kind,
      figures: pairFigures(sideBySide(values, agreed)),
    })),
    againstOthers: raters.map((rater) => ({
      rater,
      figures: pairFigures(sideBySide(columnOf(table, rater), consensus(table, isVerdict, rater))),
    })),
    warnings: [
      ...(pairs.length > MAX_PAIRS
        ? [
            {
              code: 'pairs-left-out',
              message: `${pairs.length} pairs of raters: the first ${MAX_PAIRS} are shown. Choose raters to see others.`,
            },
          ]
        : []),
      ...(criteria.length > MAX_CRITERIA
        ? [
            {
              code: 'criteria-left-out',
              message: `${criteria.length} criteria were graded: the ${MAX_CRITERIA} graded most often are shown.`,
            },
          ]
        : []),
    ],
  };
}

/** The criteria that were graded, the most often graded first. */
function criteriaIn(
  db: ReadableDb,
  task: Task,
  grades: readonly { readonly promptId: number; readonly detail: unknown }[],
): readonly Pick<Criterion, 'id' | 'text'>[] {
  const counts = new Map<string, { count: number; promptId: number }>();
  for (const { detail, promptId } of grades) {
    for (const { id } of readDetail(detail).criteria ?? []) {
      counts.set(id, { count: (counts.get(id)?.count ?? 0) + 1, promptId });
    }
  }
  const texts = new Map<string, string>();
  const read = new Set<number>();
  for (const { promptId } of counts.values()) {
    if (read.has(promptId)) continue;
    read.add(promptId);
    for (const { id, text } of rubricOf(db, task.id, task.form, promptId).criteria) texts.set(id, text);
  }
  return [...counts]
    .sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1))
    .map(([id]) => ({ id, text: texts.get(id) ?? id }));
}

/** What each source says about the items of a table: the sign of its preference, or its score as a share of its scale. */
function sourceColumns(
  db: ReadableDb,
  table: ReviewTable,
  isVerdict: boolean,
): readonly { readonly name: string; readonly kind: string; readonly values: Float64Array }[] {
  const promptIds = [...new Set(table.about.map((grade) => grade.promptId))];
  return listSources(db).flatMap((source) => {
    const preferences = loadPreferences(db, source, { promptIds });
    const values = Float64Array.from(table.about, ({ promptId, modelAId, modelBId }) => {
      if (modelBId === null) {
        const score = preferences.scores.get(promptId)?.find((each) => each.modelId === modelAId)?.score;
        return score === undefined ? Number.NaN : toUnit(score, preferences.range);
      }
      const { gain } = pairPreference(preferences, promptId, modelAId, modelBId);
      return isVerdict && Math.abs(gain) < 1e-12 ? 0 : isVerdict ? Math.sign(gain) : gain;
    });
    return values.some((value) => !Number.isNaN(value))
      ? [{ name: source.name, kind: source.kind, values }]
      : [];
  });
}
