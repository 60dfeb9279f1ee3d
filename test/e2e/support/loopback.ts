import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { forkEngine } from '../../../main/engine/fork-engine.ts';
import {
  startLoopbackHost,
  type LoopbackHost,
  type LoopbackOptions,
} from '../../../main/loopback/loopback-host.ts';
import type { WindowEvent } from '../../../src/contract/host.ts';
import type { Answer } from '../../../src/contract/methods.ts';

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url);

/** The engine from its sources, in a process of its own. */
export const startSourceEngine = forkEngine({
  processUrl: at('main/engine/engine-process.ts'),
  // As built: see test/support/built-worker.ts.
  workerUrl: at('dist/task-worker.js'),
  runtimeUrl: at('dist/runtime/'),
});

export const builtRenderer = fileURLToPath(at('out/renderer/'));

/** A folder of its own, removed after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-e2e-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** A page of one line, beside a file that is nobody's business. */
export function smallPage(folder: string): string {
  const root = join(folder, 'page');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(root, 'assets', 'page.js'), 'export {};');
  writeFileSync(join(folder, 'secret.json'), '{"secret":true}');
  return root;
}

/** A host of its own, ended after the test. */
export async function testHost(options: Partial<LoopbackOptions> = {}): Promise<LoopbackHost> {
  const folder = testFolder();
  const host = await startLoopbackHost({
    startEngine: startSourceEngine,
    rendererRoot: options.rendererRoot ?? smallPage(folder),
    userData: join(folder, 'data'),
    version: '0.0.0',
    clock: () => Date.now(),
    // A second tab of a test names files of the test.
    trustedFolders: [parse(folder).root],
    ...options,
  });
  onTestFinished(() => host.close());
  return host;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request to the letter: neither the path nor the headers are tidied up. */
export function send(
  host: LoopbackHost,
  given: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: OutgoingHttpHeaders;
    readonly body?: string | Buffer;
    /** Sends the body so, and never ends it. */
    readonly isUnfinished?: boolean;
  },
): Promise<HttpReply> {
  const { hostname, port } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path: given.path,
        method: given.method ?? 'GET',
        headers: given.headers ?? {},
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (body += piece));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          outgoing.destroy();
        });
      },
    );
    outgoing.on('error', reject);
    if (given.body !== undefined) outgoing.write(given.body);
    if (given.isUnfinished !== true) outgoing.end();
    else outgoing.flushHeaders();
  });
}

/** What a tab that was let in sends with every request. */
export interface TestTab {
  readonly cookie: string;
  readonly secret: string;
  readonly lastEventId: number;
  readonly headers: OutgoingHttpHeaders;
  readonly call: (method: string, input: unknown) => Promise<Answer<unknown>>;
}

export function tokenOf(address: string): string {
  return address.split('#token=').at(1) ?? '';
}

export async function enterTab(host: LoopbackHost, token = tokenOf(host.newAddress())): Promise<TestTab> {
  const reply = await send(host, {
    method: 'POST',
    path: '/api/session',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (reply.status !== 200) throw new Error(`Not let in: ${reply.status} ${reply.body}`);
  const { secret, lastEventId } = JSON.parse(reply.body) as { secret: string; lastEventId: number };
  const [cookie = ''] = (reply.headers['set-cookie']?.at(0) ?? '').split(';');
  const headers = { cookie, 'x-metarouter-tab': secret, 'content-type': 'application/json' };
  return {
    cookie,
    secret,
    lastEventId,
    headers,
    call: async (method, input) => {
      const path = method.startsWith('host.') ? '/api/host' : '/api/call';
      const body = JSON.stringify({ method, input });
      return JSON.parse((await send(host, { method: 'POST', path, headers, body })).body) as Answer<unknown>;
    },
  };
}

/** Waits for the first event of which `pick` makes something. */
export function nextEvent<T>(host: LoopbackHost, pick: (event: WindowEvent) => T | null): Promise<T> {
  return new Promise((resolve) => {
    const stop = host.workspace.listen((event) => {
      const picked = pick(event);
      if (picked === null) return;
      stop();
      resolve(picked);
    });
  });
}
