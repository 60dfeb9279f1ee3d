/** The LiteLLM proxy, started for real with the generated callback, in front of two small fake upstreams. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBundle } from '../../src/export/bundle.ts';
import { parseGolden } from '../../src/export/golden.ts';
import { choiceOf } from '../../src/export/parity.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';
import { pythonWith } from './support/programs.ts';
import { runtimes } from './support/real-bundles.ts';

const folder = mkdtempSync(join(tmpdir(), 'metarouter-litellm-'));
const bundle = join(folder, 'bundle');
/** The proxy does not start without one; a new one each time. */
const KEY = `sk-${randomBytes(32).toString('hex')}`;
const upstreams: Server[] = [];
let proxy: ChildProcess | null = null;
let url = '';
let log = '';

/** An upstream that answers with its own name and what it was asked for. */
async function upstream(name: string): Promise<number> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      if (request.url?.endsWith('/chat/completions') !== true) {
        // The proxy also looks what models there are.
        response.statusCode = 404;
        response.end();
        return;
      }
      const { model } = JSON.parse(body) as { model: string };
      const message = { role: 'assistant', content: `${name}|${model}` };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 1,
          model,
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstreams.push(server);
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  const python = await pythonWith('litellm', 'numpy');
  if (python === null) return;
  await buildBundle(makeTrainedRouter({ kind: 'columns' }), { directory: bundle, runtimes });
  const ports = { large: await upstream('upstream-of-large'), small: await upstream('upstream-of-small') };
  // What a person fills in: where each model is.
  const config = join(bundle, 'litellm/config.yaml');
  const filled = readFileSync(config, 'utf8').replaceAll(
    /model: "openai\/(?<name>\w+)"\n {6}api_base: os\.environ\/METAROUTER_UPSTREAM/g,
    (_line, name: 'large' | 'small') =>
      `model: "openai/${name}"\n      api_base: http://127.0.0.1:${String(ports[name])}`,
  );
  writeFileSync(config, filled);
  const port = await freePort();
  url = `http://127.0.0.1:${String(port)}`;
  const environment = {
    ...process.env,
    METAROUTER_UPSTREAM_KEY: 'none',
    LITELLM_MASTER_KEY: KEY,
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_TELEMETRY: 'False',
  };
  const program = join(dirname(python), 'litellm');
  const args = ['--config', 'config.yaml', '--host', '127.0.0.1', '--port', String(port)];
  proxy = spawn(program, args, { cwd: join(bundle, 'litellm'), env: environment });
  proxy.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  proxy.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  for (let second = 0; second < 240; second++) {
    const isUp = await fetch(`${url}/health/liveliness`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    if (proxy.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`The LiteLLM proxy did not start: ${log.slice(-3000)}`);
});

afterAll(() => {
  proxy?.kill();
  for (const server of upstreams) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(body: object): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const content = /"content":"(?<content>[^"]*)"/.exec(text)?.groups?.content;
  return { status: answer.status, text: content ?? text };
}

it('sends every golden prompt to the model that the golden file says', async () => {
  if (proxy === null) return;
  const rows = parseGolden(readFileSync(join(bundle, 'golden.jsonl'), 'utf8'));
  const seen = new Set<string>();
  let compared = 0;
  for (const { prompt, columns, expected } of rows) {
    for (const decision of expected.decisions) {
      if ((decision.margin ?? 1) <= 1e-5) continue;
      const messages = [
        { role: 'user', content: 'An earlier question that does not count.' },
        { role: 'assistant', content: 'An answer.' },
        { role: 'user', content: [{ type: 'text', text: prompt }] },
      ];
      const metadata = { metarouter: { ...choiceOf(decision), columns } };
      const { status, text } = await ask({ model: 'metarouter', messages, metadata });
      expect(status, text).toBe(200);
      expect(text).toBe(`upstream-of-${decision.model}|${decision.model}`);
      seen.add(decision.model);
      compared++;
    }
  }
  process.stdout.write(`\nLiteLLM: ${String(compared)} requests went to the model of the golden file\n\n`);
  expect(seen).toEqual(new Set(['large', 'small']));
  expect(compared).toBeGreaterThan(200);
});

it('leaves requests for other models alone', async () => {
  if (proxy === null) return;
  for (const model of ['large', 'small']) {
    const { text } = await ask({ model, messages: [{ role: 'user', content: 'Hello' }] });
    expect(text).toBe(`upstream-of-${model}|${model}`);
  }
});

it('sends what it cannot decide to the anchor', async () => {
  if (proxy === null) return;
  const messages = [{ role: 'user', content: 'Hello' }];
  const { text } = await ask({ model: 'metarouter', messages, metadata: { metarouter: { w: -1 } } });
  expect(text).toBe('upstream-of-small|small');
  const noUser = await ask({ model: 'metarouter', messages: [{ role: 'system', content: 'Be brief.' }] });
  expect(noUser.text).toBe('upstream-of-small|small');
});
