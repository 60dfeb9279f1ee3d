import type { JudgedPair } from '../../src/routing/judge-effects.ts';
import type { ReadableDb } from '../sqlite.ts';
import { signOf } from './agreement.ts';
import { groupBy, meanOfPresent } from './scores.ts';

/** What sources say of pairs of responses, prompt by prompt, for the look at their habits. Model a has the smaller id. */

/** Two models, the smaller id first; absent: every pair. */
export interface OnPair {
  readonly modelAId: number;
  readonly modelBId: number;
}

/** The mean score of each response, in the unit of the source. */
export type ScoresByPrompt = ReadonlyMap<
  number,
  readonly { readonly modelId: number; readonly score: number }[]
>;

interface Filter {
  readonly source: number;
  readonly prompts: string;
  readonly a: number | null;
  readonly b: number | null;
}

export function scoresOf(
  db: ReadableDb,
  sourceId: number,
  promptIds: readonly number[],
  pair?: OnPair,
): ScoresByPrompt {
  const rows = db
    .prepare<[Filter], { promptId: number; modelId: number; score: number }>(
      `SELECT p.prompt_id AS promptId, p.model_id AS modelId, avg(p.score) AS score
       FROM json_each(@prompts) j CROSS JOIN preference_score p
         ON p.source_id = @source AND p.prompt_id = j.value AND (@a IS NULL OR p.model_id IN (@a, @b))
       GROUP BY p.prompt_id, p.model_id`,
    )
    .all(filterOf(sourceId, promptIds, pair));
  return groupBy(rows, (row) => row.promptId);
}

interface JudgementRow {
  readonly promptId: number;
  readonly a: number;
  readonly b: number;
  readonly ab: number | null;
  readonly ba: number | null;
  readonly both: number | null;
  readonly unknown: number | null;
  readonly merged: number;
  readonly mergedSame: number;
}

/** As a snapshot averages them: votes inside an order first, then the orders. */
const JUDGEMENTS = `SELECT prompt_id AS promptId, model_a_id AS a, model_b_id AS b,
    avg(gain) FILTER (WHERE shown = 'ab') AS ab, avg(gain) FILTER (WHERE shown = 'ba') AS ba,
    avg(gain) FILTER (WHERE shown = 'both') AS both, avg(gain) FILTER (WHERE shown = '') AS unknown,
    count(is_consistent) FILTER (WHERE shown = 'both') AS merged,
    coalesce(sum(is_consistent) FILTER (WHERE shown = 'both'), 0) AS mergedSame
  FROM (
    SELECT v.*, CASE WHEN score_a IS NOT NULL AND score_b IS NOT NULL THEN score_a - score_b
      WHEN verdict = 'a' THEN 1.0 WHEN verdict = 'b' THEN -1.0 ELSE 0.0 END AS gain
    FROM json_each(@prompts) j CROSS JOIN preference_verdict v
      ON v.source_id = @source AND v.prompt_id = j.value
      AND (@a IS NULL OR (v.model_a_id = @a AND v.model_b_id = @b)))
  GROUP BY prompt_id, model_a_id, model_b_id`;

/**
 * The pairs that a source judged, or of which it scored both responses; where it did both, the scores are what counts, as in
 * a snapshot.
 */
export function judgedPairs(
  db: ReadableDb,
  sourceId: number,
  promptIds: readonly number[],
  pair?: OnPair,
): ReadonlyMap<number, readonly Omit<JudgedPair, 'charsA' | 'charsB'>[]> {
  const judgements = db.prepare<[Filter], JudgementRow>(JUDGEMENTS).all(filterOf(sourceId, promptIds, pair));
  const pairs = new Map<number, Map<string, Omit<JudgedPair, 'charsA' | 'charsB'>>>();
  const put = (promptId: number, judged: Omit<JudgedPair, 'charsA' | 'charsB'>): void => {
    const own = pairs.get(promptId) ?? new Map<string, typeof judged>();
    pairs.set(promptId, own);
    const key = `${judged.modelAId}:${judged.modelBId}`;
    own.set(key, { ...(own.get(key) ?? judged), sign: judged.sign });
  };
  for (const row of judgements) {
    const { ab, ba, both, unknown, merged, mergedSame } = row;
    const overOrders = mean([ab, ba]);
    put(row.promptId, {
      modelAId: row.a,
      modelBId: row.b,
      sign: signOf(mean([overOrders, both, unknown])),
      signAFirst: ab === null ? null : signOf(ab),
      signBFirst: ba === null ? null : signOf(ba),
      merged,
      mergedSame,
    });
  }
  for (const [promptId, scores] of scoresOf(db, sourceId, promptIds, pair)) {
    scores.forEach((a, i) => {
      for (const b of scores.slice(i + 1)) {
        const unordered = { signAFirst: null, signBFirst: null, merged: 0, mergedSame: 0 };
        const sign = signOf(a.score - b.score);
        put(promptId, { modelAId: a.modelId, modelBId: b.modelId, sign, ...unordered });
      }
    });
  }
  return new Map(Array.from(pairs, ([promptId, own]) => [promptId, [...own.values()]]));
}

function mean(values: readonly (number | null)[]): number {
  return meanOfPresent(values.map((value) => value ?? Number.NaN));
}

/** Characters of the responses by prompt and model: as recorded, else of the text there is. */
export function responseLengths(
  db: ReadableDb,
  promptIds: readonly number[],
): ReadonlyMap<number, ReadonlyMap<number, number>> {
  const rows = db
    .prepare<[string], { promptId: number; modelId: number; chars: number | null }>(
      `SELECT r.prompt_id AS promptId, r.model_id AS modelId, coalesce(r.chars, length(r.text)) AS chars
       FROM json_each(?) j CROSS JOIN response r ON r.prompt_id = j.value`,
    )
    .all(JSON.stringify(promptIds));
  const lengths = new Map<number, Map<number, number>>();
  for (const { promptId, modelId, chars } of rows) {
    if (chars === null) continue;
    const own = lengths.get(promptId) ?? new Map<number, number>();
    lengths.set(promptId, own);
    own.set(modelId, chars);
  }
  return lengths;
}

/** How often people who grade here chose the left of two responses, by prompt: wins among grades with a winner. */
export function leftChoices(
  db: ReadableDb,
  pair?: OnPair,
): readonly { readonly left: number; readonly decided: number }[] {
  return db
    .prepare<[{ a: number | null; b: number | null }], { left: number; decided: number }>(
      `SELECT sum((gain > 0) = (shownLeft = 'a')) AS left, count(*) AS decided
       FROM (
         SELECT g.prompt_id, g.detail_json ->> '$.shownLeft' AS shownLeft,
           CASE WHEN g.score_a IS NOT NULL AND g.score_b IS NOT NULL THEN g.score_a - g.score_b
             WHEN g.verdict = 'a' THEN 1 WHEN g.verdict = 'b' THEN -1 ELSE 0 END AS gain
         FROM current_grade g JOIN rater r ON r.id = g.rater_id
         WHERE r.kind = 'person' AND g.model_b_id IS NOT NULL
           AND (@a IS NULL OR (g.model_a_id = @a AND g.model_b_id = @b)))
       WHERE gain <> 0 AND shownLeft IN ('a', 'b')
       GROUP BY prompt_id`,
    )
    .all({ a: pair?.modelAId ?? null, b: pair?.modelBId ?? null });
}

function filterOf(sourceId: number, promptIds: readonly number[], pair: OnPair | undefined): Filter {
  return {
    source: sourceId,
    prompts: JSON.stringify(promptIds),
    a: pair?.modelAId ?? null,
    b: pair?.modelBId ?? null,
  };
}
