/** Measures the runtime that ships, against its budgets. Run after a build: node test/bench/route.ts */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { sha256HexPortable } from '../../src/runtime/sha256.ts';
import type { loadRouter } from '../../src/runtime/router.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';

interface Runtime {
  readonly loadRouter: typeof loadRouter;
}

function isRuntime(value: unknown): value is Runtime {
  return typeof value === 'object' && value !== null && 'loadRouter' in value;
}

function print(name: string, value: number, unit: string, budget: string, holds: boolean): void {
  process.stdout.write(
    `${name.padEnd(44)} ${value.toFixed(1).padStart(10)} ${unit.padEnd(5)} ${budget.padEnd(18)} ${holds ? 'ok' : 'OVER'}\n`,
  );
}

/** Milliseconds of processor time of this process so far: unlike wall time, it does not grow with what else runs. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of each of n calls, sorted. */
function time(n: number, call: (i: number) => void): Float64Array {
  const times = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    call(i);
    times[i] = performance.now() - start;
  }
  return times.sort();
}

const routerMjs = fileURLToPath(new URL('../../dist/runtime/router.mjs', import.meta.url));
const full = { buckets: 32768, dim: 50 } as const;
const { bytes } = writeSafetensors(makeTrainedRouter({ kind: 'text', ...full }));
const cascadeBytes = writeSafetensors(makeTrainedRouter({ kind: 'cascade', buckets: 16384, dim: 50 })).bytes;
const vectorBytes = writeSafetensors(
  makeTrainedRouter({ kind: 'precomputed', dim: 50, inputDim: 1536 }),
).bytes;

const importStart = performance.now();
const runtime: unknown = await import(routerMjs);
if (!isRuntime(runtime))
  throw new Error('dist/runtime/router.mjs does not export loadRouter: run npm run build.');
const loadStart = performance.now();
const loadProcessorStart = processorMs();
const router = runtime.loadRouter(bytes);
const loaded = performance.now();
const loadProcessorMs = processorMs() - loadProcessorStart;
print('router.mjs', readFileSync(routerMjs).length / 1000, 'kB', '', true);
print('router.safetensors, 32,768 × 50', bytes.length / 1e6, 'MB', '< 8 MB', bytes.length < 8e6);
print(
  'router.safetensors, precomputed 1536',
  vectorBytes.length / 1e6,
  'MB',
  '< 1 MB',
  vectorBytes.length < 1e6,
);
print('import router.mjs', loadStart - importStart, 'ms', '', true);
print('cold load', loaded - loadStart, 'ms', '< 50 ms', loaded - loadStart < 50);
print('cold load, processor time', loadProcessorMs, 'ms', '', true);
const hashStart = performance.now();
sha256HexPortable(bytes);
print('SHA-256 of the file without node:crypto', performance.now() - hashStart, 'ms', '', true);

const words =
  'why does the compiler reject this generic function when its argument is optional and how to fix it'.split(
    ' ',
  );
const prompts = Array.from({ length: 500 }, (_, k) =>
  Array.from(
    { length: 77 },
    (_unused, i) => words[(i * (k + 3) + k) % words.length] + (i % 9 === k % 9 ? String(k) : ''),
  ).join(' '),
);
print('characters of a prompt (100 tokens)', prompts[0].length, '', '', true);
time(3000, (i) => router.route(prompts[i % prompts.length]));
const routed = time(20_000, (i) => router.route(prompts[i % prompts.length]));
print('route(prompt) p50', routed[10_000] * 1000, 'µs', '', true);
print('route(prompt) p99', routed[19_800] * 1000, 'µs', '< 100 µs', routed[19_800] < 0.1);
const processorStart = processorMs();
const start = performance.now();
for (let i = 0; i < 40_000; i++) router.route(prompts[i % prompts.length]);
const perSecond = 40_000 / ((performance.now() - start) / 1000);
print('prompts a second', perSecond, '1/s', '> 20,000', perSecond > 20_000);
print(
  'prompts a second of processor time',
  40_000 / ((processorMs() - processorStart) / 1000),
  '1/s',
  '',
  true,
);
const explained = time(5000, (i) => router.route(prompts[i % prompts.length]).reason);
print('route(prompt).reason p99', explained[4950] * 1000, 'µs', '', true);

const features = prompts.map((prompt) => router.features(prompt));
time(3000, (i) => router.route(features[i % features.length]));
const vectors = time(50_000, (i) => router.route(features[i % features.length]));
print('route(vector of features) p50', vectors[25_000] * 1000, 'µs', '', true);
print('route(vector of features) p99', vectors[49_500] * 1000, 'µs', '< 20 µs', vectors[49_500] < 0.02);
const embedded = runtime.loadRouter(vectorBytes);
const embeddings = Array.from({ length: 50 }, (_, k) =>
  Float32Array.from({ length: 1536 }, (_unused, i) => Math.sin(i * k)),
);
time(3000, (i) => embedded.route(embeddings[i % 50]));
const embeds = time(50_000, (i) => embedded.route(embeddings[i % 50]));
print('route(vector of 1536) p50', embeds[25_000] * 1000, 'µs', '', true);
print('route(vector of 1536) p99', embeds[49_500] * 1000, 'µs', '< 20 µs', embeds[49_500] < 0.02);

const cascade = runtime.loadRouter(cascadeBytes);
const ask = (i: number) =>
  cascade.escalate({ prompt: prompts[i % 500], response: prompts[(i * 7) % 500], signals: { judge: 0.5 } });
time(2000, ask);
const escalated = time(10_000, ask);
print('escalate(prompt, response) p99', escalated[9900] * 1000, 'µs', '', true);
