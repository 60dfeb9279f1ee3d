import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { afterEach } from 'vitest';
import { generateDemo } from '../../../src/cli/demo/generate.ts';
import { createClient, type Client } from '../../../src/contract/client.ts';
import type { AppEvent } from '../../../src/contract/events.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';

/** An engine from the TypeScript sources, on a project in a folder of its own; closed and removed after the test. */
export interface TestEngine {
  readonly folder: string;
  readonly project: string;
  readonly engine: Engine;
  readonly client: Client;
  readonly events: AppEvent[];
}

const engines: Engine[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function startEngine(
  options: { readonly folder?: string; readonly maxWorkers?: number } = {},
): TestEngine {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'metarouter-engine-'));
  folders.push(folder);
  const engine = createEngine({
    clock: () => Math.round(performance.timeOrigin + performance.now()),
    newId,
    // As built: see test/support/built-worker.ts.
    workerUrl: new URL('../../../dist/task-worker.js', import.meta.url),
    runtimeUrl: new URL('../../../dist/runtime/', import.meta.url),
    productVersion: '0.0.0-test',
    ...(options.maxWorkers === undefined ? {} : { maxWorkers: options.maxWorkers }),
  });
  engines.push(engine);
  const events: AppEvent[] = [];
  engine.subscribe((event) => events.push(event));
  return { folder, project: join(folder, 'p.mrproj'), engine, client: createClient(engine), events };
}

/** An engine whose project holds generated prompts with responses, gold and a simulated judge. */
export async function startWithData(
  amount: { readonly train: number; readonly test: number; readonly gold?: number },
  options: { readonly maxWorkers?: number } = {},
): Promise<TestEngine> {
  const started = startEngine(options);
  const path = join(started.folder, 'data.wide.jsonl');
  const { rows } = generateDemo({ ...amount, seed: 11 });
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await started.client.call('project.create', { path: started.project });
  await started.client.run('import.start', {
    paths: [path],
    ...(amount.gold === undefined ? {} : { gold: { kind: 'count', count: amount.gold } }),
  });
  return started;
}

/** The AppError that a call is refused with. */
export async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('expected an AppError, and nothing was thrown');
}
