/** Embedding as a job: progress, resume, sharing, refusals; and the way from there to a served bundle. */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHEAP, JUDGE, STRONG } from '../../../src/cli/demo/generate.ts';
import { createRng } from '../../../src/core/rng.ts';
import { loadRouter } from '../../../src/runtime/router.ts';
import { parseServeConfig } from '../../../src/serve/serve-config.ts';
import { createServing } from '../../../src/serve/start-serving.ts';
import {
  refuseWith,
  startEmbeddings,
  vectorOf,
  type EmbeddingsServer,
} from '../../support/embeddings-server.ts';
import { refusal, startEngine, startWithData, type TestEngine } from './test-engine.ts';

let server: EmbeddingsServer;
beforeEach(async () => {
  server = await startEmbeddings(12);
});
afterEach(() => server.close());

const request = (more: Record<string, unknown> = {}) => ({
  encoder: {
    ...{
      kind: 'openai-embeddings' as const,
      baseUrl: server.baseUrl,
      model: 'mini',
      batchSize: 10,
      maxConcurrent: 2,
    },
    ...more,
  },
});

async function withPrompts(texts: readonly string[]): Promise<TestEngine> {
  const started = startEngine();
  const path = join(started.folder, 'data.wide.jsonl');
  const rows = texts.map((prompt, i) => ({ prompt_id: `p${i}`, prompt, models: ['a', 'b'] }));
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await started.client.call('project.create', { path: started.project });
  await started.client.run('import.start', { paths: [path] });
  return started;
}

const texts = Array.from({ length: 95 }, (_, i) => `Question ${i % 80}?`);

describe('embedding', () => {
  it('says what it will take, then encodes every text once and tells how far it is', async () => {
    const { client } = await withPrompts(texts);
    const plan = await client.call('embedding.plan', { ...request(), usdPerMillionTokens: 20 });
    expect(plan).toMatchObject({
      name: 'openai:mini',
      prompts: 95,
      texts: 80,
      alreadyThere: 0,
      withoutText: 0,
    });
    expect(plan.estimatedCostUsd).toBeCloseTo((plan.estimatedTokens * 20) / 1e6, 12);
    expect(server.requests).toEqual([]);
    const fractions: number[] = [];
    const report = await client.run(
      'embedding.start',
      { ...request(), usdPerMillionTokens: 20, apiKey: 'sk-secret' },
      { onProgress: ({ fraction }) => fractions.push(fraction) },
    );
    expect(report).toMatchObject({ encoded: 80, shared: 15, tokens: 240, retries: 0 });
    expect(report.costUsd).toBeCloseTo((240 * 20) / 1e6, 12);
    expect(report.description).toEqual({
      ...{ kind: 'openai-embeddings', model: 'mini', revision: null, dimension: 12, isShortened: false },
      ...{ pooling: 'server', normalisation: 'l2', prefix: '', maxCodePoints: 16_384 },
    });
    expect(fractions.at(-1)).toBe(1);
    const sent = server.requests.flatMap(({ input }) => input);
    expect(sent.length).toBe(80);
    expect(new Set(sent).size).toBe(80);
    const { encoders } = await client.call('embedding.list', {});
    expect(encoders).toMatchObject([{ name: 'openai:mini', prompts: 95, dimension: 12 }]);
  });

  it('keeps what is done when it fails, goes on from there, and keeps no key', async () => {
    const { client, engine, project } = await withPrompts(texts);
    server.interfere = (_, response, count) => count === 6 && refuseWith(response, 401);
    const error = await refusal(client.run('embedding.start', { ...request(), apiKey: 'sk-secret' }));
    expect(error.message).toContain('HTTP 401');
    const before = server.requests.length;
    const plan = await client.call('embedding.plan', request());
    // Of the third pair of batches, the one that was answered.
    expect(plan.alreadyThere).toBe(50);
    server.interfere = () => false;
    const report = await client.run('embedding.start', request());
    expect(report).toMatchObject({ alreadyThere: 50, encoded: 30, shared: 15 });
    const again = server.requests.slice(before).flatMap(({ input }) => input);
    expect(again.length).toBe(30);
    expect(new Set(server.requests.flatMap(({ input }) => input)).size).toBe(80);
    await engine.close();
    expect((await readFile(project)).includes('sk-secret')).toBe(false);
  });

  it('stops when it is cancelled', async () => {
    const { client, events } = await withPrompts(texts);
    server.interfere = (_, __, count) => count > 2;
    const cancel = new AbortController();
    const work = client.run('embedding.start', request(), { signal: cancel.signal });
    const asked = setInterval(() => {
      if (server.requests.length > 2) cancel.abort();
    }, 5);
    expect((await refusal(work)).code).toBe('cancelled');
    clearInterval(asked);
    expect(events.at(-1)).toMatchObject({
      name: 'job.finished',
      data: { kind: 'embed', state: 'cancelled' },
    });
    expect((await client.call('embedding.plan', request())).alreadyThere).toBe(20);
  });

  it('never mixes the vectors of two encoders', async () => {
    const { client } = await withPrompts(texts);
    await client.run('embedding.start', request());
    for (const [more, difference] of [
      [{ prefix: 'query: ' }, 'prefix "", not "query: "'],
      [{ normalisation: 'none' }, 'normalisation "l2", not "none"'],
      [{ dimensions: 6 }, 'dimension 12, not 6'],
    ] as const) {
      const error = await refusal(client.run('embedding.start', request(more)));
      expect(error).toMatchObject({ code: 'conflict' });
      expect(error.message).toContain(difference);
    }
  });
});

