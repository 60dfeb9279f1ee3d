import { describe, expect, test } from 'vitest';
import { plan, fileWith, readRow, readRows, toJsonLines } from './dataset-files.ts';
import { pairsRow, swapRow, wideRow } from './example-rows.ts';

const judge = { name: 'referee', kind: 'judge', scale: null };

describe('a pairs row', () => {
  test('becomes a prompt, two responses, one gold grade and one verdict for each order', async () => {
    const row = await readRow(pairsRow);
    expect(row.prompt).toMatchObject({
      dataset: 'kitchen',
      externalId: 'p/1',
      text: 'How long does rice take?',
      split: 'train',
      category: 'cooking',
      language: 'en',
      reference: null,
    });
    expect(row.responses).toMatchObject([
      { model: 'large', text: 'Eighteen minutes.', chars: 17, costUsd: null },
      { model: 'small', text: 'An hour.', chars: 8 },
    ]);
    expect(row.gold).toMatchObject([
      {
        modelA: 'large',
        modelB: 'small',
        scoreA: 9,
        scoreB: 2,
        verdict: 'a',
        kind: 'human_expert',
        scale: { lo: 0, hi: 10 },
      },
    ]);
    expect(row.verdicts).toMatchObject([
      { source: judge, modelA: 'large', modelB: 'small', shown: 'ab', vote: '', verdict: 'a' },
      { source: judge, modelA: 'large', modelB: 'small', shown: 'ba', vote: '', verdict: 'b' },
    ]);
  });

  test('turns scores of single responses into scores and keeps those of a pairwise judge with its verdict', async () => {
    const row = await readRow({
      ...pairsRow,
      judges: [
        { judge: 'reward', type: 'reward_model', score_a: 1.5, score_b: -2, verdict: 'a', order: null },
        { judge: 'rule', type: 'rule', score_a: 1, score_b: null, verdict: null, order: null },
        {
          judge: 'referee',
          type: 'pairwise',
          score_a: 7,
          score_b: 5,
          verdict: 'a',
          order: 'both',
          consistent: true,
        },
      ],
      sim_judges: [{ judge: 'referee', verdict: 'b', order: 'ab' }],
    });
    expect(row.scores).toMatchObject([
      { source: { name: 'reward', kind: 'reward-model' }, model: 'large', score: 1.5 },
      { source: { name: 'reward', kind: 'reward-model' }, model: 'small', score: -2 },
      { source: { name: 'rule', kind: 'rule' }, model: 'large', score: 1 },
    ]);
    expect(row.verdicts).toMatchObject([
      { source: judge, shown: 'both', verdict: 'a', scoreA: 7, scoreB: 5, isConsistent: true },
      { source: { name: 'referee', kind: 'simulated' }, verdict: 'b' },
    ]);
  });

  test('counts a judgement that says nothing instead of refusing the row', async () => {
    const row = await readRow({
      ...pairsRow,
      judges: [{ judge: 'referee', type: 'pairwise', verdict: null, order: 'ab' }],
    });
    expect(row.verdicts).toEqual([]);
    expect(row.notes.absentJudgements).toBe(1);
  });

  test('names models that have no name, and says so', async () => {
    const row = await readRow({ ...pairsRow, model_a: null, model_b: null });
    expect(row.models).toEqual(['unnamed-a', 'unnamed-b']);
    expect(row.notes.hasUnnamedModels).toBe(true);
  });

  test('keeps the votes behind the gold beside it and not as a second grade', async () => {
    const row = await readRow({
      ...pairsRow,
      gold: {
        kind: 'human_expert',
        scale: [-1, 1],
        score_a: null,
        score_b: null,
        pref: 'a',
        n_raters: 3,
        share_a: 2 / 3,
      },
      votes: [
        { rater: 'x', verdict: 'a' },
        { rater: 'y', verdict: 'a' },
        { rater: 'z', verdict: 'tie' },
      ],
    });
    expect(row.gold).toHaveLength(1);
    expect(row.gold[0]).toMatchObject({
      raterCount: 3,
      verdict: 'a',
      detail: { shareA: 2 / 3, votes: { a: 2, b: 0, tie: 1 } },
    });
  });

  test('reads costs, tokens, turns, the turn before, covariates and a vector', async () => {
    const row = await readRow({
      ...pairsRow,
      turn: 2,
      prev_response_a: 'Before.',
      prev_response_b: null,
      cost: { a: 0.25, b: 0 },
      output_tokens: { a: 5, b: 4 },
      covariates: { hour: 13, missing: null },
      embedding: [0.5, -1, 1e-3],
    });
    expect(row.prompt).toMatchObject({ turn: 2, covariates: [['hour', 13]] });
    expect(row.responses).toMatchObject([
      { previousText: 'Before.', costUsd: 0.25, outputTokens: 5 },
      { previousText: null, costUsd: 0, outputTokens: 4 },
    ]);
    expect(row.vector).toEqual(Float64Array.of(0.5, -1, 1e-3));
  });

  test('tells which of two responses was cut by its length', async () => {
    const row = await readRow({ ...pairsRow, truncated: true, len_a: 500 });
    expect(row.responses.map((response) => response.isTruncated)).toEqual([true, false]);
  });

  test('may lack everything but a prompt', async () => {
    const row = await readRow({ prompt: 'Why?', response_a: 'So.' });
    expect(row).toMatchObject({ gold: [], scores: [], verdicts: [], vector: null });
    expect(row.prompt).toMatchObject({ dataset: 'trial', split: null, language: null });
    expect(row.prompt.externalId).toMatch(/^text-[0-9a-f]{16}$/);
  });

  test('tells repeated verdicts of one judge apart', async () => {
    const verdict = { judge: 'referee', type: 'pairwise', verdict: 'a', order: 'ab' };
    const row = await readRow({ ...pairsRow, judges: [verdict, verdict, { ...verdict, order: 'ba' }] });
    expect(row.verdicts.map(({ shown, vote }) => [shown, vote])).toEqual([
      ['ab', ''],
      ['ab', '2'],
      ['ba', ''],
    ]);
  });

  test('has gold by scores, and says where the verdict contradicts them or the scale is missing', async () => {
    const gold = { kind: 'verifiable', score_a: 0, score_b: 1, pref: 'a' };
    const row = await readRow({ ...pairsRow, gold });
    expect(row.notes).toMatchObject({ goldContradictsScores: true, goldWithoutScale: true });
  });
});

