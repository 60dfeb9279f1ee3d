import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { estimateTokens, prepareText } from '../../../src/encoders/encoder.ts';
import { createOpenAiEncoder, type OpenAiEncoderOptions } from '../../../src/encoders/openai-embeddings.ts';
import {
  refuseWith,
  startEmbeddings,
  vectorOf,
  type EmbeddingsServer,
} from '../../support/embeddings-server.ts';

let server: EmbeddingsServer;
const retries: { reason: string; waitMs: number }[] = [];
const never = new AbortController().signal;

beforeEach(async () => {
  server = await startEmbeddings();
  retries.length = 0;
});
afterEach(() => server.close());

function encoder(options: Partial<OpenAiEncoderOptions> = {}) {
  return createOpenAiEncoder({
    ...{ baseUrl: server.baseUrl, model: 'm', normalisation: 'none', prefix: '', maxCodePoints: 100 },
    ...{ backoffMs: 5, jitter: () => 0.5 },
    onRetry: (reason, waitMs) => retries.push({ reason, waitMs }),
    ...options,
  });
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('expected an AppError');
}

describe('vectors', () => {
  it('come in the order of the texts, whatever the order of the answer', async () => {
    const { vectors, tokens } = await encoder().encode(['a', 'b', 'c'], never);
    expect(vectors.map((vector) => [...vector])).toEqual(['a', 'b', 'c'].map((text) => vectorOf(text, 12)));
    expect(tokens).toBe(9);
  });
  it('are divided by their length where that is asked for', async () => {
    const { vectors } = await encoder({ normalisation: 'l2' }).encode(['a'], never);
    expect(Math.hypot(...vectors[0])).toBeCloseTo(1, 12);
  });
  it('are of the prefix and the first code points of a text', async () => {
    const text = `${'🌍'.repeat(3)}end`;
    await encoder({ prefix: 'query: ', maxCodePoints: 4 }).encode([text], never);
    expect(server.requests[0].input).toEqual([`query: ${'🌍'.repeat(3)}e`]);
    expect(prepareText(text, { prefix: '', maxCodePoints: 2 })).toBe('🌍🌍');
  });
  it('are shortened by the server, and only where that is asked for', async () => {
    const { vectors } = await encoder({ dimensions: 5 }).encode(['a'], never);
    expect(vectors[0].length).toBe(5);
    await encoder().encode(['a'], never);
    expect(server.requests.map(({ dimensions }) => dimensions)).toEqual([5, undefined]);
  });
  it('are asked for with the key, and without where there is none', async () => {
    await encoder({ apiKey: 'sk-1' }).encode(['a'], never);
    await encoder().encode(['a'], never);
    expect(server.keys).toEqual(['Bearer sk-1', undefined]);
  });
});

describe('a server that cannot answer now', () => {
  it('is asked again, after twice the wait each time', async () => {
    server.interfere = (_, response, count) => count < 4 && refuseWith(response, count === 2 ? 429 : 503);
    const { vectors } = await encoder().encode(['a'], never);
    expect(vectors.length).toBe(1);
    expect(retries.map(({ waitMs }) => waitMs)).toEqual([5, 10, 20]);
    expect(retries[1].reason).toMatch(/^127\.0\.0\.1:\d+ answered HTTP 429$/);
  });
  it('is given the time that it asks for', async () => {
    server.interfere = (_, response, count) =>
      count === 1 && refuseWith(response, 429, { 'retry-after': '0.03' });
    const startedMs = performance.now();
    await encoder().encode(['a'], never);
    expect(performance.now() - startedMs).toBeGreaterThan(28);
    expect(retries[0].waitMs).toBe(30);
  });
  it('is given up in the end, with what happened and nothing of what was sent', async () => {
    server.interfere = (_, response) => refuseWith(response, 500);
    const error = await refusal(encoder({ attempts: 3 }).encode(['secret text'], never));
    expect(error.code).toBe('io');
    expect(error.message).toMatch(/^The embeddings server 127\.0\.0\.1:\d+ answered HTTP 500, 3 times\.$/);
    expect(server.requests.length).toBe(3);
  });
  it('may be away, or too slow', async () => {
    server.interfere = () => true;
    const slow = await refusal(encoder({ attempts: 1, timeoutMs: 50 }).encode(['a'], never));
    expect(slow.message).toContain('did not answer in 50 ms');
    await server.close();
    const away = await refusal(encoder({ attempts: 2 }).encode(['a'], never));
    expect(away.message).toContain('cannot be reached (ECONNREFUSED), 2 times');
  });
  it('is left alone once the job is cancelled', async () => {
    server.interfere = (_, response) => refuseWith(response, 503);
    const job = new AbortController();
    const work = encoder({ backoffMs: 60_000 }).encode(['a'], job.signal);
    setTimeout(() => {
      job.abort();
    }, 50);
    await expect(work).rejects.toThrow('Cancelled');
  });
});

describe('a server that refuses', () => {
  it.each([
    [401, 'the key is missing or wrong'],
    [404, 'the base URL usually ends with /v1'],
    [400, 'a text may be too long'],
    [418, 'it does not take the request'],
  ])('with HTTP %i is not asked again', async (status, meaning) => {
    server.interfere = (_, response) => refuseWith(response, status);
    const error = await refusal(encoder({ apiKey: 'sk-1' }).encode(['secret text'], never));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(meaning);
    expect(error.message).not.toMatch(/secret|quotes|sk-1/);
    expect(server.requests.length).toBe(1);
  });
  it.each([
    ['no JSON', 'hello'],
    ['fewer vectors', '{"data":[]}'],
    ['vectors of several lengths', '{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}'],
    ['empty vectors', '{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}'],
    ['numbers that are none', '{"data":[{"index":0,"embedding":[null]},{"index":1,"embedding":[1]}]}'],
  ])('to make sense (%s) is refused', async (_name, body) => {
    server.interfere = (_, response) => {
      response.end(body);
      return true;
    };
    const error = await refusal(encoder().encode(['a', 'b'], never));
    expect(error.message).toContain('did not answer with one vector of finite numbers for each text');
  });
});

it('estimates tokens from letters: a quarter for ASCII, one for others', () => {
  expect(estimateTokens('abcdefgh')).toBe(2);
  expect(estimateTokens('你好🌍')).toBe(3);
  expect(estimateTokens('')).toBe(0);
});
