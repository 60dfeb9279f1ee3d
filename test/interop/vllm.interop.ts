/** The lines for the vLLM semantic router, read by its own program (the gateway itself is a container and is not run). */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildBundle } from '../../src/export/bundle.ts';
import { runProcess } from '../../src/export/python.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';
import { pythonWith } from './support/programs.ts';
import { runtimes } from './support/real-bundles.ts';

const python = await pythonWith('cli', 'pydantic');
const program = python === null ? '' : join(dirname(python), 'vllm-sr');
const folder = mkdtempSync(join(tmpdir(), 'metarouter-vllm-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(existsSync(program))('the vLLM semantic router', () => {
  it.each([
    [1024, 2],
    [768, 4],
  ])('finds the lines valid (%i numbers, %i models)', async (inputDim, models) => {
    const directory = join(folder, `of-${String(inputDim)}`);
    const router = makeTrainedRouter({ kind: 'precomputed', inputDim, models });
    const { manifest } = await buildBundle(router, { directory, runtimes });
    const lines = parse(readFileSync(join(directory, 'vllm-semantic-router/config.yaml'), 'utf8')) as {
      routing: object;
      global: object;
    };
    const names = manifest.models.map(({ name }) => name);
    const backend = {
      name: 'primary',
      provider: 'vllm',
      endpoint: '127.0.0.1:8000',
      protocol: 'http',
      weight: 100,
    };
    const whole = {
      version: 'v0.3',
      listeners: [{ name: 'models', address: '127.0.0.1', port: 8899, timeout: '300s' }],
      providers: {
        defaults: { model: manifest.anchor },
        models: names.map((name) => ({ name, backend_refs: [backend] })),
      },
      ...lines,
      routing: { modelCards: names.map((name) => ({ name })), ...lines.routing },
    };
    const file = join(directory, 'whole.yaml');
    writeFileSync(file, stringify(whole));
    const { exitCode, stdout, stderr } = await runProcess(program, ['config', 'validate', '--config', file]);
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain('Configuration is valid');
  });
});
