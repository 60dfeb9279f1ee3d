import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { iterateLabelRows } from '../../db/repositories/label-rows.ts';
import type { ProjectFile } from '../../db/open.ts';
import { writeLabels, type LabelFormat, type WrittenLabels } from '../../src/dataset/write-labels.ts';
import { verdictOf, type WideRow } from '../../src/dataset/wide-json.ts';
import { fileOf, importFile } from './import-support.ts';
import { newProject, temporaryFolder } from './temporary-project.ts';

const ENDINGS: Readonly<Record<LabelFormat, string>> = {
  jsonl: 'jsonl',
  csv: 'csv',
  parquet: 'parquet',
  'label-studio': 'json',
  argilla: 'json',
  'alpaca-eval': 'json',
  'fastchat-votes': 'jsonl',
  dpo: 'jsonl',
  healthbench: 'jsonl',
};
const LOSSLESS = ['jsonl', 'csv', 'parquet', 'label-studio', 'argilla'] as const;

function labelsOf(project: ProjectFile): readonly WideRow[] {
  return [...iterateLabelRows(project.db, { includesGold: true, sources: null })];
}

async function write(
  project: ProjectFile,
  format: LabelFormat,
): Promise<{ readonly path: string; readonly written: WrittenLabels }> {
  const path = join(temporaryFolder(), `labels.${ENDINGS[format]}`);
  const written = await writeLabels(path, format, labelsOf(project), () => undefined);
  return { path, written };
}

/** What another project holds after the labels of this one were written and read again. */
async function passOn(project: ProjectFile, format: LabelFormat): Promise<readonly WideRow[]> {
  const other = newProject();
  const report = await importFile(other, (await write(project, format)).path);
  expect(report.rowsRefused).toBe(0);
  return labelsOf(other);
}

const text = fc.oneof(
  fc
    .string({ unit: 'binary', maxLength: 30 })
    .filter((value) => value.trim() !== '' && !value.includes('\u0000')),
  fc.constantFrom(
    '=1+1',
    "'=2",
    '+a',
    '-b',
    '@c',
    '\t=d',
    '"quoted", and\nbroken',
    '<script>',
    '{"a": [1]}',
    "''@",
  ),
);
const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((value) => value.trim() !== ''),
  fc.constantFrom('__proto__', 'constructor', '=cmd', 'a,b'),
);
const score = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value || 0);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** What the workbench stores beside a grade. */
const beside = fc.record({
  task: maybe(name),
  shown_left: maybe(fc.constantFrom('a', 'b')),
  categories: maybe(fc.constant(['law', '=1+1'])),
  is_adjudicated: maybe(fc.constant(true)),
  spans: maybe(
    fc
      .record({ side: fc.constantFrom('a', 'b'), start: fc.nat(9), tag: maybe(text), comment: maybe(text) })
      .map((span) => [{ ...span, end: span.start + 2 }]),
  ),
});

