import type { Verdict } from '../repositories/grading.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { GainForm, Range } from './scores.ts';
import { groupBy, meanOfPresent, toUnit, verdictGain } from './scores.ts';

/**
 * Gold gains from the grades in force. Both responses scored one by one: the difference of their qualities. Else the
 * grades of the pair: the difference of their two scores, or the verdict. The adjudicated grade counts, else the mean over
 * raters. A person's latest grade of an item counts; the grades behind an imported file are of several people.
 */

/** A grade in force. Scores are of the responses of a and b, or of a alone. */
export interface Grade {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly verdict: Verdict | null;
  readonly scaleLo: number | null;
  readonly scaleHi: number | null;
  readonly isAdjudicated: 0 | 1;
  readonly raterId: number;
  readonly isPerson: 0 | 1;
  /** 1 where the file gave a gain and no scores: the pair's scores then differ by it, but have no level. */
  readonly isGain: 0 | 1;
  /**
   * 0 where the draw that decides who is sent to experts left the prompt out: its imported grades are masked, and a person's
   * grade of it is kept and shown, but is not what the logged probabilities are about.
   */
  readonly isDrawn: 0 | 1;
}

export interface GoldGrades {
  readonly byPrompt: ReadonlyMap<number, readonly Grade[]>;
  /** What stands in for the scale of grades that declare none: the range of those that may be used. */
  readonly undeclaredRange: Range;
}

/** What gold says about one pair at one prompt: gain of a over b, and the quality of each in [0, 1]; NaN where absent. */
export interface PairGold {
  readonly gain: number;
  readonly qualityA: number;
  readonly qualityB: number;
}

const COLUMNS = `g.prompt_id AS promptId, g.model_a_id AS modelAId, g.model_b_id AS modelBId, g.score_a AS scoreA,
  g.score_b AS scoreB, g.verdict, g.scale_lo AS scaleLo, g.scale_hi AS scaleHi,
  g.action = 'adjudicate' AS isAdjudicated, g.rater_id AS raterId, r.kind = 'person' AS isPerson,
  coalesce(g.detail_json ->> '$.isGain', 0) AS isGain`;
const VISIBLE = "(r.kind = 'person' OR d.is_revealed IS NOT 0)";
const FROM = `FROM current_grade g JOIN rater r ON r.id = g.rater_id
  LEFT JOIN gold_draw d ON d.prompt_id = g.prompt_id`;

/** Every grade of two models, drawn or not (a has the smaller id): for a snapshot, which keeps the two apart. */
export function loadPairGrades(db: ReadableDb, modelAId: number, modelBId: number): GoldGrades {
  const grades = db
    .prepare<[{ a: number; b: number }], Grade>(
      `SELECT ${COLUMNS}, d.is_revealed IS NOT 0 AS isDrawn ${FROM}
       WHERE (g.model_a_id = @a AND g.model_b_id = @b) OR (g.model_a_id IN (@a, @b) AND g.model_b_id IS NULL)
       ORDER BY g.prompt_id, g.created_ms, g.id`,
    )
    .all({ a: modelAId, b: modelBId });
  return { byPrompt: groupBy(grades, (grade) => grade.promptId), undeclaredRange: rangeOfUndeclared(grades) };
}

/** The visible grades of all models. Masked gold is not even read. */
export function loadVisibleGrades(db: ReadableDb): GoldGrades {
  const grades = db
    .prepare<[], Grade>(
      `SELECT ${COLUMNS}, 1 AS isDrawn ${FROM} WHERE ${VISIBLE} ORDER BY g.prompt_id, g.created_ms, g.id`,
    )
    .all();
  return { byPrompt: groupBy(grades, (grade) => grade.promptId), undeclaredRange: rangeOfUndeclared(grades) };
}

