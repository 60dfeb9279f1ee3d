import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { parseMapping } from '../../../src/dataset/mapping.ts';
import { READ_LIMITS } from '../../../src/dataset/read-bytes.ts';
import { fileWith, plan, readAll, readRefusals, readRows, toJsonLines } from './dataset-files.ts';

const mapping = parseMapping({
  dataset: 'exam',
  columns: { promptId: 'id', prompt: 'question', split: 'part', language: 'lang', turn: 'turn' },
  responses: { large: 'answer large', small: 'answer small' },
  costUsd: { large: 'cost' },
  gold: {
    judgement: { as: 'scores', columns: { large: 'mark large', small: 'mark small' }, scale: [0, 10] },
    kind: 'human_expert',
  },
  sources: [
    {
      name: 'crowd',
      kind: 'crowd',
      judgement: {
        as: 'verdict',
        models: ['large', 'small'],
        column: 'winner',
        values: { a: ['L'], b: ['S'], tie: ['=', 'both'] },
      },
    },
    {
      name: 'score',
      judgement: { as: 'gain', strong: 'large', cheap: 'small', column: 'gain', scale: [1, 5] },
    },
  ],
  vectorPrefix: 'v',
  covariates: { hour: 'hour' },
  missing: ['', 'NA'],
});

const header =
  'id,question,part,lang,turn,answer large,answer small,cost,mark large,mark small,winner,gain,v10,v2,hour';
const first = '1,"Why, ""oh""\nwhy?",train,en,1,So.,Thus.,0.5,8,2.5,L,-4,10,2,13';

async function usageOf(work: () => unknown): Promise<AppError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('Expected an AppError');
}

describe('a CSV file with a mapping', () => {
  test('is read cell by cell, with quotes, newlines in cells and numbered vector columns', async () => {
    const [row] = await readRows(`${header}\n${first}\n`, { mapping });
    expect(row).toMatchObject({
      prompt: {
        dataset: 'exam',
        externalId: '1',
        text: 'Why, "oh"\nwhy?',
        split: 'train',
        turn: 1,
        covariates: [['hour', 13]],
      },
      responses: [
        { model: 'large', text: 'So.', costUsd: 0.5 },
        { model: 'small', text: 'Thus.', costUsd: null },
      ],
      gold: [
        { modelA: 'large', modelB: null, scoreA: 8, scale: { lo: 0, hi: 10 }, kind: 'human_expert' },
        { modelA: 'small', modelB: null, scoreA: 2.5 },
      ],
      verdicts: [
        { source: { name: 'crowd', kind: 'crowd' }, modelA: 'large', modelB: 'small', verdict: 'a' },
        { source: { name: 'score', scale: { lo: 1, hi: 5 } }, verdict: null, scoreA: -4, scoreB: 0 },
      ],
      vector: Float64Array.of(2, 10),
    });
  });

  test.each([';', '\t'])('is told by its header to be separated by %j', async (delimiter) => {
    const rows = await readRows(`id${delimiter}q\n1${delimiter}Why, though?\n`, {
      mapping: parseMapping({
        columns: { promptId: 'id', prompt: 'q' },
        sources: [],
        responses: { m: 'id' },
      }),
    });
    expect(rows[0].prompt.text).toBe('Why, though?');
  });

  test('has its wrong rows refused by line and column, also after a cell with newlines', async () => {
    const lines = [
      header,
      first,
      first.replace('8,2.5', '11,2.5'),
      first.replace('8,2.5', 'NaN,2.5'),
      first.replace(',L,', ',TOP-SECRET,'),
      first.replace(',-4,', ',-4.5,'),
      `${first},extra`,
      first.replace('train', 'TOP-SECRET'),
      first.replace(',10,2,', ',10,,'),
    ];
    expect(await readRefusals(lines.join('\n'), { mapping })).toEqual([
      [4, 'column "mark large": the score is outside its declared scale [0, 10]'],
      [6, 'column "mark large": expected a number, found another text'],
      [8, 'column "winner": expected a value that the mapping names, found another'],
      [10, 'column "gain": the gain is outside [-4, 4]; declare its scale in the mapping'],
      [12, 'line: expected 15 cells as in the header, found 16'],
      [14, 'column "part": expected one of train, dev, test, found another string'],
      [16, 'column "v2": expected a finite number, found nothing'],
    ]);
  });

  test('has absent cells where the mapping says so', async () => {
    const [row] = await readRows(`${header}\n2,Why?,NA,,,,So.,,NA,,NA,,,,\n`, { mapping });
    expect(row).toMatchObject({ gold: [], verdicts: [], vector: null, notes: { absentJudgements: 2 } });
    expect(row.prompt.split).toBeNull();
    expect(row.responses).toMatchObject([{ model: 'small', text: 'So.' }]);
  });

  test('has a row that is not UTF-8 refused by itself', async () => {
    const bytes = Buffer.from(`${header}\n${first}\n${first.replace('Why', 'Wh\u00ff')}\n`, 'latin1');
    expect(await readRefusals(bytes, { mapping })).toEqual([[4, 'line: not valid UTF-8']]);
  });

  test('is refused whole where a quote leaves open where rows begin, without quoting it', async () => {
    for (const broken of ['9,"TOP-SECRET', '9,"TOP"-SECRET,', `9,"${'TOP-SECRET'.repeat(1000)}`]) {
      const limits = { ...READ_LIMITS, lineBytes: 5000 };
      const error = await usageOf(() =>
        readAll(fileWith(`${header}\n${first}\n${broken}`), { mapping, limits }),
      );
      expect(error).toMatchObject({ code: 'invalid-input' });
      expect(error.message).toMatch(/near line \d/);
      expect(error.message).not.toContain('SECRET');
    }
  });

  test('is refused where the mapping names a column that is not there', async () => {
    const error = await usageOf(() => readAll(fileWith('id,question\n1,x\n'), { mapping }));
    expect(error).toMatchObject({ code: 'usage' });
    expect(error.message).toContain('answer large');
  });

  test('needs a mapping', async () => {
    expect(await usageOf(() => plan(fileWith('id,question\n1,x\n')))).toMatchObject({ code: 'usage' });
  });
});

