/** A server of stage route: who is asked, with which bytes, and what the caller gets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import { probeTexts } from '../../src/export/probe-texts.ts';
import { answers, eventsOf, fails, startUpstream, streams } from './support/fake-upstream.ts';
import { chat, post, promptsByModel, serve, testRouter } from './support/serving.ts';

it('sends each prompt to the model that the bundle itself chooses, and says so', async () => {
  const serving = await serve({ large: answers('from large'), small: answers('from small') });
  const prompts = promptsByModel(serving.router);
  for (const [model, prompt] of Object.entries(prompts)) {
    const response = await chat(serving, prompt);
    const expected = serving.router.route(prompt);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(`from ${model}`);
    expect(response.headers.get('x-metarouter-model')).toBe(model);
    expect(Number(response.headers.get('x-metarouter-gain'))).toBe(expected.gain);
    expect(response.headers.get('x-metarouter-threshold')).toBe('0.01');
    expect(response.headers.get('x-metarouter-action')).toBe('route');
    expect(response.headers.get('x-metarouter-reason')).toBe(expected.reason);
    expect(response.headers.get('x-request-id')).toBe('up-1');
  }
  expect(serving.large.seen.length).toBe(1);
  expect(serving.small.seen.length).toBe(1);
});

it('changes nothing in a request but the model, and nothing in an answer', async () => {
  const serving = await serve({ large: answers('yes'), small: answers('yes') });
  const rest =
    '"messages" : [ {"role":"user","content":"a \\"model\\": \\"auto\\" \\u00e4 ?"} ],"tools":[{"model":"auto"}],\n "seed":12345678901234567890,"temperature":1.0,"unknown":{"x":[1e2]} }';
  const response = await post(
    `${serving.url}/v1/chat/completions`,
    `{ "stream":false, "model" :  "router-test-0", ${rest}`,
  );
  const [seen] = [...serving.large.seen, ...serving.small.seen];
  const name = serving.large.seen.length === 1 ? 'vendor/large-2' : 'small';
  expect(seen.body).toBe(`{ "stream":false, "model" :  "${name}", ${rest}`);
  expect(seen.path).toBe('/v1/chat/completions');
  expect(await response.text()).toBe(
    '{"id":"x","big":12345678901234567890, "one":1.0,"choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":11}}',
  );
});

it('gives each upstream its own key, and the key of the caller to none', async () => {
  const serving = await serve({ large: answers('yes'), small: answers('yes'), key: 'a-key-of-the-caller' });
  const ask = (model: string): Promise<Response> =>
    post(
      `${serving.url}/v1/chat/completions`,
      { model, messages: [{ role: 'user', content: 'x' }] },
      { authorization: 'Bearer a-key-of-the-caller', 'x-stainless-os': 'x' },
    );
  expect((await ask('large')).headers.get('x-metarouter-action')).toBe('direct');
  await ask('small');
  expect(serving.large.seen[0].headers.authorization).toBe('Bearer sk-large');
  expect(serving.small.seen[0].headers.authorization).toBeUndefined();
});

it('takes the threshold from the name of the model, as RouteLLM does', async () => {
  const serving = await serve({ large: answers('l'), small: answers('s') });
  const prompt = promptsByModel(serving.router).large;
  const { gain } = serving.router.route(prompt);
  const below = await chat(serving, prompt, { model: `router-test-${(gain * 0.9).toFixed(6)}` });
  expect(below.headers.get('x-metarouter-model')).toBe('large');
  const above = await chat(serving, prompt, { model: `router-test-${(gain * 1.1).toFixed(6)}` });
  expect(above.headers.get('x-metarouter-model')).toBe('small');
  const strange = await chat(serving, prompt, { model: 'router-test-x' });
  expect(strange.status).toBe(404);
  expect(await strange.json()).toMatchObject({
    error: { code: 'model_not_found', type: 'invalid_request_error' },
  });
  const negative = await chat(serving, prompt, { model: 'router-test--0.1' });
  expect(negative.status).toBe(404);
});

it('passes a stream through byte for byte', async () => {
  const text = 'Grüße — 你好 '.repeat(40);
  const serving = await serve({ large: streams(text), small: streams(text) });
  const response = await chat(serving, 'stream this', { stream: true });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('x-metarouter-held')).toBeNull();
  expect(await response.text()).toBe(eventsOf(text).join(''));
});

it('scores the last user message: its text parts, and not what a tool has said', async () => {
  const serving = await serve({ large: answers('l'), small: answers('s') });
  const prompt = promptsByModel(serving.router).large;
  const [head, tail] = [prompt.slice(0, 9), prompt.slice(9)];
  const response = await post(`${serving.url}/v1/chat/completions`, {
    model: 'test',
    messages: [
      { role: 'system', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: head },
          { type: 'image_url', image_url: { url: 'data:' } },
          { type: 'text', text: tail },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [] },
      { role: 'tool', content: 'a very long output', tool_call_id: 'x' },
    ],
  });
  const { gain } = serving.router.route(`${head}\n${tail}`);
  expect(Number(response.headers.get('x-metarouter-gain'))).toBe(gain);
});

it('gives what has no text to the fallback', async () => {
  const serving = await serve({ large: answers('l'), small: answers('s') });
  const response = await post(`${serving.url}/v1/chat/completions`, {
    model: 'auto',
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }],
  });
  expect(response.headers.get('x-metarouter-model')).toBe('large');
  expect(response.headers.get('x-metarouter-action')).toBe('unscored');
  expect(response.headers.get('x-metarouter-gain')).toBeNull();
});

it('reads columns from a header and names the ones that are absent', async () => {
  const serving = await serve({ kind: 'columns', large: answers('l'), small: answers('s') });
  const columns = { turns: 3, länge: 0.5 };
  const response = await post(
    `${serving.url}/v1/chat/completions`,
    { model: 'auto', messages: [{ role: 'user', content: 'hello' }] },
    { 'x-metarouter-columns': '{"turns":3,"l\\u00e4nge":0.5}' },
  );
  expect(Number(response.headers.get('x-metarouter-gain'))).toBe(
    serving.router.route('hello', { columns }).gain,
  );
  expect(response.headers.get('x-metarouter-reason')).toContain('counted as average: x"y');
  const wrong = await post(
    `${serving.url}/v1/chat/completions`,
    { model: 'auto', messages: [{ role: 'user', content: 'hello' }] },
    { 'x-metarouter-columns': '[1]' },
  );
  expect(wrong.status).toBe(400);
});

it('passes on a refusal that is about the request', async () => {
  const serving = await serve({ large: fails(422), small: fails(422) });
  const response = await chat(serving, 'x');
  expect(response.status).toBe(422);
  expect(await response.json()).toEqual({ error: { message: 'quotes the prompt' } });
  expect(serving.large.seen.length + serving.small.seen.length).toBe(1);
});

it('decides alone at /v1/route, with every way to say what', async () => {
  const serving = await serve();
  const prompt = promptsByModel(serving.router).large;
  const route = async (body: unknown): Promise<Record<string, unknown>> =>
    (await (await post(`${serving.url}/v1/route`, body)).json()) as Record<string, unknown>;
  const decision = serving.router.route(prompt);
  expect(await route({ prompt })).toMatchObject({
    ...decision,
    action: 'route',
    threshold: 0.01,
    propensity: 1,
  });
  expect(await route({ messages: [{ role: 'user', content: prompt }] })).toMatchObject({
    gain: decision.gain,
  });
  const features = [...serving.router.features(prompt)];
  expect((await route({ vector: features })).gain).toBeCloseTo(decision.gain, 12);
  expect(await route({ prompt, w: 1e6 })).toMatchObject({ model: 'small', threshold: 1e6 });
  expect(await route({ prompt, strongShare: 1 })).toMatchObject({ model: 'large' });
  expect(await route({ prompt, model: 'router-test-1000' })).toMatchObject({ model: 'small' });
  expect(await route({ prompt, response: 'x' })).toMatchObject({ error: { code: 'cannot_score' } });
  expect(await route({ prompt, unknown: 1 })).toMatchObject({ error: { code: 'invalid_request' } });
  expect(await route({ prompt, w: 1, strongShare: 1 })).toMatchObject({ error: { code: 'invalid_request' } });
  expect(await route({ vector: [1, 2] })).toMatchObject({ error: { code: 'cannot_score' } });
  expect(serving.large.seen).toEqual([]);
});

it('lists its models, its health and its metrics', async () => {
  const serving = await serve({ large: answers('l'), small: answers('s') });
  await chat(serving, promptsByModel(serving.router).large);
  const models = (await (await fetch(`${serving.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(models.data.map(({ id }) => id)).toEqual(['auto', 'test', 'large', 'small']);
  expect(await (await fetch(`${serving.url}/health`)).json()).toEqual({ status: 'ok' });
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  expect(metrics).toContain('metarouter_decisions_total{model="large",action="route"} 1');
  expect(metrics).toContain('metarouter_tokens_total{model="large",direction="output"} 11');
  expect(metrics).toContain('metarouter_requests_total{endpoint="/v1/chat/completions",status="200"} 1');
  expect(metrics).toMatch(/metarouter_gain_bucket\{le="\+Inf"\} 1\n/);
  for (const line of metrics.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? [-+0-9.e]+)$/);
  }
});

it('logs decisions without texts, and with them where it was asked to', async () => {
  const serving = await serve({ large: answers('l'), small: answers('s') });
  const prompt = promptsByModel(serving.router).large;
  const response = await chat(serving, prompt);
  const id = response.headers.get('x-metarouter-id');
  await response.text();
  const feedback = await post(`${serving.url}/v1/feedback`, { id, score: 0.75 });
  expect(feedback.status).toBe(202);
  expect((await post(`${serving.url}/v1/feedback`, { id, score: 2 })).status).toBe(400);
  await serving.stop();
  const [decision, outcome] = serving.lines('decisions.jsonl');
  expect(decision).toMatchObject({
    ...{
      kind: 'decision',
      version: 1,
      id,
      router: 'test',
      model: 'large',
      answeredBy: 'large',
      action: 'route',
    },
    ...{ propensity: 1, isExplored: false, outcome: 'complete', threshold: 0.01 },
    time: '2027-01-15T08:00:00.000Z',
    attempts: [{ model: 'large', failure: null, usage: { inputTokens: 7, outputTokens: 11 } }],
  });
  expect(decision.costUsd).toBeCloseTo((7 * 5 + 11 * 15) / 1e6, 12);
  expect(outcome).toEqual({ kind: 'feedback', version: 1, time: decision.time, id, score: 0.75 });
  const text = readFileSync(join(serving.folder, 'decisions.jsonl'), 'utf8');
  expect(text).not.toContain(prompt);

  const withText = await serve({
    large: answers('l'),
    small: answers('s'),
    config: { log: { decisions: 'with-text.jsonl', text: true } },
  });
  await (await chat(withText, prompt)).text();
  await withText.stop();
  const [line] = withText.lines('with-text.jsonl');
  expect(line.prompt).toBe(prompt);
  expect(line.promptHash).toBe(decision.promptHash);
});

it('explores with the probability that it logs', async () => {
  const serving = await serve({ config: { exploration: { epsilon: 0.4 } } });
  const prompt = promptsByModel(serving.router).large;
  const count = { large: 0, small: 0 };
  for (let i = 0; i < 600; i++) {
    const answer = (await (await post(`${serving.url}/v1/route`, { prompt })).json()) as {
      model: 'large' | 'small';
      propensity: number;
    };
    count[answer.model]++;
    expect(answer.propensity).toBeCloseTo(answer.model === 'large' ? 0.8 : 0.2, 12);
  }
  // Five standard deviations of a binomial count: sqrt(600 · 0.2 · 0.8) = 9.8.
  expect(Math.abs(count.small - 120)).toBeLessThan(49);
});

it('chooses among more than two models, and goes over to the next best of them', async () => {
  const router = testRouter('text', { models: 3 });
  const middle = await startUpstream(answers('from middle-1'));
  const serving = await serve({
    router,
    large: answers('from large'),
    small: answers('from small'),
    models: { 'middle-1': { baseUrl: middle.baseUrl } },
  });
  const prompts = probeTexts(createRng(3), 120).filter((text) => text.trim().length > 20);
  const rank = (prompt: string, w: number): string[] => {
    const { gains = {} } = router.route(prompt, { w });
    const scores = router.manifest.models.map(({ name, relativeCost }) => ({
      name,
      score: gains[name] - w * relativeCost,
    }));
    return scores.sort((a, b) => b.score - a.score).map(({ name }) => name);
  };
  const first = new Set<string>();
  for (const prompt of prompts.slice(0, 40)) {
    const response = await chat(serving, prompt, { model: 'router-test-0.1' });
    const [best] = rank(prompt, 0.1);
    first.add(best);
    expect(response.headers.get('x-metarouter-model')).toBe(best);
    expect(await response.text()).toContain(`from ${best}`);
  }
  expect(first.size).toBeGreaterThan(1);
  serving.large.behave = fails(500);
  const prompt = prompts.find((text) => rank(text, 0.1)[0] === 'large') ?? '';
  const response = await chat(serving, prompt, { model: 'router-test-0.1' });
  expect(response.headers.get('x-metarouter-action')).toBe('failover');
  expect(response.headers.get('x-metarouter-model')).toBe(rank(prompt, 0.1)[1]);
  await middle.close();
});
