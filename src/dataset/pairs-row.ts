import { NO_DETAIL, NO_NOTES } from './canonical.ts';
import type { CanonicalGold, CanonicalResponse, CanonicalRow, GoldDetail, GoldKind } from './canonical.ts';
import {
  optionalArray,
  optionalBoolean,
  optionalCount,
  optionalName,
  optionalNumber,
  optionalObject,
  optionalOneOf,
  optionalScale,
  optionalShare,
  optionalString,
  optionalVector,
  requireInScale,
  requireNonNegative,
  requireObject,
  requireOneOf,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readPairJudges } from './pair-judges.ts';
import { numberVotes, readPrompt, VERDICTS } from './prompt-fields.ts';
import type { RowContext } from './prompt-fields.ts';

export const GOLD_KINDS: readonly GoldKind[] = ['human_expert', 'human_annotators', 'verifiable'];

/** What models without a name are called: a file of unnamed pairs compares "the a of the row" with "the b of the row". */
export const UNNAMED = { a: 'unnamed-a', b: 'unnamed-b' } as const;

/** One row of a `pairs` file: a prompt and two models. */
export function readPairsRow(row: JsonObject, context: RowContext): CanonicalRow {
  const vector = optionalVector(row, ['embedding', 'vector']);
  const prompt = readPrompt(row, context, vector !== null);
  const namedA = optionalName(row, 'model_a');
  const namedB = optionalName(row, 'model_b');
  const a = namedA ?? UNNAMED.a;
  const b = namedB ?? UNNAMED.b;
  if (a === b) throw new RowError('model_b', 'expected another model than model_a, found the same');
  const gold = readGold(row, a, b);
  const judged = readPairJudges(row, a, b);
  return {
    prompt,
    models: [a, b],
    responses: [readResponse(row, 'a', a), readResponse(row, 'b', b)].filter((r) => r !== null),
    gold: gold === null ? [] : [gold],
    scores: judged.scores,
    verdicts: numberVotes(judged.verdicts),
    vector,
    notes: {
      ...NO_NOTES,
      absentJudgements: judged.absent,
      hasUnnamedModels: namedA === null || namedB === null,
      goldContradictsScores: gold !== null && contradicts(gold),
      goldWithoutScale: gold?.scale === null && gold.scoreA !== null,
    },
  };
}

function readResponse(row: JsonObject, side: 'a' | 'b', model: string): CanonicalResponse | null {
  const text = optionalString(row, `response_${side}`);
  const chars = optionalCount(row, `len_${side}`);
  const cost = sideOf(row, 'cost', side);
  const inputTokens = optionalObject(row, 'input_tokens');
  const outputTokens = optionalObject(row, 'output_tokens') ?? optionalObject(row, 'tokens');
  const response = {
    model,
    text,
    previousText: optionalString(row, `prev_response_${side}`),
    chars,
    isTruncated: isTruncated(optionalBoolean(row, 'truncated'), text, chars),
    inputTokens: inputTokens === null ? null : optionalCount(inputTokens, side, 'input_tokens.'),
    outputTokens: outputTokens === null ? null : optionalCount(outputTokens, side, 'output_tokens.'),
    costUsd: cost === null ? null : requireNonNegative(cost, `cost.${side}`),
  };
  const { previousText, costUsd } = response;
  const facts = [text, previousText, chars, response.inputTokens, response.outputTokens, costUsd];
  return facts.every((fact) => fact === null) ? null : response;
}

function sideOf(row: JsonObject, key: string, side: 'a' | 'b'): number | null {
  const object = optionalObject(row, key);
  return object === null ? null : optionalNumber(object, side, `${key}.`);
}

/** `truncated` is about the row: a response was cut where it is shorter than it was. */
function isTruncated(
  rowIsTruncated: boolean | null,
  text: string | null,
  chars: number | null,
): boolean | null {
  if (rowIsTruncated !== true || text === null || chars === null)
    return text === null ? null : rowIsTruncated;
  return countCodePoints(text) < chars;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}

function readGold(row: JsonObject, a: string, b: string): CanonicalGold | null {
  const gold = optionalObject(row, 'gold');
  if (gold === null) return null;
  const scale = optionalScale(gold, 'scale', 'gold.');
  const scoreA = optionalNumber(gold, 'score_a', 'gold.');
  const scoreB = optionalNumber(gold, 'score_b', 'gold.');
  requireInScale(scoreA, scale, 'gold.score_a');
  requireInScale(scoreB, scale, 'gold.score_b');
  const verdict = optionalOneOf(gold, 'pref', VERDICTS, 'gold.');
  const grade = {
    strength: optionalShare(gold, 'strength', 'gold.'),
    scale,
    kind: optionalOneOf(gold, 'kind', GOLD_KINDS, 'gold.'),
    raterCount: optionalCount(gold, 'n_raters', 'gold.'),
    detail: readDetail(row, gold),
  };
  if (verdict === null && (scoreA === null || scoreB === null)) {
    // Half a pair is a grade of the one response; nothing at all is no gold.
    const none = { ...grade, modelB: null, scoreB: null, verdict: null };
    if (scoreA !== null) return { ...none, modelA: a, scoreA };
    return scoreB === null ? null : { ...none, modelA: b, scoreA: scoreB };
  }
  return { ...grade, modelA: a, modelB: b, scoreA, scoreB, verdict };
}

function readDetail(row: JsonObject, gold: JsonObject): GoldDetail {
  const votes = optionalArray(row, 'votes').map((vote, i) => {
    const field = `votes[${i}]`;
    return requireOneOf(requireObject(vote, field)['verdict'], `${field}.verdict`, VERDICTS);
  });
  const count = (verdict: string): number => votes.filter((vote) => vote === verdict).length;
  const metric = optionalString(gold, 'metric', 'gold.');
  const shareA = optionalShare(gold, 'share_a', 'gold.');
  const rank = optionalShare(row, 'gold_rank');
  if (votes.length === 0 && metric === null && shareA === null && rank === null) return NO_DETAIL;
  return {
    ...NO_DETAIL,
    metric,
    shareA,
    votes: votes.length === 0 ? null : { a: count('a'), b: count('b'), tie: count('tie') },
    rank,
  };
}

/** Whether a grade's verdict is not the one that its scores say. */
export function contradicts(gold: CanonicalGold): boolean {
  if (gold.verdict === null || gold.scoreA === null || gold.scoreB === null) return false;
  const byScores = gold.scoreA === gold.scoreB ? 'tie' : gold.scoreA > gold.scoreB ? 'a' : 'b';
  return gold.verdict !== byScores;
}