/** The gold of one prompt about the models a and b (a has the smaller id), from those of its grades that may be used. */
export function pairGold(
  grades: readonly Grade[],
  modelAId: number,
  modelBId: number,
  undeclared: Range,
): PairGold {
  const quality = (score: number | null, grade: Grade): number =>
    score === null ? Number.NaN : toUnit(score, rangeOf(grade, undeclared));
  const ofModel = (modelId: number): readonly Grade[] =>
    grades.filter((grade) => grade.modelBId === null && grade.modelAId === modelId);
  const [singleA, singleB] = [ofModel(modelAId), ofModel(modelBId)];
  const pair = grades.filter((grade) => grade.modelAId === modelAId && grade.modelBId === modelBId);
  const scoreA = settle(singleA, (grade) => quality(grade.scoreA, grade));
  const scoreB = settle(singleB, (grade) => quality(grade.scoreA, grade));
  const pairGain = settle(pair, (grade) => {
    const difference = quality(grade.scoreA, grade) - quality(grade.scoreB, grade);
    return Number.isNaN(difference) ? verdictGain(grade.verdict) : difference;
  });
  const level = (score: 'scoreA' | 'scoreB') => (grade: Grade) =>
    grade.isGain === 1 ? Number.NaN : quality(grade[score], grade);
  const isDecided = isAdjudicated(pair) && !(isAdjudicated(singleA) && isAdjudicated(singleB));
  const single = scoreA - scoreB;
  const usesPair = Number.isNaN(single) || (isDecided && !Number.isNaN(pairGain));
  return {
    gain: usesPair ? pairGain : single,
    qualityA: Number.isNaN(scoreA) ? settle(pair, level('scoreA')) : scoreA,
    qualityB: Number.isNaN(scoreB) ? settle(pair, level('scoreB')) : scoreB,
  };
}

/** The quality of one response in [0, 1] by the grades of it alone; NaN where there are none, or none with a score. */
export function singleGold(grades: readonly Grade[], modelId: number, undeclared: Range): number {
  const own = grades.filter((grade) => grade.modelBId === null && grade.modelAId === modelId);
  return settle(own, (grade) =>
    grade.scoreA === null ? Number.NaN : toUnit(grade.scoreA, rangeOf(grade, undeclared)),
  );
}

/** What the grades are made of; `verdict` where there is none. */
export function goldForm(grades: Iterable<Grade>): GainForm {
  let form: GainForm = 'verdict';
  for (const grade of grades) {
    if (grade.scoreA === null && grade.scoreB === null) continue;
    if (grade.scaleLo === null || grade.scaleHi === null) return 'undeclared';
    form = 'declared';
  }
  return form;
}

/** The latest adjudicated value, else the mean over raters. Grades come oldest first. */
function settle(grades: readonly Grade[], valueOf: (grade: Grade) => number): number {
  if (grades.length === 0) return Number.NaN;
  const decided = grades.findLast((grade) => grade.isAdjudicated === 1 && !Number.isNaN(valueOf(grade)));
  if (decided !== undefined) return valueOf(decided);
  const byRater = groupBy(grades, (grade) => grade.raterId);
  return meanOfPresent(
    Array.from(byRater.values(), (own) => {
      const values = own.map(valueOf).filter((value) => !Number.isNaN(value));
      return own.at(0)?.isPerson === 1 ? (values.at(-1) ?? Number.NaN) : meanOfPresent(values);
    }),
  );
}

function isAdjudicated(grades: readonly Grade[]): boolean {
  return grades.some((grade) => grade.isAdjudicated === 1);
}

function rangeOf(grade: Grade, undeclared: Range): Range {
  return grade.scaleLo === null || grade.scaleHi === null
    ? undeclared
    : { lo: grade.scaleLo, hi: grade.scaleHi };
}

/** Grades outside the draw lend their range only where there are no others: training must not learn from them. */
function rangeOfUndeclared(grades: readonly Grade[]): Range {
  const undeclared = grades.filter((grade) => grade.scaleLo === null || grade.scaleHi === null);
  const drawn = undeclared.filter((grade) => grade.isDrawn === 1);
  let lo = Infinity;
  let hi = -Infinity;
  for (const grade of drawn.length > 0 ? drawn : undeclared) {
    for (const score of [grade.scoreA, grade.scoreB]) {
      if (score === null) continue;
      lo = Math.min(lo, score);
      hi = Math.max(hi, score);
    }
  }
  return lo <= hi ? { lo, hi } : { lo: 0, hi: 1 };
}
