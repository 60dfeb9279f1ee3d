import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { buildBundle } from '../../../src/export/bundle.ts';
import { listFiles } from '../../../src/export/folder.ts';
import { writeSums } from '../../../src/export/sums.ts';
import { verifyBundle } from '../../../src/export/verify.ts';
import {
  damagedRouters,
  VERDICT_IN_PYTHON,
  verdictOf,
  WHOLE_ROUTERS,
  wrongAnswer,
} from '../../support/damaged-routers.ts';
import { askRouterModule, pythonOrWarning } from '../../support/python.ts';
import { buildRuntimeFiles, makeTemporaryFolder } from '../../support/runtime-files.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const COUNT = 10_000;
const files = damagedRouters(COUNT, 2026);
/** The place of the bundle's own router among the whole ones. */
const SUM = 4;
let folder: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function count(verdicts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, n]) => `${verdict} ${n}`)
    .join(', ');
}

it('10,000 damaged router files get a clear error or the right answer, quickly, and the same in Python', async () => {
  let slowest = 0;
  const verdicts = files.map(({ bytes }) => {
    const start = performance.now();
    const verdict = verdictOf(bytes);
    slowest = Math.max(slowest, performance.now() - start);
    return verdict;
  });
  process.stdout.write(`\nrouter.mjs: ${count(verdicts)}; slowest ${slowest.toFixed(0)} ms\n`);
  expect(slowest).toBeLessThan(2000);
  const loaded = files.filter((_, i) => verdicts[i] === 'loaded');
  expect(loaded.map(wrongAnswer).filter((wrong) => wrong !== null)).toEqual([]);
  const python = await pythonOrWarning('10,000 damaged files in router.py');
  if (python === null) return;
  const encoded = files.map(({ bytes }) => Buffer.from(bytes).toString('base64'));
  const answers = await askRouterModule(python, VERDICT_IN_PYTHON, encoded);
  process.stdout.write(`router.py: ${count(answers.map(String))}\n`);
  expect(answers).toEqual(verdicts);
});

it('verify finds what is wrong with 10,000 damaged bundles, sums that fit included', async () => {
  const runtimes = await buildRuntimeFiles(folder);
  const whole = join(folder, 'whole');
  const damaged = join(folder, 'damaged');
  const shape = { kind: 'text', buckets: 64, dim: 3, head: 'sum' } as const;
  const formats = ['mjs', 'py', 'onnx', 'litellm'];
  const python = '/no/such/python';
  await buildBundle(makeTrainedRouter(shape), { directory: whole, runtimes, formats, python });
  const names = (await listFiles(whole)).filter((name) => name !== 'SHA256SUMS');
  const contents = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(whole, name))] as const)),
  );
  await cp(whole, damaged, { recursive: true });
  const rng = createRng(99);
  const missed: string[] = [];
  const found: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    // Mostly the router file, with sums made to fit; else any file, flipped or cut, with the sums of the original.
    const isRouter = i % 4 !== 3;
    const name = isRouter ? 'router.safetensors' : names[Math.floor(rng.uniform() * names.length)];
    const bytes = isRouter
      ? files[i].bytes
      : contents[name].subarray(0, Math.floor(rng.uniform() * contents[name].length));
    if (!isRouter && rng.uniform() < 0.5) {
      const flipped = new Uint8Array(contents[name]);
      flipped[Math.floor(rng.uniform() * flipped.length)] ^= 1 << Math.floor(rng.uniform() * 8);
      await writeFile(join(damaged, name), flipped);
    } else await writeFile(join(damaged, name), bytes);
    if (isRouter) await writeFile(join(damaged, 'SHA256SUMS'), writeSums({ ...contents, [name]: bytes }));
    const { ok, problems } = await verifyBundle(damaged, { runtimes, python });
    // A damage that changes nothing that is said (an added space) leaves the bundle's own router what it was.
    const isHarmless = (): boolean =>
      isRouter && files[i].original === WHOLE_ROUTERS[SUM] && wrongAnswer(files[i]) === null;
    if (ok) {
      if (!isHarmless()) missed.push(`${i}: ${name}`);
    } else
      found.push(
        /\((?<code>[a-z-]+)\)\.?$/.exec(problems[0])?.groups?.code ??
          problems[0].replace(/[\d.]+|`.*`/g, '#').slice(0, 60),
      );
    expect(ok || problems.every((problem) => problem.length > 10)).toBe(true);
    await writeFile(join(damaged, name), contents[name]);
    if (isRouter) await cp(join(whole, 'SHA256SUMS'), join(damaged, 'SHA256SUMS'));
  }
  process.stdout.write(`verify: ${count(found)}\n`);
  expect(missed).toEqual([]);
});
