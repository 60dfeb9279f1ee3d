/** A server of stage cascade: the cheap answer is held, judged, kept or replaced. */
import { describe, expect, it } from 'vitest';
import type { Router } from '../../src/runtime/router.ts';
import { probeTexts } from '../../src/export/probe-texts.ts';
import { createRng } from '../../src/core/rng.ts';
import { answers, cutsAfter, eventsOf, fails, startUpstream, streams } from './support/fake-upstream.ts';
import { chat, post, serve, testRouter } from './support/serving.ts';

const router = testRouter('cascade');
const PROMPT = 'What is the tallest mountain of the moon?';

/** An answer to the prompt with which this router takes that action. */
function answerFor(router: Router, action: string): string {
  const texts = probeTexts(createRng(4), 300).filter((text) => text.trim().length > 20);
  const found = texts.find((response) => router.escalate({ prompt: PROMPT, response }).action === action);
  if (found === undefined) throw new Error(`No answer leads to ${action}.`);
  return found;
}

const kept = answerFor(router, 'keep');
const escalated = answerFor(router, 'escalate');

/** A bundle that knows when it does not know. */
const asking = testRouter('cascade', { draws: 20 });
const undecided = answerFor(asking, 'expert');

describe.each([
  ['a document', false],
  ['a stream', true],
] as const)('%s', (_name, stream) => {
  const say = (text: string) => (stream ? streams(text) : answers(text));
  it('is kept as it came where the router says so', async () => {
    const serving = await serve({ kind: 'cascade', small: say(kept), large: say('strong') });
    const response = await chat(serving, PROMPT, { stream });
    const expected = router.escalate({ prompt: PROMPT, response: kept });
    expect(response.headers.get('x-metarouter-action')).toBe('keep');
    expect(response.headers.get('x-metarouter-model')).toBe('small');
    expect(Number(response.headers.get('x-metarouter-gain'))).toBe(expected.gain);
    expect(response.headers.get('x-metarouter-held')).toBe(stream ? 'until decided' : null);
    const body = await response.text();
    if (stream) expect(body).toBe(eventsOf(kept).join(''));
    else expect(body).toContain('"big":12345678901234567890, "one":1.0');
    expect(serving.large.seen).toEqual([]);
  });
  it('is replaced where the router escalates, and both calls are counted', async () => {
    const serving = await serve({ kind: 'cascade', small: say(escalated), large: say('strong') });
    const response = await chat(serving, PROMPT, { stream });
    expect(response.headers.get('x-metarouter-action')).toBe('escalate');
    expect(response.headers.get('x-metarouter-model')).toBe('large');
    const body = await response.text();
    if (stream) expect(body).toBe(eventsOf('strong').join(''));
    else expect(body).toContain('strong');
    await serving.stop();
    expect(serving.lines('decisions.jsonl')).toMatchObject([
      { action: 'escalate', answeredBy: 'large', attempts: [{ model: 'small' }, { model: 'large' }] },
    ]);
  });
  it('of the strong model where the cheap one fails', async () => {
    const serving = await serve({ kind: 'cascade', small: fails(500), large: say('strong') });
    const response = await chat(serving, PROMPT, { stream });
    expect(response.headers.get('x-metarouter-action')).toBe('failover');
    expect(await response.text()).toContain('strong'.slice(0, 2));
  });
  it('of the cheap model where the strong one fails', async () => {
    const serving = await serve({ kind: 'cascade', small: say(escalated), large: fails(503) });
    const response = await chat(serving, PROMPT, { stream });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-metarouter-model')).toBe('small');
    expect(response.headers.get('x-metarouter-action')).toBe('failover');
    expect(response.headers.get('x-metarouter-reason')).toContain('The cheap answer is kept.');
  });
  it.each(['cheap', 'strong', 'message'] as const)('that an expert will improve on: %s', async (answer) => {
    const serving = await serve({
      ...{ kind: 'cascade', router: asking, small: say(undecided), large: say('strong') },
      config: { expert: { queue: 'queue.jsonl', answer, message: 'We will come back to you.' } },
    });
    const response = await chat(serving, PROMPT, { stream });
    expect(response.headers.get('x-metarouter-action')).toBe('expert');
    const body = await response.text();
    if (answer === 'message') {
      expect(body).toContain('"content":"We will come back to you."');
      expect(body.endsWith('data: [DONE]\n\n')).toBe(stream);
    } else {
      expect(response.headers.get('x-metarouter-model')).toBe(answer === 'cheap' ? 'small' : 'large');
    }
    await serving.stop();
    const [item] = serving.lines('queue.jsonl');
    expect(item).toEqual({
      source: 'expert-queue test',
      prompt_id: response.headers.get('x-metarouter-id'),
      prompt: PROMPT,
      models: ['large', 'small'],
      responses: { small: undecided },
    });
  });
});

