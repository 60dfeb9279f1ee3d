import { NO_DETAIL, NO_NOTES } from './canonical.ts';
import type { CanonicalGold, CanonicalResponse, CanonicalRow, CanonicalScore } from './canonical.ts';
import {
  optionalArray,
  optionalObject,
  optionalOneOf,
  optionalScale,
  optionalShare,
  optionalVector,
  quoteKey,
  requireArray,
  requireCount,
  requireInScale,
  requireName,
  requireNonNegative,
  requireNumber,
  requireObject,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readJudgeType, SOURCE_KIND } from './pair-judges.ts';
import { readGrades, readJudgements } from './grades.ts';
import { contradicts, GOLD_KINDS } from './pairs-row.ts';
import { numberVotes, readPrompt } from './prompt-fields.ts';
import type { RowContext } from './prompt-fields.ts';

/** One row of a `wide` file: a prompt and any number of models. */
export function readWideRow(row: JsonObject, context: RowContext): CanonicalRow {
  const vector = optionalVector(row, ['embedding', 'vector']);
  const prompt = readPrompt(row, context, vector !== null);
  const responses = readResponses(row);
  const gold = [...readGold(row), ...readGrades(row)];
  const listed = readJudgements(row);
  const judged = [readJudges(row, 'judges'), readJudges(row, 'sim_judges'), listed];
  const scores = judged.flatMap((part) => part.scores);
  const models = new Set(optionalArray(row, 'models').map((name, i) => requireName(name, `models[${i}]`)));
  for (const { model } of responses) models.add(model);
  for (const { modelA, modelB } of [...gold, ...listed.verdicts]) {
    models.add(modelA);
    if (modelB !== null) models.add(modelB);
  }
  for (const { model } of scores) models.add(model);
  if (models.size === 0) throw new RowError('models', 'expected at least one model, found none');
  return {
    prompt,
    models: [...models],
    responses,
    gold,
    scores,
    verdicts: numberVotes(listed.verdicts),
    vector,
    notes: {
      ...NO_NOTES,
      absentJudgements: judged.reduce((sum, part) => sum + part.absent, 0),
      unsubmittedAnswers: requireCount(row['unsubmitted'] ?? 0, 'unsubmitted'),
      goldWithoutScale: gold.some((grade) => grade.scale === null && grade.scoreA !== null),
      goldContradictsScores: gold.some(contradicts),
    },
  };
}

/** Texts, lengths, tokens and costs by model; also for rows that hold verdicts only. */
export function readResponses(row: JsonObject): readonly CanonicalResponse[] {
  const texts = byModel(row, 'responses', requireTextOfResponse);
  const previous = byModel(row, 'prev_responses', requireTextOfResponse);
  const chars = byModel(row, 'len', requireCount);
  const costs = byModel(row, 'cost', requireNonNegative);
  const inputTokens = byModel(row, 'input_tokens', requireCount);
  const outputTokens = byModel(
    row,
    optionalObject(row, 'output_tokens') === null ? 'tokens' : 'output_tokens',
    requireCount,
  );
  const truncated = readTruncated(row);
  const models = new Set(
    [texts, previous, chars, costs, inputTokens, outputTokens].flatMap((m) => [...m.keys()]),
  );
  return [...models].map((model) => ({
    model,
    text: texts.get(model) ?? null,
    previousText: previous.get(model) ?? null,
    chars: chars.get(model) ?? null,
    isTruncated: texts.has(model) ? truncated(model) : null,
    inputTokens: inputTokens.get(model) ?? null,
    outputTokens: outputTokens.get(model) ?? null,
    costUsd: costs.get(model) ?? null,
  }));
}

/** An object of model → value as a map, without its nulls. Safe for a model that is called `__proto__`. */
function byModel<T>(
  row: JsonObject,
  key: string,
  read: (value: unknown, field: string) => T,
): ReadonlyMap<string, T> {
  const values = new Map<string, T>();
  const object = optionalObject(row, key);
  if (object === null) return values;
  for (const [model, value] of Object.entries(object)) {
    const field = `${key}[${quoteKey(model)}]`;
    if (value !== null) values.set(requireName(model, field), read(value, field));
  }
  return values;
}

function requireTextOfResponse(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new RowError(field, 'a string', value);
  if (!value.isWellFormed())
    throw new RowError(field, 'the text has half of a surrogate pair, which is not Unicode');
  return value;
}

/** `truncated` lists the models whose response was cut, or says it of all; absent = not known. */
function readTruncated(row: JsonObject): (model: string) => boolean | null {
  const truncated = row['truncated'];
  if (truncated === undefined || truncated === null) return () => null;
  if (typeof truncated === 'boolean') return () => truncated;
  const names = new Set(
    requireArray(truncated, 'truncated').map((n, i) => requireName(n, `truncated[${i}]`)),
  );
  return (model) => names.has(model);
}

function readGold(row: JsonObject): readonly CanonicalGold[] {
  const scale = optionalScale(row, 'gold_scale');
  const kind = optionalOneOf(row, 'gold_kind', GOLD_KINDS);
  const rank = optionalShare(row, 'gold_rank');
  const detail = rank === null ? NO_DETAIL : { ...NO_DETAIL, rank };
  return [...byModel(row, 'gold', requireNumber)].map(([modelA, scoreA]) => {
    requireInScale(scoreA, scale, `gold[${quoteKey(modelA)}]`);
    return {
      modelA,
      modelB: null,
      scoreA,
      scoreB: null,
      verdict: null,
      strength: null,
      scale,
      kind,
      raterCount: null,
      detail,
    };
  });
}

interface WideJudgements {
  readonly scores: readonly CanonicalScore[];
  readonly absent: number;
}

function readJudges(row: JsonObject, field: 'judges' | 'sim_judges'): WideJudgements {
  const judges = optionalObject(row, field);
  if (judges === null) return { scores: [], absent: 0 };
  let absent = 0;
  const scores = Object.entries(judges).flatMap(([name, value]) => {
    if (value === null) return [];
    const path = `${field}[${quoteKey(name)}]`;
    const judge = requireObject(value, path);
    const type = readJudgeType(judge, `${path}.`) ?? 'pointwise';
    const scale = optionalScale(judge, 'scale', `${path}.`);
    const kind = field === 'sim_judges' ? 'simulated' : SOURCE_KIND[type];
    const source = { name: requireName(name, path), kind, scale };
    const given = requireObject(judge['scores'], `${path}.scores`);
    return Object.entries(given).flatMap(([modelName, score]) => {
      const at = `${path}.scores[${quoteKey(modelName)}]`;
      const model = requireName(modelName, at);
      if (score === null) {
        absent++;
        return [];
      }
      const number = requireNumber(score, at);
      requireInScale(number, scale, at);
      return [{ source, model, vote: '', score: number }];
    });
  });
  return { scores, absent };
}
