import type { Verdict } from '../canonical.ts';
import { optionalName, requireArray, requireName, requireObject, requireOneOf, RowError } from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { responseText, verdictOf, type WideRow } from '../wide-json.ts';
import { joinTurns } from './arena.ts';
import { idText } from './items.ts';
import { has, LeftOut, type ForeignFormat, type Written } from './format.ts';

/**
 * The vote log of a FastChat arena. Addresses of voters and times are neither kept nor written: a vote is what was said
 * about two responses.
 */
export const FASTCHAT_VOTES: ForeignFormat = {
  matches: (fields) => has(fields, 'type', 'models', 'states'),
  read: (record) => {
    const type = requireOneOf(record['type'], 'type', VOTES);
    const [stateA, stateB] = two(record['states'], 'states').map((state, i) =>
      requireObject(state, `states[${i}]`),
    );
    const [modelA, modelB] = two(record['models'], 'models').map((model, i) => {
      const named = model === '' ? (i === 0 ? stateA : stateB)['model_name'] : model;
      return requireName(named, `models[${i}]`);
    });
    if (modelA === modelB)
      throw new RowError('models', 'expected two different models, found the same twice');
    const a = messages(stateA, 'states[0]');
    const b = messages(stateB, 'states[1]');
    return {
      prompt_id: optionalName(stateA, 'conv_id', 'states[0].'),
      prompt: joinTurns(a.user),
      models: [modelA, modelB],
      responses: Object.fromEntries([
        [modelA, joinTurns(a.model)],
        [modelB, joinTurns(b.model)],
      ]),
      judgements: [
        {
          judge: 'fastchat-votes',
          type: 'crowd',
          model_a: modelA,
          model_b: modelB,
          verdict: VERDICT[type],
          // Several votes on one conversation stay apart.
          vote: idText(record['vote']) ?? '',
        },
      ],
    };
  },
};

const VOTES = ['leftvote', 'rightvote', 'tievote', 'bothbad_vote'] as const;
const VERDICT: Readonly<Record<(typeof VOTES)[number], Verdict>> = {
  leftvote: 'a',
  rightvote: 'b',
  tievote: 'tie',
  bothbad_vote: 'tie',
};
const TYPE: Readonly<Record<Verdict, (typeof VOTES)[number]>> = {
  a: 'leftvote',
  b: 'rightvote',
  tie: 'tievote',
};
const ROLES = ['Human', 'Assistant'] as const;

function two(value: unknown, field: string): readonly [unknown, unknown] {
  const [first, second, ...more] = requireArray(value, field);
  if (second === undefined || more.length > 0)
    throw new RowError(field, 'expected two of them, found another number');
  return [first, second];
}

/** A state's messages are `[role, text]`; the first of its two roles is the person. */
function messages(
  state: JsonObject,
  field: string,
): { readonly user: readonly string[]; readonly model: readonly string[] } {
  const [human] = state['roles'] === undefined ? ROLES : two(state['roles'], `${field}.roles`);
  const user: string[] = [];
  const model: string[] = [];
  requireArray(state['messages'], `${field}.messages`).forEach((message, i) => {
    const [role, text] = two(message, `${field}.messages[${i}]`);
    if (text === null) return;
    if (typeof text !== 'string') throw new RowError(`${field}.messages[${i}][1]`, 'a string', text);
    (role === human ? user : model).push(text);
  });
  return { user, model };
}

/** One vote for every verdict on a pair; whose it was has no place in this format. */
export function writeFastChatVotes(row: WideRow): Written {
  const leftOut = new LeftOut();
  const records = [...(row.grades ?? []), ...(row.judgements ?? [])].flatMap((entry, vote) => {
    const verdict = verdictOf(entry);
    if (verdict === null || entry.model_b === undefined) {
      leftOut.add('scores of single responses');
      return [];
    }
    leftOut.add('names of who judged');
    leftOut.addBeside(entry);
    if (entry.strength !== undefined) leftOut.add('strengths of verdicts');
    const pair = [entry.model_a, entry.model_b];
    return [
      {
        type: TYPE[verdict],
        vote,
        models: pair,
        states: pair.map((model) => ({
          conv_id: row.prompt_id,
          model_name: model,
          roles: ROLES,
          messages: [
            [ROLES[0], row.prompt],
            [ROLES[1], responseText(row, model)],
          ],
        })),
      },
    ];
  });
  return { records, leftOut: leftOut.counts };
}