test('JSONL with a mapping is read by field, by path with dots, and with booleans as marks', async () => {
  const rows = await readRows(
    toJsonLines([
      { meta: { id: 7 }, 'a.b': 'Why?', out: { large: 'So.' }, ok: true, vec: [1, 2] },
      { meta: { id: '8' }, 'a.b': 'How?', out: null, ok: null },
    ]),
    {
      mapping: parseMapping({
        columns: { promptId: 'meta.id', prompt: 'a.b' },
        responses: { large: 'out.large' },
        gold: { judgement: { as: 'scores', columns: { large: 'ok' }, scale: [0, 1] }, kind: 'verifiable' },
        vectorColumn: 'vec',
      }),
    },
  );
  expect(rows[0]).toMatchObject({
    prompt: { externalId: '7', text: 'Why?', dataset: 'trial' },
    responses: [{ text: 'So.' }],
    gold: [{ scoreA: 1 }],
    vector: Float64Array.of(1, 2),
  });
  expect(rows[1]).toMatchObject({ prompt: { externalId: '8' }, responses: [], gold: [], vector: null });
});

test('the table of the Meta-Router paper is known: vectors and gains, no texts, a prompt for each row', async () => {
  const table = 'embd.PC1,embd.PC2,embd.PC10,GL,PL\n1,2,10,0.25,-0.5\n1,2,10,-1,1.5\n';
  expect((await plan(fileWith(table))).format).toBe('csv');
  const rows = await readRows(table);
  expect(rows[0]).toMatchObject({
    prompt: { externalId: 'line-2', text: '' },
    models: ['strong', 'cheap'],
    responses: [],
    gold: [
      {
        modelA: 'strong',
        modelB: 'cheap',
        scoreA: 0.25,
        scoreB: 0,
        scale: { lo: 0, hi: 1 },
        detail: { isGain: true },
      },
    ],
    verdicts: [{ source: { name: 'PL', kind: 'judge' }, scoreA: -0.5, scoreB: 0, verdict: null }],
    vector: Float64Array.of(1, 2, 10),
  });
  expect(rows[1].notes.gainsOutOfRange).toBe(1);
  expect(rows[0].prompt.normHash).not.toBe(rows[1].prompt.normHash);
});

test('a mapping that is wrong says where', async () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ colums: {} }, /colums/],
    [
      { gold: { judgement: { as: 'scores', columns: { m: 'x' }, scale: [1, 0] } } },
      /lower end first[^]*scale/,
    ],
    [{ columns: { prompt: 'q' } }, /nothing to import/],
  ];
  for (const [input, message] of wrong) {
    const error = await usageOf(() => parseMapping(input));
    expect(error).toMatchObject({ code: 'usage' });
    expect(error.message).toMatch(message);
  }
});