describe('a wide row', () => {
  test('becomes a response, a gold grade and scores for each model that has them', async () => {
    const row = await readRow(wideRow);
    expect(row.models).toEqual(['large', 'small', 'silent']);
    expect(row.responses).toMatchObject([
      { model: 'large', text: 'The Nile.', chars: 9, isTruncated: false },
      { model: 'small', text: 'The Danube.', chars: 11, isTruncated: true },
    ]);
    expect(row.gold).toMatchObject([
      { modelA: 'large', modelB: null, scoreA: 1, kind: 'human_annotators', scale: { lo: 0, hi: 1 } },
      { modelA: 'small', modelB: null, scoreA: 0 },
    ]);
    expect(row.scores).toMatchObject([
      { source: { name: 'overlap', kind: 'rule', scale: { lo: 0, hi: 1 } }, model: 'large', score: 0.5 },
      { source: { name: 'overlap' }, model: 'small', score: 0 },
      { source: { name: 'reader', kind: 'judge', scale: { lo: 1, hi: 5 } }, model: 'large', score: 5 },
    ]);
    expect(row.notes.absentJudgements).toBe(1);
  });

  test('marks simulated judges, whatever they call themselves', async () => {
    const scores = { large: 1 };
    const row = await readRow({
      ...wideRow,
      sim_judges: {
        reader: { type: 'simulated', scale: [0, 1], scores },
        other: { type: 'pointwise', scores },
      },
    });
    expect(row.scores.slice(-2).map(({ source }) => [source.name, source.kind])).toEqual([
      ['reader', 'simulated'],
      ['other', 'simulated'],
    ]);
  });

  test('reads costs and tokens by model, also of a model that is called __proto__', async () => {
    const text =
      '{"prompt":"Why?","responses":{"__proto__":"So.","constructor":"Thus."},"cost":{"__proto__":0.5},' +
      '"tokens":{"constructor":3},"gold":{"__proto__":1},"__proto__":{"split":"test"}}\n';
    const row = (await readRows(text)).at(0);
    expect(row?.responses).toMatchObject([
      { model: '__proto__', text: 'So.', costUsd: 0.5 },
      { model: 'constructor', text: 'Thus.', outputTokens: 3 },
    ]);
    expect(row?.gold).toMatchObject([{ modelA: '__proto__', scoreA: 1 }]);
    expect(row?.prompt.split).toBeNull();
    expect(Object.prototype).not.toHaveProperty('split');
  });
});

test('a swap row becomes two verdicts for each pair, without those that could not be read', async () => {
  const row = await readRow(swapRow);
  expect(row.models).toEqual(['large', 'small', 'tiny']);
  expect(row.verdicts.map((v) => [v.source.name, v.modelA, v.modelB, v.shown, v.verdict])).toEqual([
    ['referee', 'large', 'small', 'ab', 'a'],
    ['referee', 'large', 'small', 'ba', 'tie'],
    ['referee', 'large', 'tiny', 'ab', 'b'],
  ]);
  expect(row.notes.absentJudgements).toBe(1);
});

test('formats are told apart by their content', async () => {
  const formats = [];
  for (const row of [pairsRow, wideRow, swapRow]) {
    formats.push((await plan(fileWith(toJsonLines([row]), 'data.csv'))).format);
  }
  expect(formats).toEqual(['pairs', 'wide', 'swap']);
});

test('a damaged first line does not hide the format', async () => {
  const path = fileWith(`{"prompt_id": 1,\n${toJsonLines([pairsRow])}`);
  expect((await plan(path)).format).toBe('pairs');
});
