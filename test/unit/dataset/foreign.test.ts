import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parquetWriteFile } from 'hyparquet-writer';
import { ArraySplitter } from '../../../src/dataset/split-array.ts';
import { fileWith, plan, readAll, readRefusals, readRows, toJsonLines } from './dataset-files.ts';

/** Records as the documentation of each format shows them. */

describe('votes of the Chatbot Arena', () => {
  const header = 'id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n';
  test('are read from the table of 55k battles, turns together', async () => {
    const content =
      header +
      '30192,gpt-4,vicuna,"[""Is it?"",""Why?""]","[""Yes"",null]","[""No"",""Because""]",1,0,0\n' +
      '7,gpt-4,vicuna,"[""Hm""]","[null]","[""No""]",0,0,1\n';
    expect((await plan(fileWith(content, 'train.csv'))).format).toBe('arena-55k');
    const [row, second] = await readRows(content);
    expect(row).toMatchObject({
      prompt: { externalId: '30192', text: 'Is it?\n\nWhy?' },
      models: ['gpt-4', 'vicuna'],
      responses: [
        { model: 'gpt-4', text: 'Yes' },
        { model: 'vicuna', text: 'No\n\nBecause' },
      ],
      verdicts: [{ source: { name: 'arena', kind: 'crowd' }, verdict: 'a' }],
    });
    expect(second.responses).toMatchObject([{ model: 'vicuna', text: 'No' }]);
    expect(second.verdicts).toMatchObject([{ verdict: 'tie' }]);
  });

  test('are refused one by one where the winner or the turns are not what they should be', async () => {
    const content = `${header}1,a,b,"[""x""]","[""y""]","[""z""]",1,1,0\n2,a,b,x,"[""y""]","[""z""]",1,0,0\n3,a,b,"[""x""]","[""y""]","[""z""]",0,1,0\n`;
    expect(await readRefusals(content)).toEqual([
      [2, 'winner: expected one of winner_model_a, winner_model_b and winner_tie to be 1, found 2'],
      [3, 'prompt: expected a JSON list of turns, found other text'],
    ]);
  });

  test('are read from whole conversations', async () => {
    const say = (answer: string) => [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: answer },
    ];
    const [row] = await readRows([
      {
        question_id: 'q1',
        model_a: 'koala',
        model_b: 'alpaca',
        winner: 'tie (bothbad)',
        judge: 'arena_user_973',
        conversation_a: say('Hi'),
        conversation_b: say('Yo'),
        turn: 1,
        language: 'English',
        tstamp: 1682351591.1,
      },
    ]);
    expect(row).toMatchObject({
      prompt: { externalId: 'q1', text: 'Hello', language: 'English' },
      verdicts: [{ verdict: 'tie' }],
    });
  });
});

test('RouterBench: scores are gold, with the cost of each call', async () => {
  const content =
    'sample_id,prompt,eval_name,gpt-4,gpt-4|model_response,gpt-4|total_cost,mixtral,mixtral|model_response,mixtral|total_cost,oracle_model_to_route_to\n' +
    'mmlu.1,"[""Which?""]",mmlu-law,1.0,A,0.0006,0.25,"[""B""]",0.00002,gpt-4\n' +
    'mmlu.2,Where?,mmlu-law,,A,0.0006,0.5,C,0.00002,mixtral\n';
  expect((await plan(fileWith(content, 'routerbench_0shot.csv'))).format).toBe('router-bench');
  const [row, second] = await readRows(content);
  expect(row).toMatchObject({
    prompt: { externalId: 'mmlu.1', text: 'Which?', category: 'mmlu-law' },
    responses: [
      { model: 'gpt-4', text: 'A', costUsd: 0.0006 },
      { model: 'mixtral', text: 'B', costUsd: 0.00002 },
    ],
    gold: [
      { modelA: 'gpt-4', scoreA: 1, scale: { lo: 0, hi: 1 }, kind: 'verifiable' },
      { modelA: 'mixtral', scoreA: 0.25 },
    ],
  });
  expect(second.gold).toMatchObject([{ modelA: 'mixtral', scoreA: 0.5 }]);
});

test('AlpacaEval: a preference of 1 to 2 is a verdict with its strength', async () => {
  const annotation = (preference: number | null) => ({
    instruction: 'Say it',
    output_1: 'one',
    output_2: 'two',
    generator_1: 'text_davinci_003',
    generator_2: 'alpaca-7b',
    annotator: 'alpaca_eval_gpt4',
    preference,
  });
  const content = JSON.stringify([1, 2, 1.5, 1.25, null, 3].map(annotation), null, 2);
  const items = await readAll(fileWith(content, 'annotations.json'));
  const said = items.map((item) =>
    'refusal' in item ? item.refusal : item.row.verdicts.map(({ verdict, strength }) => [verdict, strength]),
  );
  expect(said).toEqual([
    [['a', null]],
    [['b', null]],
    [['tie', null]],
    [['a', 0.5]],
    [],
    'preference: expected a number from 1 to 2, found one outside',
  ]);
});

test('FastChat: votes are read without addresses and times', async () => {
  const state = (model: string, answer: string) => ({
    template_name: model,
    roles: ['USER', 'ASSISTANT'],
    messages: [
      ['USER', 'Hello'],
      ['ASSISTANT', answer],
    ],
    offset: 0,
    conv_id: 'c1',
    model_name: model,
  });
  const content = toJsonLines([
    {
      tstamp: 1683000000.5,
      type: 'rightvote',
      models: ['vicuna', 'koala'],
      states: [state('vicuna', 'Hi'), state('koala', 'Yo')],
      ip: '203.0.113.9',
    },
  ]);
  const rows = await readRows(content);
  expect(rows).toMatchObject([
    { prompt: { externalId: 'c1', text: 'Hello' }, verdicts: [{ modelA: 'vicuna', verdict: 'b' }] },
  ]);
  expect(JSON.stringify(rows)).not.toContain('203.0.113.9');
});

