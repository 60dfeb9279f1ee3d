/**
 * RouteLLM's own server with the exported checkpoint, in front of a small OpenAI that embeds and answers. RouteLLM needs
 * PyTorch (6 GB), so it is not installed by itself: METAROUTER_ROUTELLM_PYTHON names a Python that has routellm[serve] 0.2.0.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../../src/export/bundle.ts';
import { parseGolden, type GoldenRow } from '../../src/export/golden.ts';
import { startOpenai, type OpenaiServer } from './support/litellm-proxy.ts';
import { freePort, startProgram, type StartedProgram } from './support/start-program.ts';
import { embeddingRouter, runtimes } from './support/real-bundles.ts';

const python = process.env.METAROUTER_ROUTELLM_PYTHON ?? '';
if (python === '') {
  process.stderr.write('\n*** NOT TESTED: RouteLLM (METAROUTER_ROUTELLM_PYTHON is not set). ***\n\n');
}

const folder = mkdtempSync(join(tmpdir(), 'metarouter-routellm-'));
const bundle = join(folder, 'bundle');
let golden: readonly GoldenRow[] = [];
let openai: OpenaiServer | null = null;
let program: StartedProgram | null = null;
let url = '';

beforeAll(async () => {
  if (python === '') return;
  await buildBundle(embeddingRouter(1536), { directory: bundle, runtimes });
  golden = parseGolden(readFileSync(join(bundle, 'golden.jsonl'), 'utf8'));
  // "golden 12" is embedded as the vector of that row.
  openai = await startOpenai('openai', (text) => golden[Number(/\d+/.exec(text)?.[0])].vector ?? []);
  const { base } = openai;
  const port = await freePort();
  url = `http://127.0.0.1:${String(port)}`;
  writeFileSync(join(bundle, 'config.yaml'), 'mf:\n  checkpoint_path: routellm\n');
  const args = ['-m', 'routellm.openai_server', '--routers', 'mf', '--config', 'config.yaml'];
  args.push('--strong-model', 'openai/large', '--weak-model', 'openai/small', '--port', String(port));
  const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: base, OPENAI_API_BASE: base };
  program = await startProgram(python, { args, cwd: bundle, env, url, acceptsAnyAnswer: true });
});

afterAll(() => {
  program?.stop();
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
