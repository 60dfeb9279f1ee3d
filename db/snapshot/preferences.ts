import type { Verdict } from '../repositories/grading.ts';
import type { Source } from '../repositories/sources.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { GainForm, Range } from './scores.ts';
import { groupBy, meanOfPresent, toUnit, verdictGain } from './scores.ts';

/**
 * Preference gains of one source. Both responses scored one by one: the difference of their mean scores. Else the
 * judgements of the pair: the difference of two scores, or the verdict; votes inside an order of presentation are averaged
 * first, then the two orders.
 */

interface MeanScore {
  readonly promptId: number;
  readonly modelId: number;
  readonly score: number;
  readonly votes: number;
}

interface Judgement {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number;
  readonly shown: 'ab' | 'ba' | 'both' | '';
  readonly verdict: Verdict | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
}

export interface Preferences {
  readonly scores: ReadonlyMap<number, readonly MeanScore[]>;
  readonly judgements: ReadonlyMap<number, readonly Judgement[]>;
  /** The declared scale, else the observed range. */
  readonly range: Range;
  readonly form: GainForm;
}

/** The gain of a over b; NaN where the source says nothing, `count` 0 then. */
export interface PairPreference {
  readonly gain: number;
  /** Judgements averaged; of single scores, as many as the response with fewer has. */
  readonly count: number;
}

export const noPreferences: Preferences = {
  scores: new Map(),
  judgements: new Map(),
  range: { lo: 0, hi: 1 },
  form: 'verdict',
};

const ON_PROMPTS = '(@prompts IS NULL OR prompt_id IN (SELECT value FROM json_each(@prompts)))';

/** What a source says: about two models (a has the smaller id) or about all, on some prompts or on all. */
export function loadPreferences(
  db: ReadableDb,
  source: Source,
  only: {
    readonly pair?: { readonly modelAId: number; readonly modelBId: number };
    readonly promptIds?: readonly number[];
  },
): Preferences {
  const filter = {
    source: source.id,
    a: only.pair?.modelAId ?? null,
    b: only.pair?.modelBId ?? null,
    prompts: only.promptIds === undefined ? null : JSON.stringify(only.promptIds),
  };
  const scores = db
    .prepare<[typeof filter], MeanScore>(
      `SELECT prompt_id AS promptId, model_id AS modelId, avg(score) AS score, count(*) AS votes
       FROM preference_score WHERE source_id = @source AND (@a IS NULL OR model_id IN (@a, @b)) AND ${ON_PROMPTS}
       GROUP BY prompt_id, model_id`,
    )
    .all(filter);
  const judgements = db
    .prepare<[typeof filter], Judgement>(
      `SELECT prompt_id AS promptId, model_a_id AS modelAId, model_b_id AS modelBId, shown, verdict,
         score_a AS scoreA, score_b AS scoreB
       FROM preference_verdict
       WHERE source_id = @source AND (@a IS NULL OR (model_a_id = @a AND model_b_id = @b))
         AND ${ON_PROMPTS}`,
    )
    .all(filter);
  const isScored =
    scores.length > 0 || judgements.some((each) => each.scoreA !== null && each.scoreB !== null);
  return {
    scores: groupBy(scores, (score) => score.promptId),
    judgements: groupBy(judgements, (judgement) => judgement.promptId),
    range: rangeOfSource(db, source),
    form: !isScored ? 'verdict' : source.scale === null ? 'undeclared' : 'declared',
  };
}

export function pairPreference(
  preferences: Preferences,
  promptId: number,
  modelAId: number,
  modelBId: number,
): PairPreference {
  const scores = preferences.scores.get(promptId) ?? [];
  const a = scores.find((score) => score.modelId === modelAId);
  const b = scores.find((score) => score.modelId === modelBId);
  if (a !== undefined && b !== undefined) {
    const gain = toUnit(a.score, preferences.range) - toUnit(b.score, preferences.range);
    return { gain, count: Math.min(a.votes, b.votes) };
  }
  const judgements = (preferences.judgements.get(promptId) ?? []).filter(
    (each) => each.modelAId === modelAId && each.modelBId === modelBId,
  );
  const inOrder = (shown: Judgement['shown']): number =>
    meanOfPresent(
      judgements.filter((each) => each.shown === shown).map((each) => judgedGain(each, preferences.range)),
    );
  const overOrders = meanOfPresent([inOrder('ab'), inOrder('ba')]);
  return { gain: meanOfPresent([overOrders, inOrder('both'), inOrder('')]), count: judgements.length };
}

/** The mean score that a source gave to one model's response, by prompt. */
export function meanScores(db: ReadableDb, sourceId: number, modelId: number): ReadonlyMap<number, number> {
  const rows = db
    .prepare<[number, number], { promptId: number; score: number }>(
      `SELECT prompt_id AS promptId, avg(score) AS score FROM preference_score
       WHERE source_id = ? AND model_id = ? GROUP BY prompt_id`,
    )
    .all(sourceId, modelId);
  return new Map(rows.map((row) => [row.promptId, row.score]));
}

function judgedGain(judgement: Judgement, range: Range): number {
  const { scoreA, scoreB } = judgement;
  return scoreA === null || scoreB === null
    ? verdictGain(judgement.verdict)
    : toUnit(scoreA, range) - toUnit(scoreB, range);
}

/** The declared scale, else the range observed over everything it says. */
export function rangeOfSource(db: ReadableDb, source: Source): Range {
  return source.scale === null ? observedRange(db, source.id) : { lo: source.scale[0], hi: source.scale[1] };
}

/** Over all models the source has judged, so that every pair has the same unit. */
function observedRange(db: ReadableDb, sourceId: number): Range {
  const row = db
    .prepare<[{ source: number }], { lo: number | null; hi: number | null }>(
      `SELECT min(lo) AS lo, max(hi) AS hi FROM (
         SELECT min(score) AS lo, max(score) AS hi FROM preference_score WHERE source_id = @source
         UNION ALL
         SELECT min(min(score_a, score_b)), max(max(score_a, score_b)) FROM preference_verdict
         WHERE source_id = @source AND score_a IS NOT NULL AND score_b IS NOT NULL)`,
    )
    .get({ source: sourceId });
  const { lo, hi } = row ?? { lo: null, hi: null };
  return lo === null || hi === null ? { lo: 0, hi: 1 } : { lo, hi };
}
