import { NO_NOTES } from './canonical.ts';
import type { CanonicalRow, CanonicalSource, CanonicalVerdict, Shown } from './canonical.ts';
import { optionalVector, requireArray, requireName, requireOneOf, RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { numberVotes, readPrompt, VERDICTS } from './prompt-fields.ts';
import type { RowContext } from './prompt-fields.ts';
import { readResponses } from './wide-row.ts';

/**
 * One row of a `swap` file: `pairs: [[m1, m2, verdict with m1 shown first, verdict with m2 shown first], …]`, one judge in
 * both orders. a is m1 and b is m2 in both verdicts; null is a verdict that could not be read.
 */
export function readSwapRow(row: JsonObject, context: RowContext): CanonicalRow {
  const vector = optionalVector(row, ['embedding', 'vector']);
  const prompt = readPrompt(row, context, vector !== null);
  const source: CanonicalSource = { name: requireName(row['judge'], 'judge'), kind: 'judge', scale: null };
  const responses = readResponses(row);
  const models = new Set(responses.map(({ model }) => model));
  const verdicts: CanonicalVerdict[] = [];
  let absent = 0;
  requireArray(row['pairs'], 'pairs').forEach((entry, i) => {
    const field = `pairs[${i}]`;
    const pair = requireArray(entry, field);
    if (pair.length !== 4) throw new RowError(field, 'an array of 4', entry);
    const modelA = requireName(pair[0], `${field}[0]`);
    const modelB = requireName(pair[1], `${field}[1]`);
    if (modelA === modelB)
      throw new RowError(`${field}[1]`, 'expected another model than the first, found the same');
    models.add(modelA).add(modelB);
    const orders: readonly (readonly [Shown, unknown, string])[] = [
      ['ab', pair[2], `${field}[2]`],
      ['ba', pair[3], `${field}[3]`],
    ];
    for (const [shown, value, at] of orders) {
      if (value === null) absent++;
      else
        verdicts.push({
          ...EMPTY,
          source,
          modelA,
          modelB,
          shown,
          verdict: requireOneOf(value, at, VERDICTS),
        });
    }
  });
  return {
    prompt,
    models: [...models],
    responses,
    gold: [],
    scores: [],
    verdicts: numberVotes(verdicts),
    vector,
    notes: { ...NO_NOTES, absentJudgements: absent },
  };
}

const EMPTY = { vote: '', strength: null, scoreA: null, scoreB: null, isConsistent: null } as const;
