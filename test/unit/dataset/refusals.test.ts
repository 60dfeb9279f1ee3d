import { expect, test } from 'vitest';
import { readRefusals, toJsonLines } from './dataset-files.ts';
import { pairsRow, swapRow, wideRow } from './example-rows.ts';

const secret = 'TOP-SECRET';
const [judge] = pairsRow.judges;

/** What is wrong with a row, and the reason it is refused for. */
const wrong: readonly (readonly [row: object, reason: RegExp])[] = [
  [{ ...pairsRow, prompt: 7 }, /^prompt: expected a string, found a number$/],
  [{ ...pairsRow, prompt: null }, /^prompt: expected a text, found none/],
  [{ ...pairsRow, prompt: `${secret}\ud800` }, /^prompt: the text has half of a surrogate pair/],
  [{ ...pairsRow, prompt_id: { id: secret } }, /^prompt_id: expected a string, found an object$/],
  [{ ...pairsRow, split: secret }, /^split: expected one of train, dev, test, found another string$/],
  [{ ...pairsRow, model_a: ' ' }, /^model_a: expected a name, found a blank string$/],
  [{ ...pairsRow, model_b: 'large' }, /^model_b: expected another model than model_a, found the same$/],
  [{ ...pairsRow, response_b: [secret] }, /^response_b: expected a string, found an array of 1$/],
  [{ ...pairsRow, len_a: -1 }, /^len_a: expected a whole number from 0, found another number$/],
  [{ ...pairsRow, cost: { a: -0.5 } }, /^cost\.a: expected a number from 0, found a negative one$/],
  [{ ...pairsRow, gold: secret }, /^gold: expected an object, found a string$/],
  [
    { ...pairsRow, gold: { ...pairsRow.gold, score_a: '9' } },
    /^gold\.score_a: expected a finite number, found a string$/,
  ],
  [
    { ...pairsRow, gold: { ...pairsRow.gold, score_b: 11 } },
    /^gold\.score_b: the score is outside its declared scale \[0, 10\]$/,
  ],
  [{ ...pairsRow, gold: { ...pairsRow.gold, scale: [1, 1] } }, /^gold\.scale: expected the lower end first/],
  [
    { ...pairsRow, gold: { ...pairsRow.gold, pref: secret } },
    /^gold\.pref: expected one of a, b, tie, found another string$/,
  ],
  [{ ...pairsRow, gold: { ...pairsRow.gold, kind: secret } }, /^gold\.kind: expected one of human_expert/],
  [
    { ...pairsRow, judges: [judge, { ...judge, judge: null }] },
    /^judges\[1\]\.judge: expected a string, found nothing$/,
  ],
  [
    { ...pairsRow, judges: [{ ...judge, verdict: 1 }] },
    /^judges\[0\]\.verdict: expected one of a, b, tie, found a number$/,
  ],
  [{ ...pairsRow, judges: [{ ...judge, type: secret }] }, /^judges\[0\]\.type: expected one of pairwise/],
  [{ ...pairsRow, judges: {} }, /^judges: expected an array, found an object$/],
  [{ ...pairsRow, embedding: [1, '2'] }, /^embedding\[1\]: expected a finite number, found a string$/],
  [{ ...wideRow, responses: { large: 1 } }, /^responses\["large"\]: expected a string, found a number$/],
  [{ ...wideRow, gold: { large: 2 } }, /^gold\["large"\]: the score is outside its declared scale \[0, 1\]$/],
  [{ ...wideRow, gold: { large: true } }, /^gold\["large"\]: expected a finite number, found a boolean$/],
  [
    { ...wideRow, judges: { reader: { scores: { large: 'x' } } } },
    /^judges\["reader"\]\.scores\["large"\]: expected a finite number/,
  ],
  [{ ...wideRow, judges: { reader: {} } }, /^judges\["reader"\]\.scores: expected an object, found nothing$/],
  [
    { ...swapRow, pairs: [['large', 'small', 'a']] },
    /^pairs\[0\]: expected an array of 4, found an array of 3$/,
  ],
  [{ ...swapRow, pairs: [['large', 'small', 'a', 'c']] }, /^pairs\[0\]\[3\]: expected one of a, b, tie/],
];

const good = { pairs: pairsRow, wide: wideRow, swap: swapRow };

function formatOf(row: object): keyof typeof good {
  if ('judge' in row) return 'swap';
  return 'model_a' in row ? 'pairs' : 'wide';
}

test.each(wrong)(
  'a row is refused by line, with the field and never its content (%#)',
  async (row, reason) => {
    const format = formatOf(row);
    const refusals = await readRefusals(toJsonLines([good[format], row, good[format]]), { format });
    expect(refusals).toHaveLength(1);
    const [line, said] = refusals.at(0) ?? [0, ''];
    expect(line).toBe(2);
    expect(said).toMatch(reason);
    expect(said).not.toContain(secret);
  },
);

test('a line that is not a JSON object is refused, with NaN and infinite numbers named', async () => {
  const row = JSON.stringify(pairsRow);
  const lines = [
    row,
    '{"prompt": "TOP-SECRET',
    row.replace('"score_a":9', '"score_a":NaN'),
    row.replace('"score_a":9', '"score_a":-Infinity'),
    row.replace('"score_a":9', '"score_a":1e999'),
    '[1, 2]',
    'null',
    '   ',
    '',
    row,
  ];
  expect(await readRefusals(lines.join('\n'))).toEqual([
    [2, 'line: not valid JSON'],
    [3, 'line: not valid JSON: it has NaN or Infinity where JSON has null'],
    [4, 'line: not valid JSON: it has NaN or Infinity where JSON has null'],
    [5, 'gold.score_a: expected a finite number, found a number too large to store'],
    [6, 'line: expected an object, found an array of 2'],
    [7, 'line: expected an object, found null'],
  ]);
});

test('a model whose name is a text is refused without repeating it', async () => {
  const name = `${secret}${' and so on'.repeat(30)}`;
  const refusals = await readRefusals(toJsonLines([wideRow, { ...wideRow, responses: { [name]: 'x' } }]));
  expect(refusals.at(0)?.[1]).toMatch(/expected a name of at most 200 characters, found 310$/);
  expect(refusals.at(0)?.[1].length).toBeLessThan(200);
});