const project = fc
  .record({
    models: fc.uniqueArray(name, { minLength: 2, maxLength: 3 }),
    raters: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
    sources: fc.uniqueArray(
      fc.record({
        judge: name,
        type: fc.constantFrom('pairwise', 'crowd', 'rule', 'reward_model', 'simulated'),
        scale: maybe(fc.constant([0, 1])),
      }),
      { selector: (source) => source.judge, minLength: 1, maxLength: 2 },
    ),
    ids: fc.uniqueArray(name, { minLength: 1, maxLength: 8 }),
  })
  .chain(({ models, raters, sources, ids }) => {
    const pair = fc.constant({ model_a: models[0], model_b: models[1] });
    const verdict = fc.constantFrom('a', 'b', 'tie');
    const criteria = fc.constantFrom(
      { score_a: 1, criteria: [{ id: 'safe', points: 5, is_met: true }] },
      // Below the scale: a rubric is not clipped.
      {
        score_a: -0.5,
        criteria: [
          { id: '=1', points: 4, is_met: false },
          { id: 'harm', points: -2, is_met: true },
        ],
      },
    );
    const grade = fc.oneof(
      fc
        .tuple(fc.constantFrom(...models), criteria)
        .map(([model, said]) => ({ model_a: model, scale: [0, 1], ...said })),
      fc.record({ model_a: fc.constantFrom(...models), score_a: score, scale: fc.constant([0, 1]) }),
      fc.tuple(pair, fc.record({ verdict, strength: maybe(score) })).map(([a, b]) => ({ ...a, ...b })),
      fc
        .tuple(pair, fc.record({ score_a: score, score_b: score, scale: fc.constant([0, 1]) }))
        .map(([a, b]) => ({ ...a, ...b })),
    );
    const judgement = fc.oneof(
      fc.record({ model_a: fc.constantFrom(...models), score_a: score }),
      fc
        .tuple(
          pair,
          fc.record({
            verdict,
            strength: maybe(score),
            order: maybe(fc.constantFrom('ab', 'ba', 'both')),
            consistent: maybe(fc.boolean()),
          }),
        )
        .map(([a, b]) => ({ ...a, ...b })),
    );
    // The first row has every response, so that the models have one order whatever is written.
    const row = (id: string, i: number): fc.Arbitrary<object> =>
      fc.record({
        prompt_id: fc.constant(id),
        source: fc.constant('set'),
        split: maybe(fc.constantFrom('train', 'dev', 'test')),
        category: maybe(text),
        prompt: text,
        reference: maybe(text),
        covariates: maybe(fc.constant({ age: 3 })),
        models: fc.constant(models),
        responses: fc
          .tuple(text, ...models.slice(1).map(() => (i === 0 ? text : maybe(text))))
          .map((texts) => Object.fromEntries(models.map((model, i) => [model, texts[i] ?? null]))),
        cost: maybe(fc.constant(Object.fromEntries([[models[0], 0.5]]))),
        grades: fc
          .uniqueArray(fc.tuple(fc.constantFrom(...raters), grade, maybe(text), beside), {
            selector: ([rater, given]) => JSON.stringify([rater, given.model_a, 'model_b' in given]),
            maxLength: 3,
          })
          .map((list) =>
            list.map(([rater, given, comment, more]) => ({ ...given, rater, comment, ...more })),
          ),
        judgements: fc
          .uniqueArray(fc.tuple(fc.constantFrom(...sources), judgement), {
            selector: ([source, said]) =>
              JSON.stringify([
                source.judge,
                said.model_a,
                'order' in said ? said.order : null,
                'model_b' in said,
              ]),
            maxLength: 3,
          })
          .map((list) => list.map(([source, said]) => ({ ...said, ...source }))),
      });
    return fc.tuple(...ids.map(row));
  });

