/** Requests that are refused: keys, origins, methods, sizes, nonsense. */
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/serve/access.ts';
import { answers } from './support/fake-upstream.ts';
import { chat, post, serve, type TestServing } from './support/serving.ts';

async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) as string } });
}

/** fetch sets Host and Origin itself. */
function statusWith(serving: TestServing, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${serving.url}/v1/models`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

describe('access', () => {
  it('needs the key where there is one, in every place but /health', async () => {
    const serving = await serve({ key: 'correct horse battery', large: answers('l'), small: answers('s') });
    await expectRefusal(await fetch(`${serving.url}/v1/models`), 401, 'invalid_api_key');
    await expectRefusal(await fetch(`${serving.url}/metrics`), 401, 'invalid_api_key');
    await expectRefusal(await chat(serving, 'x'), 401, 'invalid_api_key');
    for (const wrong of [
      'Bearer correct horse batter',
      'Bearer ',
      'correct horse battery',
      'Basic correct',
    ]) {
      expect(await statusWith(serving, { authorization: wrong })).toBe(401);
    }
    expect(await statusWith(serving, { authorization: 'Bearer correct horse battery' })).toBe(200);
    expect((await fetch(`${serving.url}/health`)).status).toBe(200);
    expect(serving.large.seen).toEqual([]);
  });
  it('without a key is for programs on this machine: not for web pages, not for rebound names', async () => {
    const serving = await serve();
    expect(await statusWith(serving, {})).toBe(200);
    expect(await statusWith(serving, { host: 'localhost:80' })).toBe(200);
    expect(await statusWith(serving, { host: 'evil.example' })).toBe(403);
    expect(await statusWith(serving, { origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith(serving, { origin: 'null' })).toBe(403);
  });
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.0.0.1.evil.example', false],
    ['192.168.1.2', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('nonsense', () => {
  it.each([
    ['{"model":', 'invalid_json'],
    ['[]', 'invalid_request'],
    ['"x"', 'invalid_request'],
    ['{"model":3,"messages":[{}]}', 'invalid_request'],
    ['{"model":"auto"}', 'invalid_request'],
    ['{"model":"auto","messages":[]}', 'invalid_request'],
    ['', 'invalid_json'],
  ])('%s', async (body, code) => {
    const serving = await serve();
    await expectRefusal(await post(`${serving.url}/v1/chat/completions`, body), 400, code);
    expect(serving.large.seen).toEqual([]);
  });
  it('bytes that are not UTF-8', async () => {
    const serving = await serve();
    const body = Buffer.concat([
      Buffer.from('{"model":"auto","messages":["'),
      Buffer.from([0xff]),
      Buffer.from('"]}'),
    ]);
    const response = await fetch(`${serving.url}/v1/chat/completions`, { method: 'POST', body });
    await expectRefusal(response, 400, 'invalid_json');
  });
  it('other paths and methods', async () => {
    const serving = await serve();
    await expectRefusal(await fetch(`${serving.url}/v1/embeddings`), 404, 'not_found');
    await expectRefusal(await fetch(`${serving.url}/__proto__`), 404, 'not_found');
    const wrong = await fetch(`${serving.url}/v1/chat/completions`);
    expect(wrong.headers.get('allow')).toBe('POST');
    await expectRefusal(wrong, 405, 'method_not_allowed');
  });
  it('feedback without a log, answers without models', async () => {
    const serving = await serve({ config: { log: undefined, models: {} } });
    await expectRefusal(await post(`${serving.url}/v1/feedback`, { id: 'x', score: 1 }), 501, 'no_log');
    await expectRefusal(await chat(serving, 'x'), 501, 'decide_only');
  });
  it('messages that are no messages go to the fallback, which may judge them', async () => {
    const serving = await serve({ large: answers('l') });
    const response = await post(`${serving.url}/v1/chat/completions`, {
      model: 'auto',
      messages: [null, 3, 'x'],
    });
    expect(response.headers.get('x-metarouter-action')).toBe('unscored');
  });
});

describe('sizes', () => {
  const config = { limits: { maxBodyBytes: 2000 } };
  it('refuses a body that says it is too large', async () => {
    const serving = await serve({ config });
    await expectRefusal(await chat(serving, 'x'.repeat(3000)), 413, 'body_too_large');
  });
  it('refuses a body that turns out to be', async () => {
    const serving = await serve({ config });
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${serving.url}/v1/route`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.write('x'.repeat(1500));
      setTimeout(() => request.write('x'.repeat(1500)), 20);
    });
    expect(status).toBe(413);
  });
  it('goes on after a body that breaks off', async () => {
    const serving = await serve({ large: answers('l'), small: answers('s') });
    const socket = connect(Number(new URL(serving.url).port), '127.0.0.1');
    socket.write('POST /v1/route HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"prompt":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    const response = await chat(serving, 'and another');
    expect(response.status).toBe(200);
    expect(serving.notes).toEqual([]);
  });
});
