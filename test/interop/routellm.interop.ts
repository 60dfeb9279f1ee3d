/**
 * RouteLLM's own server with the exported checkpoint, in front of a small OpenAI that embeds and answers. RouteLLM needs
 * PyTorch (6 GB), so it is not installed by itself: METAROUTER_ROUTELLM_PYTHON names a Python that has routellm[serve] 0.2.0.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../../src/export/bundle.ts';
import { parseGolden, type GoldenRow } from '../../src/export/golden.ts';
import { startOpenai, type OpenaiServer } from './support/litellm-proxy.ts';
import { embeddingRouter, runtimes } from './support/real-bundles.ts';

const python = process.env.METAROUTER_ROUTELLM_PYTHON ?? '';
if (python === '') {
  process.stderr.write('\n*** NOT TESTED: RouteLLM (METAROUTER_ROUTELLM_PYTHON is not set). ***\n\n');
}

const folder = mkdtempSync(join(tmpdir(), 'metarouter-routellm-'));
const bundle = join(folder, 'bundle');
let golden: readonly GoldenRow[] = [];
let openai: OpenaiServer | null = null;
let program: ChildProcess | null = null;
let url = '';
let log = '';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  if (python === '') return;
  await buildBundle(embeddingRouter(1536), { directory: bundle, runtimes });
  golden = parseGolden(readFileSync(join(bundle, 'golden.jsonl'), 'utf8'));
  // "golden 12" is embedded as the vector of that row.
  openai = await startOpenai('openai', (text) => golden[Number(/\d+/.exec(text)?.[0])].vector ?? []);
  const { base } = openai;
  const free = createServer();
  const port = await listen(free);
  await new Promise((resolve) => free.close(resolve));
  url = `http://127.0.0.1:${String(port)}`;
  writeFileSync(join(bundle, 'config.yaml'), 'mf:\n  checkpoint_path: routellm\n');
  const args = ['-m', 'routellm.openai_server', '--routers', 'mf', '--config', 'config.yaml'];
  args.push('--strong-model', 'openai/large', '--weak-model', 'openai/small', '--port', String(port));
  const environment = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: base, OPENAI_API_BASE: base };
  program = spawn(python, args, { cwd: bundle, env: { ...process.env, ...environment } });
  program.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  program.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  for (let second = 0; second < 240; second++) {
    // It has no path for its health: any answer is one.
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (program.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`RouteLLM did not start: ${log.slice(-3000)}`);
});

afterAll(() => {
  program?.kill();
  openai?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(python !== '')('RouteLLM', () => {
  it('asks the model that the golden file says, with the threshold of the README', async () => {
    const readme = readFileSync(join(bundle, 'routellm/README.md'), 'utf8');
    const model = /`(?<model>router-mf-[\d.e-]+)`/.exec(readme)?.groups?.model;
    const seen = new Map<string, number>();
    for (const [i, { expected }] of golden.entries()) {
      const [decision] = expected.decisions;
      if ((decision.margin ?? 1) <= 1e-5) continue;
      const reply = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: `golden ${String(i)}` }] }),
      });
      const text = await reply.text();
      expect(reply.status, text).toBe(200);
      const said = JSON.parse(text) as { choices: { message: { content: string } }[] };
      expect(said.choices[0].message.content, `row ${String(i)}`).toBe(`openai|${decision.model}`);
      seen.set(decision.model, (seen.get(decision.model) ?? 0) + 1);
    }
    process.stdout.write(
      `\nRouteLLM: ${JSON.stringify(Object.fromEntries(seen))} as the golden file says\n\n`,
    );
    expect([...seen.keys()].sort()).toEqual(['large', 'small']);
  });
});