describe('annotation tools', () => {
  test('Label Studio: people are gold, predictions are sources, skipped tasks are neither', async () => {
    const content = JSON.stringify([
      {
        id: 12,
        data: { prompt: 'Which?', answer1: 'one', answer2: 'two' },
        annotations: [
          {
            id: 1,
            completed_by: { id: 4, email: 'ada@example.org' },
            lead_time: 12.5,
            was_cancelled: false,
            ground_truth: false,
            result: [
              {
                id: 'x',
                from_name: 'pw',
                to_name: 'answer1,answer2',
                type: 'pairwise',
                origin: 'manual',
                value: { selected: 'right' },
              },
              { from_name: 'why', to_name: 'prompt', type: 'textarea', value: { text: ['clearer'] } },
            ],
          },
          { id: 2, completed_by: 5, was_cancelled: true, result: [] },
        ],
        predictions: [
          {
            model_version: 'gpt-4',
            score: 0.9,
            result: [{ from_name: 'pw', type: 'pairwise', value: { selected: 'left' } }],
          },
        ],
      },
    ]);
    expect((await plan(fileWith(content, 'export.json'))).format).toBe('label-studio');
    const [row] = await readRows(content);
    expect(row).toMatchObject({
      prompt: { externalId: '12' },
      gold: [
        {
          modelA: 'answer1',
          modelB: 'answer2',
          verdict: 'b',
          detail: { comment: 'clearer', latencyMs: 12500 },
          provenance: { rater: 'ada@example.org' },
        },
      ],
      verdicts: [{ source: { name: 'gpt-4', kind: 'judge' }, verdict: 'a' }],
    });
    expect(row.gold).toHaveLength(1);
    expect(row.notes.unsubmittedAnswers).toBe(1);
  });

  test('Argilla: submitted responses are gold, suggestions are sources, drafts are neither', async () => {
    const answer = (user: string, status: string, value: string) => ({
      user_id: user,
      status,
      values: { preference: { value } },
    });
    const [row] = await readRows([
      {
        id: 'r1',
        fields: { prompt: 'Which?', response_a: 'one', response_b: 'two' },
        metadata: { model_a: 'x', model_b: 'y' },
        responses: [
          answer('u1', 'submitted', 'a'),
          answer('u2', 'draft', 'b'),
          answer('u3', 'discarded', 'b'),
        ],
        suggestions: [{ question_name: 'preference', value: 'b', score: 0.8, agent: 'gpt-4' }],
      },
    ]);
    expect(row.gold).toMatchObject([{ modelA: 'x', verdict: 'a', provenance: { rater: 'u1' } }]);
    expect(row.verdicts).toMatchObject([{ source: { name: 'gpt-4' }, verdict: 'b' }]);
    expect(row.notes.unsubmittedAnswers).toBe(2);
  });

  test('DPO pairs: the chosen response was preferred', async () => {
    const [row] = await readRows([
      { prompt: 'p', chosen: 'good', rejected: 'bad', chosen_model: 'x', rejected_model: 'y' },
    ]);
    expect(row.verdicts).toMatchObject([{ modelA: 'x', modelB: 'y', verdict: 'a' }]);
  });
});

test('a Parquet file is read by the names of its columns', async () => {
  const path = join(fileWith('', 'anchor'), '..', 'battles.parquet');
  parquetWriteFile({
    filename: path,
    columnData: [
      { name: 'id', data: [5n, 6n], type: 'INT64' },
      { name: 'model_a', data: ['x', 'x'], type: 'STRING' },
      { name: 'model_b', data: ['y', 'y'], type: 'STRING' },
      { name: 'prompt', data: ['["Hm"]', '["Oh"]'], type: 'STRING' },
      { name: 'response_a', data: ['["1"]', '["2"]'], type: 'STRING' },
      { name: 'response_b', data: ['["3"]', '["4"]'], type: 'STRING' },
      { name: 'winner_model_a', data: [1, 0], type: 'INT32' },
      { name: 'winner_model_b', data: [0, 0], type: 'INT32' },
      { name: 'winner_tie', data: [0, 1], type: 'INT32' },
    ],
  });
  const items = await readAll(path);
  expect(items).toMatchObject([
    { line: 1, row: { prompt: { externalId: '5' }, verdicts: [{ verdict: 'a' }] } },
    { line: 2, row: { prompt: { externalId: '6' }, verdicts: [{ verdict: 'tie' }] } },
  ]);
});

describe('the elements of a JSON array', () => {
  const cut = (text: string, size: number): string[] => {
    const bytes = Buffer.from(text);
    const splitter = new ArraySplitter(1000);
    const out: string[] = [];
    for (let i = 0; i < bytes.length; i += size)
      for (const { bytes: element } of splitter.push(bytes.subarray(i, i + size)))
        out.push(element?.toString() ?? 'too long');
    for (const { bytes: element } of splitter.end()) out.push(element?.toString() ?? 'too long');
    return out;
  };

  test('are those that a parser finds, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (values, size) => {
          expect(
            cut(JSON.stringify(values, null, 1), size).map((text) => JSON.parse(text) as unknown),
          ).toEqual(JSON.parse(JSON.stringify(values)));
        },
      ),
    );
  });

  test('are told where one is too long, or the array is cut', () => {
    expect(cut(`["${'x'.repeat(2000)}", 1]`, 64)).toEqual(['too long', ' 1']);
    expect(cut('[{"a": 1}, {"b": ', 5)).toEqual(['{"a": 1}', ' {"b": ']);
  });
});
