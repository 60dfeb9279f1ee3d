/** A server of a generated bundle in front of two fake upstreams. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { stringify } from 'yaml';
import { onTestFinished } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { probeTexts } from '../../../src/export/probe-texts.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { loadRouter, type Router } from '../../../src/runtime/router.ts';
import { parseServeConfig } from '../../../src/serve/serve-config.ts';
import { createServing, type Serving } from '../../../src/serve/start-serving.ts';
import { makeTrainedRouter, type RouterKind, type RouterShape } from '../../support/trained-router.ts';
import { startUpstream, type Behaviour, type FakeUpstream } from './fake-upstream.ts';

export interface TestServing extends Serving {
  readonly url: string;
  readonly router: Router;
  readonly large: FakeUpstream;
  readonly small: FakeUpstream;
  readonly folder: string;
  readonly notes: readonly string[];
  /** The lines of a file in the folder. */
  readonly lines: (file: string) => Record<string, unknown>[];
}

export interface ServingOptions {
  readonly kind?: RouterKind;
  readonly large?: Behaviour;
  readonly small?: Behaviour;
  /** Beside large and small. */
  readonly models?: Record<string, unknown>;
  /** Beside models and log. */
  readonly config?: Record<string, unknown>;
  readonly key?: string;
  readonly router?: Router;
}

const unused: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
};

export function testRouter(kind: RouterKind = 'text', shape: Omit<RouterShape, 'kind'> = {}): Router {
  return loadRouter(writeSafetensors(makeTrainedRouter({ ...shape, kind })).bytes);
}

export async function serve(options: ServingOptions = {}): Promise<TestServing> {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-serve-'));
  const large = await startUpstream(options.large ?? unused);
  const small = await startUpstream(options.small ?? unused);
  const yaml = stringify({
    name: 'test',
    models: {
      large: { baseUrl: large.baseUrl, apiKey: '${LARGE_KEY}', model: 'vendor/large-2' },
      small: { baseUrl: small.baseUrl },
      ...options.models,
    },
    log: { decisions: 'decisions.jsonl' },
    ...options.config,
  });
  const config = parseServeConfig(yaml, 'serve.yaml', { LARGE_KEY: 'sk-large' });
  const router = options.router ?? testRouter(options.kind);
  const notes: string[] = [];
  let ids = 0;
  const serving = await createServing({
    ...{ router, config, folder, key: options.key ?? null },
    clock: () => 1_800_000_000_000,
    monotonicMs: () => performance.now(),
    newId: () => `id-${++ids}`,
    rng: createRng(5),
    note: (line) => notes.push(line),
  });
  const { port } = await serving.server.listen(0, '127.0.0.1');
  let isStopped = false;
  const stop = async (): Promise<number> => {
    isStopped = true;
    return serving.stop();
  };
  onTestFinished(async () => {
    await Promise.all([large.close(), small.close()]);
    if (!isStopped) await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...serving,
    stop,
    url: `http://127.0.0.1:${port}`,
    ...{ router, large, small, folder, notes },
    lines: (file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export function chat(
  serving: TestServing,
  prompt: string,
  extra: Record<string, unknown> = {},
): Promise<Response> {
  return post(`${serving.url}/v1/chat/completions`, {
    model: 'auto',
    messages: [{ role: 'user', content: prompt }],
    ...extra,
  });
}

/** For each model a prompt that the router sends to it. */
export function promptsByModel(router: Router): { readonly large: string; readonly small: string } {
  const texts = probeTexts(createRng(3), 300).filter((text) => text.trim().length > 20);
  const find = (model: string): string => {
    const found = texts.find((text) => router.route(text).model === model);
    if (found === undefined) throw new Error(`No prompt goes to ${model}.`);
    return found;
  };
  return { large: find('large'), small: find('small') };
}
