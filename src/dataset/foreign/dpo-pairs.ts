import { optionalName, optionalShare, requiredString, RowError } from '../fields.ts';
import { responseText, verdictOf, type WideRow } from '../wide-json.ts';
import { has, LeftOut, type ForeignFormat, type Written } from './format.ts';

/**
 * Pairs for preference optimisation (DPO, arXiv 2305.18290): a prompt with the response that was chosen and the one that was
 * rejected. Ties have no place in it.
 */
export const DPO_PAIRS: ForeignFormat = {
  matches: (fields) => has(fields, 'prompt', 'chosen', 'rejected'),
  read: (record) => {
    const chosen = optionalName(record, 'chosen_model') ?? 'chosen';
    const rejected = optionalName(record, 'rejected_model') ?? 'rejected';
    if (chosen === rejected)
      throw new RowError('rejected_model', 'expected another model than chosen_model, found the same');
    const strength = optionalShare(record, 'strength');
    const said = {
      model_a: chosen,
      model_b: rejected,
      verdict: 'a',
      ...(strength === null ? {} : { strength }),
    };
    const judge = optionalName(record, 'judge') ?? 'chosen-rejected';
    const rater = optionalName(record, 'rater');
    return {
      prompt_id: optionalName(record, 'prompt_id'),
      source: optionalName(record, 'dataset'),
      prompt: requiredString(record, 'prompt'),
      models: [chosen, rejected],
      responses: Object.fromEntries([
        [chosen, requiredString(record, 'chosen')],
        [rejected, requiredString(record, 'rejected')],
      ]),
      ...(rater === null
        ? { judgements: [{ ...said, judge, type: 'pairwise' }] }
        : { grades: [{ ...said, rater }] }),
    };
  },
};

/** One pair for every verdict that prefers a response whose text is there, as that of the other. */
export function writeDpoPairs(row: WideRow): Written {
  const leftOut = new LeftOut();
  const judged = [
    ...(row.grades ?? []).map((entry) => ({ entry, by: { rater: entry.rater ?? 'imported' } })),
    ...(row.judgements ?? []).map((entry) => ({ entry, by: { judge: entry.judge } })),
  ];
  const records = judged.flatMap(({ entry, by }) => {
    const verdict = verdictOf(entry);
    const textA = responseText(row, entry.model_a);
    const textB = responseText(row, entry.model_b);
    if (verdict === null) leftOut.add('scores of single responses');
    else if (verdict === 'tie') leftOut.add('ties');
    else if (textA === null || textB === null) leftOut.add('verdicts on responses without text');
    else {
      leftOut.addBeside(entry);
      const isA = verdict === 'a';
      return [
        {
          prompt_id: row.prompt_id,
          dataset: row.source ?? null,
          prompt: row.prompt,
          chosen: isA ? textA : textB,
          rejected: isA ? textB : textA,
          chosen_model: isA ? entry.model_a : entry.model_b,
          rejected_model: isA ? entry.model_b : entry.model_a,
          ...by,
          ...(entry.strength === undefined ? {} : { strength: entry.strength }),
        },
      ];
    }
    return [];
  });
  return { records, leftOut: leftOut.counts };
}
