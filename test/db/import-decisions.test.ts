/** The decision log of a served bundle comes back into a project, as the server wrote it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPairSnapshot } from '../../db/repositories/snapshot.ts';
import { answers } from '../serve/support/fake-upstream.ts';
import { chat, post, promptsByModel, serve } from '../serve/support/serving.ts';
import { fileOf, importFile, importRows, refusalOf } from './import-support.ts';
import { newProject } from './temporary-project.ts';

const line = {
  ...{ kind: 'decision', version: 1, time: '2027-01-15T08:00:00.000Z', id: 'd1', router: 'r', bundleId: 'b' },
  ...{ stage: 'route', model: 'large', answeredBy: 'small', action: 'route', gain: 0.2, threshold: 0.1 },
  ...{
    propensity: 0.95,
    isExplored: false,
    promptHash: '00112233445566aa',
    outcome: 'complete',
    costUsd: 0.5,
  },
  attempts: [
    { model: 'large', failure: 'HTTP 500', usage: { inputTokens: null, outputTokens: null }, costUsd: null },
    { model: 'small', failure: null, usage: { inputTokens: 4, outputTokens: 5 }, costUsd: 0.5 },
  ],
};
const feedback = { kind: 'feedback', version: 1, time: '2027-01-15T09:00:00.000Z', id: 'd1', score: 0.75 };

test('a served conversation, with its feedback, joins the prompts of the project that were the same', async () => {
  const serving = await serve({
    large: answers('l'),
    small: answers('s'),
    config: { exploration: { epsilon: 0.2 }, log: { decisions: 'log.jsonl' } },
  });
  const prompts = promptsByModel(serving.router);
  for (const prompt of [prompts.large, prompts.small]) {
    const response = await chat(serving, prompt);
    await response.text();
    await post(`${serving.url}/v1/feedback`, { id: response.headers.get('x-metarouter-id'), score: 1 });
  }
  await serving.stop();
  const project = newProject();
  await importRows(project, {
    prompt_id: 'known',
    prompt: `  ${prompts.large.toUpperCase()} `,
    models: ['large', 'small'],
  });
  const path = join(serving.folder, 'log.jsonl');
  const report = await importFile(project, path);
  expect(report).toMatchObject({
    format: 'decisions',
    rowsRefused: 0,
    added: { prompts: 2, decisions: 2, preferences: 2, responses: 2, models: 0, sources: 1 },
  });
  const hashes = project.db.prepare<[], string>('SELECT norm_hash FROM prompt ORDER BY id').pluck().all();
  expect(hashes[1]).toBe(hashes[0]);
  expect(project.db.prepare('SELECT text FROM prompt ORDER BY id').pluck().all().slice(1)).toEqual(['', '']);
  expect(project.db.prepare('SELECT name, kind, scale_lo, scale_hi FROM source').all()).toEqual([
    { name: 'feedback', kind: 'crowd', scale_lo: 0, scale_hi: 1 },
  ]);
  const decisions = project.db.prepare<[], { propensity: number }>('SELECT * FROM logged_decision').all();
  for (const { propensity } of decisions) expect([0.9, 0.1]).toContainEqual(expect.closeTo(propensity, 12));
  const again = await importFile(project, path);
  expect(again.added).toMatchObject({ prompts: 0, decisions: 0, preferences: 0, responses: 0 });
  expect(again.alreadyThere).toMatchObject({ decisions: 2 });
});

test('feedback is about the model that answered, with the tokens and the cost of its call', async () => {
  const project = newProject();
  await importRows(project, line, feedback);
  expect(
    project.db
      .prepare(
        `SELECT d.propensity, m.name AS model, a.name AS answered, d.decided_ms FROM logged_decision d
         JOIN model m ON m.id = d.model_id JOIN model a ON a.id = d.answered_model_id`,
      )
      .all(),
  ).toEqual([{ propensity: 0.95, model: 'large', answered: 'small', decided_ms: 1_800_000_000_000 }]);
  expect(
    project.db
      .prepare('SELECT m.name, s.score FROM preference_score s JOIN model m ON m.id = s.model_id')
      .all(),
  ).toEqual([{ name: 'small', score: 0.75 }]);
  expect(
    project.db.prepare('SELECT input_tokens, output_tokens, cost_usd, text FROM response').all(),
  ).toEqual([{ input_tokens: 4, output_tokens: 5, cost_usd: 0.5, text: null }]);
});

test.each([
  [[{ ...line, propensity: 0 }], /^propensity: expected a number above 0/],
  [[{ ...line, version: 2 }], /^version: expected 1, found another: a newer program wrote it$/],
  [[{ ...line, time: 'yesterday' }], /^time: expected an ISO 8601 time/],
  [
    [{ ...line, promptHash: 'secret text' }],
    /^promptHash: expected 16 hexadecimal digits, found another string$/,
  ],
  [[{ ...line, model: 3 }], /^model: expected a string, found a number$/],
  [
    [feedback],
    /^id: feedback on a decision that is not above in the file; put the logs together, oldest first$/,
  ],
])('a line that cannot be used is refused with the reason', async (rows, reason) => {
  const project = newProject();
  const refused = await refusalOf(() => importFile(project, fileOf(rows)));
  expect(refused.details).toMatchObject({ refusals: [{ reason: expect.stringMatching(reason) as string }] });
});

test('logs that were rotated are read together', async () => {
  const project = newProject();
  const first = fileOf([line], 'log.1');
  const second = fileOf([feedback], 'log.2');
  const together = fileOf([], 'log.jsonl');
  writeFileSync(together, readFileSync(first, 'utf8') + readFileSync(second, 'utf8'));
  expect((await importFile(project, together)).added).toMatchObject({ decisions: 1, preferences: 1 });
});

test('prompts that wait for an expert are imported as prompts to grade', async () => {
  const project = newProject();
  const item = {
    ...{ source: 'expert-queue r', prompt_id: 'd9', prompt: 'What now?', models: ['large', 'small'] },
    responses: { small: 'This, perhaps.' },
  };
  expect(await importRows(project, item)).toMatchObject({
    format: 'wide',
    added: { prompts: 1, responses: 1, models: 2 },
  });
});

test('decisions without a text take no part in a snapshot, those with one do', async () => {
  const project = newProject();
  await importRows(project, line, { ...line, id: 'd2', prompt: 'Why is it so?' });
  const { prompts } = buildPairSnapshot(project.db, {
    strong: 'large',
    cheap: 'small',
    stage: 'route',
    signals: [],
  });
  expect(prompts).toEqual(['Why is it so?']);
});
