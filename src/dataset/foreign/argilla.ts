import { VERDICTS } from '../prompt-fields.ts';
import {
  isJsonObject,
  optionalArray,
  optionalName,
  optionalNumber,
  optionalObject,
  optionalString,
  requireObject,
  requireOneOf,
} from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { responseText, type GradeEntry, type JudgementEntry, type WideRow } from '../wide-json.ts';
import { has, type ForeignFormat, type Written } from './format.ts';
import { factsOf, idText, itemsOf, readFacts, readItemModels, restOf } from './items.ts';

/**
 * Records of Argilla: `fields` show a prompt with two responses (or one), `responses` are what people said, each with its
 * status, and `suggestions`, kept apart, what models said. Drafts and discarded responses are no grades.
 */
export const ARGILLA: ForeignFormat = {
  matches: (fields, first) =>
    has(fields, 'fields') &&
    (has(fields, 'responses') || has(fields, 'suggestions')) &&
    isJsonObject(first?.['fields']),
  read: (record) => {
    const fields = requireObject(record['fields'], 'fields');
    const metadata = optionalObject(record, 'metadata') ?? {};
    const responseB = optionalString(fields, 'response_b', 'fields.');
    const isPair = responseB !== null || metadata['model_b'] !== undefined;
    const { modelA, modelB } = readItemModels(metadata, isPair, ['response_a', 'response_b']);
    const pair = { model_a: modelA, model_b: modelB };
    const facts = readFacts(metadata['facts']);
    const id = idText(record['external_id']) ?? idText(record['id']);
    const given = optionalArray(record, 'responses').map((value, i) =>
      requireObject(value, `responses[${i}]`),
    );
    return {
      ...(id === null ? {} : { prompt_id: id }),
      ...facts,
      prompt: optionalString(fields, 'prompt', 'fields.') ?? optionalString(fields, 'instruction', 'fields.'),
      models: facts['models'] ?? (modelB === null ? [modelA] : [modelA, modelB]),
      responses: Object.fromEntries([
        [
          modelA,
          optionalString(fields, 'response_a', 'fields.') ?? optionalString(fields, 'response', 'fields.'),
        ],
        ...(modelB === null ? [] : [[modelB, responseB] as const]),
      ]),
      grades: given.flatMap((response, i) => readResponse(response, `responses[${i}].`, pair)),
      unsubmitted: given.filter(({ status }) => (status ?? 'submitted') !== 'submitted').length,
      judgements: readSuggestions(record, pair),
    };
  },
};

type Pair = Readonly<{ model_a: string; model_b: string | null }>;

/** The status of a response; one without a status was submitted. */
const STATUSES = ['draft', 'submitted', 'discarded'] as const;

function readResponse(response: JsonObject, prefix: string, pair: Pair): readonly JsonObject[] {
  const status = response['status'] ?? 'submitted';
  if (requireOneOf(status, `${prefix}status`, STATUSES) !== 'submitted') return [];
  const values = optionalObject(response, 'values', prefix) ?? {};
  const value = (question: string): unknown => {
    const given = values[question];
    return isJsonObject(given) ? given['value'] : given;
  };
  const said = readSaid({
    verdict: value('preference'),
    score_a: value('score_a') ?? value('score'),
    score_b: value('score_b'),
    strength: value('strength'),
  });
  if (said === null) return [];
  const comment = value('comment');
  const rater = idText(response['user_id']);
  return [
    {
      ...optionalObject(response, 'meta', prefix),
      ...pair,
      ...said,
      ...(typeof comment === 'string' ? { comment } : {}),
      ...(rater === null ? {} : { rater }),
    },
  ];
}

/** Suggestions answer one question each; those of one agent and one `group` belong together. */
function readSuggestions(record: JsonObject, pair: Pair): readonly JsonObject[] {
  const groups = new Map<string, { said: Record<string, unknown>; meta: JsonObject; judge: string }>();
  optionalArray(record, 'suggestions').forEach((value, i) => {
    const prefix = `suggestions[${i}].`;
    const suggestion = requireObject(value, `suggestions[${i}]`);
    const judge = optionalName(suggestion, 'agent', prefix) ?? 'suggestion';
    const key = JSON.stringify([judge, optionalNumber(suggestion, 'group', prefix)]);
    const group = groups.get(key) ?? { said: {}, meta: {}, judge };
    groups.set(key, { ...group, meta: { ...group.meta, ...optionalObject(suggestion, 'meta', prefix) } });
    const question = optionalString(suggestion, 'question_name', prefix) ?? '';
    group.said[question === 'preference' ? 'verdict' : question === 'score' ? 'score_a' : question] =
      suggestion['value'];
  });
  return [...groups.values()].flatMap(({ said, meta, judge }) => {
    const read = readSaid(said);
    return read === null ? [] : [{ ...meta, ...pair, ...read, judge }];
  });
}

function readSaid(given: Readonly<Record<string, unknown>>): JsonObject | null {
  const { verdict, score_a: scoreA, score_b: scoreB, strength } = given;
  if (verdict === undefined && scoreA === undefined && scoreB === undefined) return null;
  return {
    ...(verdict === undefined || verdict === null
      ? {}
      : { verdict: requireOneOf(verdict, 'preference', VERDICTS) }),
    ...(scoreA === undefined ? {} : { score_a: scoreA }),
    ...(scoreB === undefined ? {} : { score_b: scoreB }),
    ...(strength === undefined ? {} : { strength }),
  };
}

/** One record for every pair, and every single response, that something is said about. */
export function writeArgilla(row: WideRow): Written {
  const facts = factsOf(row);
  const records = itemsOf(row).map((item) => ({
    external_id: JSON.stringify([row.source ?? null, row.prompt_id, item.modelA, item.modelB]),
    fields:
      item.modelB === null
        ? { prompt: row.prompt, response: responseText(row, item.modelA) }
        : {
            prompt: row.prompt,
            response_a: responseText(row, item.modelA),
            response_b: responseText(row, item.modelB),
          },
    metadata: {
      model_a: item.modelA,
      ...(item.modelB === null ? {} : { model_b: item.modelB }),
      facts,
    },
    responses: item.grades.map((grade) => ({
      user_id: grade.rater ?? null,
      status: 'submitted',
      values: Object.fromEntries(
        [
          ...answers(grade),
          ...(grade.comment === undefined ? [] : [['comment', grade.comment] as const]),
        ].map(([question, value]) => [question, { value }]),
      ),
      meta: restOf(grade, [...SAID, 'rater', 'comment']),
    })),
    suggestions: item.judgements.flatMap((judgement, group) =>
      answers(judgement).map(([question, value]) => ({
        question_name: question,
        value,
        agent: judgement.judge,
        group,
        meta: restOf(judgement, [...SAID, 'judge']),
      })),
    ),
  }));
  return { records, leftOut: {} };
}

const SAID = ['model_a', 'model_b', 'verdict', 'score_a', 'score_b', 'strength'];

function answers(entry: GradeEntry | JudgementEntry): readonly (readonly [string, unknown])[] {
  const all = [
    ['preference', entry.verdict],
    ['score_a', entry.score_a],
    ['score_b', entry.score_b],
    ['strength', entry.strength],
  ] as const;
  return all.filter(([, value]) => value !== undefined);
}