it('a bundle carries the description of its encoder, and serve makes the same vector as training did', async () => {
  const { client, folder } = await startWithData({ train: 160, test: 60, gold: 80 });
  await client.run('embedding.start', request());
  const pair = { strong: STRONG, cheap: CHEAP, source: JUDGE };
  await client.run('run.train', { ...pair, encoder: 'openai:mini' });
  const { directory } = await client.run('bundle.export', { directory: join(folder, 'bundle') });
  const router = loadRouter(await readFile(join(directory, 'router.safetensors')));
  const block = router.manifest.blocks.find(({ kind }) => kind === 'precomputed');
  expect(block).toMatchObject({
    inputDim: 12,
    encoder: { model: 'mini', normalisation: 'l2', dimension: 12 },
  });

  const serving = await createServing({
    router,
    config: parseServeConfig(`encoder: { baseUrl: "${server.baseUrl}" }`, 'serve.yaml', {}),
    ...{ folder, key: null, clock: () => 0, monotonicMs: () => performance.now(), newId: () => 'x' },
    rng: createRng(1),
    note: () => undefined,
  });
  try {
    const { port } = await serving.server.listen(0, '127.0.0.1');
    const prompt = 'Why is the sky blue?';
    const route = async (body: unknown) => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/route`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { gain: number; error?: unknown };
    };
    const raw = Float64Array.from(vectorOf(prompt, 12));
    const length = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0));
    const vector = raw.map((value) => value / length);
    expect((await route({ prompt })).gain).toBe(router.route({ prompt, vector }).gain);
    server.interfere = (_, response) => refuseWith(response, 500);
    expect(await route({ prompt })).toMatchObject({ error: { code: 'encoder_failed' } });
  } finally {
    await serving.stop();
  }
});

it('serve refuses an encoder that does not fit the bundle', async () => {
  const { client, folder } = await startWithData({ train: 160, test: 60, gold: 80 });
  await client.run('embedding.start', request());
  await client.run('run.train', { strong: STRONG, cheap: CHEAP, source: JUDGE, encoder: 'openai:mini' });
  const { directory } = await client.run('bundle.export', { directory: join(folder, 'bundle') });
  const router = loadRouter(await readFile(join(directory, 'router.safetensors')));
  const notes: string[] = [];
  const start = (yaml: string) =>
    createServing({
      router,
      config: parseServeConfig(yaml, 'serve.yaml', {}),
      ...{ folder, key: null, clock: () => 0, monotonicMs: () => 0, newId: () => 'x', rng: createRng(1) },
      note: (line) => notes.push(line),
    });
  const models = `models: { ${STRONG}: { baseUrl: "http://x" }, ${CHEAP}: { baseUrl: "http://x" } }`;
  expect((await refusal(start(models))).message).toContain('this bundle reads vectors of 12 numbers');
  const other = await startEmbeddings(7);
  expect((await refusal(start(`encoder: { baseUrl: "${other.baseUrl}" }`))).message).toContain(
    'its vectors have 7 numbers, the bundle reads 12',
  );
  await other.close();
  const serving = await start(`encoder: { baseUrl: "${other.baseUrl}" }`);
  expect(notes.at(-1)).toMatch(/cannot be reached .* Until it does, the fallback answers\.$/);
  await serving.stop();
});

it('a router of the embedding alone is exported for the gateways that make that embedding', async () => {
  const { client, folder } = await startWithData({ train: 160, test: 60, gold: 80 });
  const large = await startEmbeddings(1536);
  const model = 'text-embedding-3-small';
  await client.run('embedding.start', request({ baseUrl: large.baseUrl, model }));
  await large.close();
  const run = { strong: STRONG, cheap: CHEAP, source: JUDGE, encoder: `openai:${model}`, intervals: false };
  await client.run('run.train', run);
  const whole = await client.run('bundle.export', { directory: join(folder, 'whole') });
  expect(whole.parity.routellm.state).toBe('absent');
  expect(whole.parity.routellm.reason).toContain('the router reads text-form');
  await client.run('run.train', { ...run, embeddingOnly: true });
  const alone = await client.run('bundle.export', { directory: join(folder, 'alone') });
  expect(alone.parity.routellm).toMatchObject({ state: 'checked', decisionsEqual: true });
  const { metrics } = await client.run('run.evaluate', {});
  expect(metrics.egMean.value).not.toBeNull();
  const error = await refusal(client.run('run.train', { ...run, stage: 'cascade', embeddingOnly: true }));
  expect(error).toMatchObject({ code: 'usage' });
});
