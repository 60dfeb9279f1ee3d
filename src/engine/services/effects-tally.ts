import type { Source } from '../../../db/repositories/sources.ts';
import { goldSigns } from '../../../db/snapshot/agreement.ts';
import { singleGold, type GoldGrades } from '../../../db/snapshot/gold.ts';
import { judgedPairs, responseLengths, scoresOf, type OnPair } from '../../../db/snapshot/judged-pairs.ts';
import { rangeOfSource } from '../../../db/snapshot/preferences.ts';
import { toUnit } from '../../../db/snapshot/scores.ts';
import type { ReadableDb } from '../../../db/sqlite.ts';
import {
  effectsOf,
  emptyTally,
  tallyLength,
  tallyPrompt,
  type JudgeEffects,
} from '../../routing/judge-effects.ts';
import {
  emptyPassTally,
  passConfusion,
  tallyScores,
  type PassConfusion,
} from '../../routing/pass-confusion.ts';
import { clusteredShare, type ClusteredValue } from '../../stats/clustered-share.ts';

export interface TallyRequest {
  readonly sources: readonly Source[];
  /** Absent: all pairs of models. */
  readonly on: OnPair | undefined;
  readonly grades: GoldGrades;
  /** Prompts whose gold may be looked at. */
  readonly goldPrompts: readonly number[];
  /** Where a score passes, as a fraction of its scale. */
  readonly passMark: number;
}

export interface TallyResult {
  /** The longer response preferred by gold, over all its pairs with a winner. */
  readonly goldLonger: ClusteredValue;
  readonly sources: readonly {
    readonly source: Source;
    /** a and b are the models of smaller and larger id. */
    readonly effects: JudgeEffects;
    readonly passes: PassConfusion | null;
  }[];
}

export interface TallyProgress {
  readonly done: number;
  readonly total: number;
}

/** A chunk of prompts takes some 30 ms: long enough to be quick, short enough to wait for. */
const CHUNK = 1000;

/** Reads every verdict and score of the sources once, a chunk of prompts at a time; yields between chunks. */
export function* tallyEffects(
  db: ReadableDb,
  request: TallyRequest,
): Generator<TallyProgress, TallyResult, undefined> {
  const { on, grades, passMark } = request;
  const goldPrompts = new Set(request.goldPrompts);
  const signs = goldSigns(grades, request.goldPrompts);
  const signsOf = (promptId: number): readonly { a: number; b: number; sign: number }[] =>
    (signs.get(promptId) ?? []).filter(
      ({ a, b }) => on === undefined || (a === on.modelAId && b === on.modelBId),
    );
  const tallies = request.sources.map((source) => ({
    source,
    range: rangeOfSource(db, source),
    effects: emptyTally(),
    passes: emptyPassTally(),
  }));
  const longer = emptyTally().length;
  const promptIds = db.prepare<[], number>('SELECT id FROM prompt ORDER BY id').pluck().all();
  for (let at = 0; at < promptIds.length; at += CHUNK) {
    const chunk = promptIds.slice(at, at + CHUNK);
    const lengths = responseLengths(db, chunk);
    const charsOf = (promptId: number, modelId: number): number | null =>
      lengths.get(promptId)?.get(modelId) ?? null;
    for (const promptId of chunk) {
      const pairs = signsOf(promptId).map(({ a, b, sign }) => ({
        sign,
        charsA: charsOf(promptId, a),
        charsB: charsOf(promptId, b),
      }));
      tallyLength(longer, pairs);
    }
    for (const { source, range, effects, passes } of tallies) {
      for (const [promptId, judged] of judgedPairs(db, source.id, chunk, on)) {
        const gold = signsOf(promptId);
        const pairs = judged.map((pair) => ({
          ...pair,
          charsA: charsOf(promptId, pair.modelAId),
          charsB: charsOf(promptId, pair.modelBId),
        }));
        tallyPrompt(effects, pairs, (a, b) => gold.find((each) => each.a === a && each.b === b) ?? null);
      }
      for (const [promptId, scores] of scoresOf(db, source.id, chunk, on)) {
        if (!goldPrompts.has(promptId)) continue;
        const own = grades.byPrompt.get(promptId) ?? [];
        const responses = scores.flatMap(({ modelId, score }) => {
          const gold = singleGold(own, modelId, grades.undeclaredRange);
          return Number.isNaN(gold) ? [] : [{ gold, source: toUnit(score, range) }];
        });
        tallyScores(passes, responses, passMark);
      }
    }
    yield { done: at + chunk.length, total: promptIds.length };
  }
  return {
    goldLonger: clusteredShare(longer.all),
    sources: tallies.map(({ source, effects, passes }) => ({
      source,
      effects: effectsOf(effects),
      passes: passConfusion(passes, passMark),
    })),
  };
}
