/** Upstreams that fail, each with the behaviour that docs/serve.md promises; callers that go away; a stop. */
import { describe, expect, it } from 'vitest';
import { request as httpRequest } from 'node:http';
import {
  answers,
  cutsAfter,
  eventsOf,
  fails,
  hangs,
  hangsAfterHeaders,
  sleep,
  stallsAfter,
  streams,
  type Behaviour,
} from './support/fake-upstream.ts';
import { chat, promptsByModel, serve, testRouter } from './support/serving.ts';

const prompts = promptsByModel(testRouter());
const quick = { limits: { firstByteMs: 150, idleMs: 150 } };
const events = eventsOf('0123456789'.repeat(20));
const text = events.join('');

describe('before the first byte another model answers', () => {
  const failures: readonly (readonly [string, Behaviour, string])[] = [
    ['HTTP 500', fails(500), 'HTTP 500'],
    ['HTTP 429', fails(429, { 'retry-after': '9' }), 'HTTP 429'],
    ['HTTP 401, a wrong key of ours', fails(401), 'HTTP 401'],
    ['a redirection', fails(302, { location: 'http://127.0.0.1:1/' }), 'HTTP 302'],
    ['no answer', hangs, 'no answer after 150 ms'],
    ['headers and no body', hangsAfterHeaders, 'no answer after 150 ms'],
    ['a connection that ends after the headers', cutsAfter(''), 'the answer broke off'],
    ['an empty answer', (_, response) => response.end(), 'the answer was empty'],
  ];
  it.each(failures)('%s', async (_name, behaviour, said) => {
    const serving = await serve({ large: behaviour, small: streams('0123456789'.repeat(20)), config: quick });
    const response = await chat(serving, prompts.large, { stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-metarouter-model')).toBe('small');
    expect(response.headers.get('x-metarouter-action')).toBe('failover');
    expect(response.headers.get('x-metarouter-reason')).toContain(`Failed before: "large" (${said})`);
    expect(await response.text()).toBe(text);
    await serving.stop();
    expect(serving.lines('decisions.jsonl')).toMatchObject([
      {
        model: 'large',
        answeredBy: 'small',
        outcome: 'complete',
        attempts: [{ failure: said }, { failure: null }],
      },
    ]);
  });

  it('a refused connection', async () => {
    const serving = await serve({ small: answers('small') });
    await serving.large.close();
    const response = await chat(serving, prompts.large);
    expect(response.headers.get('x-metarouter-model')).toBe('small');
    expect(response.headers.get('x-metarouter-reason')).toContain('"large" (ECONNREFUSED)');
  });
});

describe('where every model fails', () => {
  const expectError = async (response: Response, status: number, code: string): Promise<void> => {
    expect(response.status).toBe(status);
    const document = (await response.json()) as { error: { code: string; message: string } };
    expect(document.error.code).toBe(code);
    expect(document.error.message).toMatch(/"large": .*"small": /);
    expect(document.error.message).not.toContain('quotes');
  };
  it('is a 502 that says how each failed', async () => {
    const serving = await serve({ large: fails(500), small: fails(429) });
    await expectError(await chat(serving, prompts.large), 502, 'upstream_failed');
    await serving.stop();
    expect(serving.lines('decisions.jsonl')).toMatchObject([
      { outcome: 'failed', answeredBy: null, costUsd: null },
    ]);
  });
  it('is a 504 where all were too slow', async () => {
    const serving = await serve({ large: hangs, small: hangs, config: quick });
    await expectError(await chat(serving, prompts.large), 504, 'upstream_timeout');
  });
  it('is a 429 with the shortest wait where all are overloaded', async () => {
    const serving = await serve({
      large: fails(429, { 'retry-after': '20' }),
      small: fails(429, { 'retry-after': '3' }),
    });
    const response = await chat(serving, prompts.large);
    expect(response.headers.get('retry-after')).toBe('3');
    await expectError(response, 429, 'rate_limited');
  });
  it('does not go over to another where the request names the model', async () => {
    const serving = await serve({ large: fails(500), small: answers('small') });
    const response = await chat(serving, 'x', { model: 'large' });
    expect(response.status).toBe(502);
    expect(serving.small.seen).toEqual([]);
  });
});

describe('after the first byte', () => {
  const read = async (response: Response): Promise<string> => {
    const chunks: string[] = [];
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        chunks.push(decoder.decode(chunk, { stream: true }));
      }
      chunks.push('[END]');
    } catch {
      chunks.push('[BROKEN]');
    }
    return chunks.join('');
  };
  it.each([
    ['a cut stream', cutsAfter(events[0]), 'the answer broke off'],
    ['a stalled stream', stallsAfter(events[0]), 'nothing more for 150 ms'],
  ] as const)('%s is cut for the caller too, and the stream says why', async (_name, behaviour, said) => {
    const serving = await serve({ large: behaviour, small: answers('small'), config: quick });
    const got = await read(await chat(serving, prompts.large, { stream: true }));
    expect(got.startsWith(events[0])).toBe(true);
    expect(got).toContain(`data: {"error":{"message":"The upstream failed within its answer: ${said}."`);
    expect(got.endsWith('[BROKEN]')).toBe(true);
    expect(serving.small.seen).toEqual([]);
    await serving.stop();
    expect(serving.lines('decisions.jsonl')).toMatchObject([{ outcome: 'cut', answeredBy: 'large' }]);
  });
  it('a document that breaks off is not taken for a whole one', async () => {
    const serving = await serve({
      large: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
        response.write('{"choices":', () => setTimeout(() => response.destroy(), 20));
      },
    });
    const response = await chat(serving, prompts.large);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('a caller that goes away', () => {
  it.each([
    ['before the answer', hangs],
    ['within the answer', stallsAfter(events[0])],
  ] as const)('%s ends the upstream call', async (_name, behaviour) => {
    const serving = await serve({ large: behaviour, small: answers('small') });
    const caller = new AbortController();
    const asked = fetch(`${serving.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'auto',
        stream: true,
        messages: [{ role: 'user', content: prompts.large }],
      }),
      signal: caller.signal,
    });
    asked.catch(() => undefined);
    await until(() => serving.large.seen.length === 1);
    await sleep(50);
    caller.abort();
    await until(() => serving.large.aborted() === 1);
    await until(() => serving.server.inFlight() === 0);
    expect(serving.small.seen).toEqual([]);
    await serving.stop();
    expect(serving.lines('decisions.jsonl')).toMatchObject([{ outcome: 'aborted' }]);
  });
});

describe('many at a time', () => {
  it('passes 50 streams through without a lost or reordered byte', async () => {
    const serving = await serve({
      large: (seen, response) => streams(`${seen.body} `.repeat(30), 2)(seen, response),
      small: (seen, response) => streams(`${seen.body} `.repeat(30), 2)(seen, response),
    });
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const prompt = `${i % 2 === 0 ? prompts.large : prompts.small} number ${i}`;
        const response = await chat(serving, prompt, { stream: true });
        const name = response.headers.get('x-metarouter-model') === 'large' ? 'vendor/large-2' : 'small';
        const body = JSON.stringify({
          model: name,
          messages: [{ role: 'user', content: prompt }],
          stream: true,
        });
        expect(await response.text()).toBe(eventsOf(`${body} `.repeat(30)).join(''));
      }),
    );
    expect(serving.large.seen.length + serving.small.seen.length).toBe(50);
  });

  it('reads an upstream no faster than its caller', async () => {
    const piece = 'x'.repeat(1 << 16);
    let written = 0;
    const total = 1600;
    const serving = await serve({
      large: async (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (; written < total; written++) {
          if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
        }
        response.end();
      },
    });
    const got = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${serving.url}/v1/chat/completions`, { method: 'POST' }, (response) => {
        let bytes = 0;
        response.once('data', (chunk: Buffer) => {
          bytes += chunk.length;
          response.pause();
          setTimeout(() => {
            // Nobody has read for half a second: what is on the way fills sockets and buffers, not memory.
            expect(written).toBeLessThan(total / 2);
            response.on('data', (more: Buffer) => (bytes += more.length));
            response.resume();
          }, 500);
        });
        response.on('end', () => {
          resolve(bytes);
        });
      });
      request.on('error', reject);
      request.end(
        JSON.stringify({ model: 'large', messages: [{ role: 'user', content: 'x' }], stream: true }),
      );
    });
    expect(got).toBe(total * piece.length);
  });

  it('refuses more than it was told to take at once', async () => {
    const serving = await serve({ large: hangs, small: hangs, config: { limits: { maxConcurrent: 2 } } });
    const held = [chat(serving, 'a'), chat(serving, 'b')];
    await until(() => serving.server.inFlight() === 2);
    const refused = await chat(serving, 'c');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${serving.url}/health`)).status).toBe(200);
    await Promise.all([serving.large.close(), serving.small.close()]);
    await Promise.all(held);
  });
});

describe('a stop', () => {
  it('lets answers in progress end and takes no new ones', async () => {
    const serving = await serve({ large: streams('0123456789'.repeat(20), 40) });
    const response = await chat(serving, prompts.large, { stream: true });
    const stopped = serving.stop();
    await expect(fetch(`${serving.url}/health`)).rejects.toThrow();
    expect(await response.text()).toBe(text);
    expect(await stopped).toBe(0);
    expect(serving.lines('decisions.jsonl')).toMatchObject([{ outcome: 'complete' }]);
  });
  it('cuts off what does not end in time, and says how much', async () => {
    const serving = await serve({ large: stallsAfter(events[0]), config: { limits: { drainMs: 100 } } });
    const response = await chat(serving, prompts.large, { stream: true });
    expect(await serving.stop()).toBe(1);
    await expect(response.text()).rejects.toThrow();
    expect(serving.lines('decisions.jsonl')).toMatchObject([{ outcome: 'aborted' }]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('It did not come to pass.');
}
