import type { Verdict } from '../canonical.ts';
import {
  optionalString,
  requiredString,
  requireArray,
  requireName,
  requireObject,
  requireOneOf,
  RowError,
} from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { has, type ForeignFormat } from './format.ts';
import { idText } from './items.ts';

/**
 * Votes of the Chatbot Arena: a person writes to two models at once and says which answered better. A vote is about a whole
 * conversation, so its turns are put together: the person's are the prompt, a model's are its response.
 */

const SOURCE = 'arena';

/** The table `lmsys-arena-human-preference-55k`: turns as JSON lists in a cell, the winner as three flags. */
export const ARENA_55K: ForeignFormat = {
  matches: (fields) =>
    has(fields, 'model_a', 'model_b', 'prompt', 'response_a', 'winner_model_a', 'winner_tie'),
  read: (record) => {
    const flags = (
      [
        ['a', 'winner_model_a'],
        ['b', 'winner_model_b'],
        ['tie', 'winner_tie'],
      ] as const
    ).filter(([, column]) => isSet(record, column));
    const [verdict] = flags;
    if (flags.length !== 1) {
      throw new RowError(
        'winner',
        `expected one of winner_model_a, winner_model_b and winner_tie to be 1, found ${flags.length}`,
      );
    }
    return battle({
      id: record['id'],
      modelA: record['model_a'],
      modelB: record['model_b'],
      prompt: joinTurns(turnsOfCell(record, 'prompt')) ?? '',
      responseA: joinTurns(turnsOfCell(record, 'response_a')),
      responseB: joinTurns(turnsOfCell(record, 'response_b')),
      verdict: verdict[0],
      language: null,
    });
  },
};

/** `chatbot_arena_conversations`: whole conversations as lists of `{role, content}`. */
export const ARENA_CONVERSATIONS: ForeignFormat = {
  matches: (fields) => has(fields, 'conversation_a', 'conversation_b', 'winner'),
  read: (record) => {
    const winner = requireOneOf(record['winner'], 'winner', [
      'model_a',
      'model_b',
      'tie',
      'tie (bothbad)',
    ] as const);
    const a = conversation(record, 'conversation_a');
    const b = conversation(record, 'conversation_b');
    return battle({
      id: record['question_id'],
      modelA: record['model_a'],
      modelB: record['model_b'],
      prompt: joinTurns(a.user) ?? '',
      responseA: joinTurns(a.assistant),
      responseB: joinTurns(b.assistant),
      verdict: winner === 'model_a' ? 'a' : winner === 'model_b' ? 'b' : 'tie',
      language: optionalString(record, 'language'),
    });
  },
};

interface Battle {
  readonly id: unknown;
  readonly modelA: unknown;
  readonly modelB: unknown;
  readonly prompt: string;
  readonly responseA: string | null;
  readonly responseB: string | null;
  readonly verdict: Verdict;
  readonly language: string | null;
}

function battle(of: Battle): JsonObject {
  const modelA = requireName(of.modelA, 'model_a');
  const modelB = requireName(of.modelB, 'model_b');
  if (modelA === modelB) throw new RowError('model_b', 'expected another model than model_a, found the same');
  const id = idText(of.id);
  return {
    ...(id === null ? {} : { prompt_id: id }),
    prompt: of.prompt,
    lang: of.language,
    models: [modelA, modelB],
    responses: Object.fromEntries([
      [modelA, of.responseA],
      [modelB, of.responseB],
    ]),
    judgements: [{ judge: SOURCE, type: 'crowd', model_a: modelA, model_b: modelB, verdict: of.verdict }],
  };
}

function isSet(record: JsonObject, column: string): boolean {
  const value = record[column];
  return (
    value === 1 || value === true || value === '1' || value === '1.0' || value === 'true' || value === 'True'
  );
}

/** The texts of a cell that holds a JSON list of turns; `null` turns (the data have some) are no text. */
function turnsOfCell(record: JsonObject, column: string): readonly string[] {
  const cell = requiredString(record, column);
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    throw new RowError(column, 'expected a JSON list of turns, found other text');
  }
  return requireArray(value, column).flatMap((turn, i) => {
    if (turn === null) return [];
    if (typeof turn !== 'string') throw new RowError(`${column}[${i}]`, 'a string', turn);
    return [turn];
  });
}

function conversation(
  record: JsonObject,
  field: string,
): { readonly user: readonly string[]; readonly assistant: readonly string[] } {
  const user: string[] = [];
  const assistant: string[] = [];
  requireArray(record[field], field).forEach((value, i) => {
    const message = requireObject(value, `${field}[${i}]`);
    const role = requireOneOf(message['role'], `${field}[${i}].role`, [
      'user',
      'assistant',
      'system',
    ] as const);
    const content = optionalString(message, 'content', `${field}[${i}].`);
    if (content === null || role === 'system') return;
    (role === 'user' ? user : assistant).push(content);
  });
  return { user, assistant };
}

/** Turns under one another; null where there is none. */
export function joinTurns(turns: readonly string[]): string | null {
  return turns.length === 0 ? null : turns.join('\n\n');
}
