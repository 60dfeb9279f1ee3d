import type { Verdict } from '../canonical.ts';
import { optionalName, optionalString, requireNumber, RowError } from '../fields.ts';
import { responseText, verdictOf, type WideRow } from '../wide-json.ts';
import { has, LeftOut, type ForeignFormat, type Written } from './format.ts';

/**
 * Annotations of AlpacaEval: `preference` runs from 1 (output 1 is better) over 1.5 (a tie) to 2 (output 2 is better). The
 * order of presentation is not in the file.
 */
export const ALPACA_EVAL: ForeignFormat = {
  matches: (fields) => has(fields, 'instruction', 'output_1', 'output_2', 'preference'),
  read: (record) => {
    const modelA = optionalName(record, 'generator_1') ?? 'output-1';
    const modelB = optionalName(record, 'generator_2') ?? 'output-2';
    if (modelA === modelB)
      throw new RowError('generator_2', 'expected another model than generator_1, found the same');
    return {
      prompt_id: optionalName(record, 'prompt_id'),
      source: optionalName(record, 'dataset'),
      prompt: optionalString(record, 'instruction'),
      models: [modelA, modelB],
      responses: Object.fromEntries([
        [modelA, optionalString(record, 'output_1')],
        [modelB, optionalString(record, 'output_2')],
      ]),
      judgements:
        record['preference'] === null
          ? []
          : [
              {
                judge: optionalName(record, 'annotator') ?? 'alpaca-eval',
                type: 'pairwise',
                model_a: modelA,
                model_b: modelB,
                ...readPreference(record['preference']),
              },
            ],
    };
  },
};

function readPreference(value: unknown): { readonly verdict: Verdict; readonly strength?: number } {
  const preference = requireNumber(value, 'preference');
  // Older files write 0 for a draw.
  if (preference === 0) return { verdict: 'tie' };
  if (preference < 1 || preference > 2) {
    throw new RowError('preference', 'expected a number from 1 to 2, found one outside');
  }
  if (preference === 1.5) return { verdict: 'tie' };
  const strength = 2 * Math.abs(preference - 1.5);
  return { verdict: preference < 1.5 ? 'a' : 'b', ...(strength === 1 ? {} : { strength }) };
}

/** One annotation for every verdict on a pair, gold included (the annotator is then the rater). */
export function writeAlpacaEval(row: WideRow): Written {
  const leftOut = new LeftOut();
  const judged = [
    ...(row.grades ?? []).map((entry) => ({ entry, annotator: `gold:${entry.rater ?? 'imported'}` })),
    ...(row.judgements ?? []).map((entry) => ({ entry, annotator: entry.judge })),
  ];
  const records = judged.flatMap(({ entry, annotator }) => {
    const verdict = verdictOf(entry);
    if (verdict === null) {
      leftOut.add('scores of single responses');
      return [];
    }
    leftOut.addBeside(entry);
    const side = verdict === 'tie' ? 0 : verdict === 'a' ? -0.5 : 0.5;
    return [
      {
        prompt_id: row.prompt_id,
        dataset: row.source ?? null,
        instruction: row.prompt,
        output_1: responseText(row, entry.model_a),
        output_2: responseText(row, entry.model_b),
        generator_1: entry.model_a,
        generator_2: entry.model_b,
        annotator,
        preference: 1.5 + side * (entry.strength ?? 1),
      },
    ];
  });
  return { records, leftOut: leftOut.counts };
}