describe('labels that are written and read again', () => {
  test.each(LOSSLESS)('are the same as %s', { timeout: 120_000 }, async (format) => {
    await fc.assert(
      fc.asyncProperty(project, async (rows) => {
        const first = newProject();
        await importFile(first, fileOf(rows));
        const labels = labelsOf(first);
        expect(labels).toHaveLength(rows.length);
        expect(await passOn(first, format)).toEqual(labels);
        first.close();
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  test('are the same grades where they come back into their own project', async () => {
    const own = newProject();
    await importFile(
      own,
      fileOf([
        {
          prompt_id: 'p',
          prompt: 'Why?',
          models: ['x', 'y'],
          grades: [{ model_a: 'x', model_b: 'y', verdict: 'a', rater: 'Ada' }],
        },
      ]),
    );
    const before = labelsOf(own);
    const again = await importFile(own, (await write(own, 'label-studio')).path);
    expect(again.added).toMatchObject({ prompts: 0, gold: 0 });
    expect(labelsOf(own)).toEqual(before);
  });
});

const rows = [
  {
    prompt_id: 'p1',
    source: 'set',
    prompt: 'Which is larger?',
    models: ['x', 'y'],
    responses: { x: 'one', y: 'two' },
    grades: [{ model_a: 'x', model_b: 'y', verdict: 'b', strength: 0.5, rater: 'Ada' }],
    judgements: [
      { judge: 'gpt', type: 'pairwise', model_a: 'x', model_b: 'y', verdict: 'a' },
      { judge: 'gpt-scores', type: 'pointwise', model_a: 'x', score_a: 0.25, scale: [0, 1] },
      { judge: 'crowd', type: 'crowd', model_a: 'x', model_b: 'y', verdict: 'tie' },
    ],
  },
];

describe('formats that hold verdicts only', () => {
  test('say what they leave out, and give the verdicts back', async () => {
    const own = newProject();
    await importFile(own, fileOf(rows));
    const alpaca = await write(own, 'alpaca-eval');
    expect(alpaca.written).toEqual({ prompts: 1, records: 3, leftOut: { 'scores of single responses': 1 } });
    expect(JSON.parse(readFileSync(alpaca.path, 'utf8'))).toMatchObject([
      { generator_1: 'x', output_2: 'two', annotator: 'gold:Ada', preference: 1.75 },
      { annotator: 'crowd', preference: 1.5 },
      { annotator: 'gpt', preference: 1 },
    ]);
    const fromAlpaca = (await passOn(own, 'alpaca-eval')).at(0)?.judgements ?? [];
    expect(fromAlpaca.map(({ judge, verdict, strength }) => [judge, verdict, strength])).toEqual([
      ['crowd', 'tie', undefined],
      ['gold:Ada', 'b', 0.5],
      ['gpt', 'a', undefined],
    ]);

    const fastchat = await write(own, 'fastchat-votes');
    expect(fastchat.written.leftOut).toEqual({
      'scores of single responses': 1,
      'strengths of verdicts': 1,
      'names of who judged': 3,
    });
    const votes = (await passOn(own, 'fastchat-votes')).at(0)?.judgements ?? [];
    expect(votes.map((vote) => verdictOf(vote)).sort()).toEqual(['a', 'b', 'tie']);

    const dpo = await write(own, 'dpo');
    expect(dpo.written).toMatchObject({ records: 2, leftOut: { ties: 1, 'scores of single responses': 1 } });
    const pairs = (await passOn(own, 'dpo')).at(0);
    // The chosen response comes first in this format, so that the second model of the pair is the first of the file.
    expect(pairs?.grades).toMatchObject([{ model_a: 'y', model_b: 'x', verdict: 'a', rater: 'Ada' }]);
    expect(pairs?.judgements).toMatchObject([{ judge: 'gpt', model_a: 'y', model_b: 'x', verdict: 'b' }]);
  });

  test('a table is harmless in a spreadsheet', async () => {
    const own = newProject();
    await importFile(
      own,
      fileOf([{ prompt_id: '=1+1', prompt: '@SUM(A1)', models: ['-x'], responses: { '-x': '\t=2' } }]),
    );
    const { path } = await write(own, 'csv');
    const cells = readFileSync(path, 'utf8').split('\n')[1].split(',');
    expect(cells).toContain("'=1+1");
    expect(cells).toContain("'@SUM(A1)");
    expect(cells).toContain("'-x");
    expect(cells.some((cell) => /^"?[=+\-@\t]/.test(cell))).toBe(false);
  });

  test('a cancelled export leaves the file that was there', async () => {
    const own = newProject();
    await importFile(own, fileOf(rows));
    const { path } = await write(own, 'jsonl');
    const before = readFileSync(path);
    const work = writeLabels(path, 'jsonl', labelsOf(own), () => {
      throw new Error('cancelled');
    });
    await expect(work).rejects.toThrow('cancelled');
    expect(readFileSync(path)).toEqual(before);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });
});

const checkout = resolve(import.meta.dirname, '..', '..');
const real = join(
  process.env['METAROUTER_SHARED'] ?? resolve(checkout, '..', 'shared'),
  'data',
  'mtbench.pairs.jsonl.gz',
);
if (!existsSync(real)) {
  process.stderr.write(
    '\nNOT RUN: labels of real data through every format. There is no mtbench.pairs.jsonl.gz.\n',
  );
}

test.runIf(existsSync(real))(
  'expert grades and verdicts of MT-bench come through every format',
  { timeout: 120_000 },
  async () => {
    const own = newProject();
    await importFile(own, real);
    const labels = labelsOf(own);
    for (const format of LOSSLESS) expect(await passOn(own, format)).toEqual(labels);
    const verdicts = (all: readonly WideRow[]) =>
      all.flatMap((row) =>
        [...(row.grades ?? []), ...(row.judgements ?? [])].map((entry) => verdictOf(entry)),
      );
    expect(verdicts(await passOn(own, 'alpaca-eval'))).toHaveLength(verdicts(labels).length);
  },
);
