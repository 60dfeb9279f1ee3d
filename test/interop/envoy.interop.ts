/** Envoy, started for real with the configuration of docs/deploy.md, in front of a server of a bundle. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answers, eventsOf, streams } from '../serve/support/fake-upstream.ts';
import { promptsByModel, serve, testRouter, type ServingOptions } from '../serve/support/serving.ts';
import { pythonWith } from './support/programs.ts';
import { freePort, startProgram, type StartedProgram } from './support/start-program.ts';

const python = await pythonWith('envoy');
const program = python === null ? '' : join(dirname(python), 'envoy');
const prompts = promptsByModel(testRouter());
const folder = mkdtempSync(join(tmpdir(), 'metarouter-envoy-'));
const running: StartedProgram[] = [];

afterAll(() => {
  for (const envoy of running) envoy.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The block of YAML under "## Envoy", as a reader copies it. */
function documentedConfiguration(): string {
  const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const block = /^## Envoy$[\s\S]*?```yaml\n(?<yaml>[\s\S]*?)```/m.exec(page)?.groups?.yaml;
  if (block === undefined) throw new Error('docs/deploy.md has no configuration of Envoy.');
  return block;
}

/** Envoy in front of a server; the ports of the page are exchanged for free ones. */
async function behindEnvoy(options: ServingOptions): Promise<{ url: string; log: () => string }> {
  const serving = await serve(options);
  const port = await freePort();
  const yaml = documentedConfiguration()
    .replace('port_value: 8080', `port_value: ${String(port)}`)
    .replace('port_value: 6060', `port_value: ${new URL(serving.url).port}`);
  const file = join(folder, `envoy-${String(port)}.yaml`);
  writeFileSync(file, yaml);
  const args = [
    '--config-path',
    file,
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '--log-level',
    'error',
    '--file-flush-interval-msec',
    '200',
  ];
  const url = `http://127.0.0.1:${String(port)}`;
  const envoy = await startProgram(program, { args, url: `${url}/v1/models` });
  running.push(envoy);
  return { url, log: envoy.log };
}

const ask = async (url: string, content: string, more: object = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }], ...more }),
  });

describe.runIf(existsSync(program))('Envoy', () => {
  it('forwards to the model that the bundle chose, and logs which it was', async () => {
    const { url, log } = await behindEnvoy({ large: answers('from large'), small: answers('from small') });
    for (const [model, prompt] of Object.entries(prompts)) {
      const answer = await ask(url, prompt);
      const body = (await answer.json()) as { choices: { message: { content: string } }[] };
      expect(body.choices.at(0)?.message.content).toBe(`from ${model}`);
      expect(answer.headers.get('x-metarouter-model')).toBe(model);
      await expect.poll(log, { timeout: 15_000 }).toContain(`/v1/chat/completions 200 ${model}`);
    }
  });

  it('passes streams through byte for byte, 50 at a time', async () => {
    const text = 'Grüße 你好 '.repeat(50);
    const { url } = await behindEnvoy({ large: streams(text), small: streams(text) });
    const expected = eventsOf(text).join('');
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const answer = await ask(url, i % 2 === 0 ? prompts.large : prompts.small, { stream: true });
        expect(await answer.text()).toBe(expected);
      }),
    );
  });

  it('knows nothing beside the paths of the router', async () => {
    const { url } = await behindEnvoy({});
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });
});