it('goes over to the strong model where the held answer breaks off: the caller has seen none of it', async () => {
  const serving = await serve({
    kind: 'cascade',
    small: cutsAfter(eventsOf(kept)[0]),
    large: streams('strong'),
  });
  const response = await chat(serving, PROMPT, { stream: true });
  expect(response.headers.get('x-metarouter-action')).toBe('failover');
  expect(await response.text()).toBe(eventsOf('strong').join(''));
});

it('keeps a tool call: it has no text to score', async () => {
  const call =
    '{"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}}]}';
  const serving = await serve({
    kind: 'cascade',
    small: (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(call),
  });
  const response = await chat(serving, PROMPT);
  expect(response.headers.get('x-metarouter-action')).toBe('keep');
  expect(response.headers.get('x-metarouter-reason')).toContain('no text to score');
  expect(await response.text()).toBe(call);
});

it('keeps an answer that is too long to hold, whole', async () => {
  const long = 'x'.repeat(60_000);
  const serving = await serve({
    kind: 'cascade',
    small: streams(long),
    config: { limits: { maxHeldBytes: 20_000 } },
  });
  const response = await chat(serving, PROMPT, { stream: true });
  expect(response.headers.get('x-metarouter-action')).toBe('keep');
  expect(await response.text()).toBe(eventsOf(long).join(''));
});

it('passes on what the cheap upstream says about the request', async () => {
  const serving = await serve({ kind: 'cascade', small: fails(400), large: answers('strong') });
  const response = await chat(serving, PROMPT);
  expect(response.status).toBe(400);
  expect(serving.large.seen).toEqual([]);
});

it('asks the configured scorer for its signals, and does without them where it fails', async () => {
  const scorer = await startUpstream((seen, response) => {
    expect(JSON.parse(seen.body)).toEqual({ prompt: PROMPT, response: kept });
    response.end('{"signals":{"judge":0.4,"rule":1}}');
  });
  const config = { signals: { url: scorer.baseUrl, timeoutMs: 500 } };
  const serving = await serve({ kind: 'cascade', small: answers(kept), large: answers('strong'), config });
  const gainOf = async (): Promise<number> => {
    const response = await chat(serving, PROMPT);
    return Number(response.headers.get('x-metarouter-gain'));
  };
  const scored = { prompt: PROMPT, response: kept };
  expect(await gainOf()).toBe(router.escalate({ ...scored, signals: { judge: 0.4, rule: 1 } }).gain);
  await scorer.close();
  expect(await gainOf()).toBe(router.escalate(scored).gain);
});

it('decides alone at /v1/route from prompt, response and signals', async () => {
  const serving = await serve({ kind: 'cascade' });
  const signals = { judge: 0.4 };
  const response = await post(`${serving.url}/v1/route`, { prompt: PROMPT, response: kept, signals });
  expect(await response.json()).toMatchObject(router.escalate({ prompt: PROMPT, response: kept, signals }));
});

it('says how each model failed where none could answer', async () => {
  const serving = await serve({ kind: 'cascade', small: fails(500), large: fails(503) });
  const response = await chat(serving, PROMPT);
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({
    error: { message: 'No model could answer. "small": HTTP 500; "large": HTTP 503.' },
  });
});
