import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listSources } from '../../db/repositories/sources.ts';
import { loadVisibleGrades } from '../../db/snapshot/gold.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { tallyEffects, type TallyResult } from '../../src/engine/services/effects-tally.ts';
import { importFile } from './import-support.ts';
import { newProject } from './temporary-project.ts';

/** Published figures, found again in the files. They are over all rows, test prompts included. */
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(process.env['METAROUTER_SHARED'] ?? resolve(checkout, '..', 'shared'), 'data');
const isThere = existsSync(folder);

if (!isThere) {
  // eslint-disable-next-line no-console -- a test that does not run says so
  console.warn(
    `NOT RUN: known effects in real data. There is no ${folder}; METAROUTER_SHARED names another place.`,
  );
}

async function imported(name: string): Promise<ReadableDb> {
  const project = newProject();
  await importFile(project, join(folder, `${name}.jsonl.gz`));
  return project.db;
}

function allOf(db: ReadableDb): TallyResult {
  const grades = loadVisibleGrades(db);
  const work = tallyEffects(db, {
    sources: listSources(db),
    on: undefined,
    grades,
    goldPrompts: [...grades.byPrompt.keys()],
    passMark: 0.5,
  });
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

function sourceOf(result: TallyResult, name: RegExp): TallyResult['sources'][number] {
  const found = result.sources.find((each) => name.test(each.source.name));
  if (found === undefined) throw new Error(`No source is like ${String(name)}.`);
  return found;
}

test.skipIf(!isThere)('MT-bench: GPT-4 likes the longer answer more than experts do', async () => {
  const result = allOf(await imported('mtbench.pairs'));
  const { effects } = sourceOf(result, /gpt-4/i);
  expect(result.goldLonger.value).toBeCloseTo(0.694, 3);
  expect(result.goldLonger.n).toBe(869);
  expect(effects.length.source.value).toBeCloseTo(0.744, 3);
  expect(effects.confusion.right.value).toBeCloseTo(0.753, 3);
  expect(effects.confusion.rightWhereDecided.value).toBeCloseTo(0.871, 3);
  // On the pairs that both decide the difference is smaller, and its interval leaves out 0 all the same.
  const { difference } = effects.length.onBoth;
  expect(difference.value).toBeCloseTo(0.7397 - 0.6972, 3);
  expect(difference.ci95?.[0]).toBeGreaterThan(0);
});

test.skipIf(!isThere)('GPT-4 in both orders contradicts itself on 27.6 % of pairs', async () => {
  const { effects } = sourceOf(allOf(await imported('oa_gpt4_swap')), /gpt-4/i);
  const { consistent, twiceFirst, twiceSecond, onceTie } = effects.swap;
  expect(consistent.n).toBe(18_599);
  expect(consistent.value).toBeCloseTo(1 - 0.276, 3);
  expect(twiceFirst + twiceSecond + onceTie).toBe(18_599 - Math.round(18_599 * (consistent.value ?? 0)));
  expect(effects.position.basis).toBe('both-orders');
});

test.skipIf(!isThere)('NQ301: GPT-4 as a judge of single answers is right on 85.8 %', async () => {
  const result = allOf(await imported('nq301.wide'));
  const { passes } = sourceOf(result, /^gpt-4$/i);
  expect(passes?.right.value).toBeCloseTo(0.858, 3);
  expect(passes?.falsePass.value).toBeCloseTo(0.171, 3);
  expect(sourceOf(result, /davinci/).passes?.right.value).toBeCloseTo(0.857, 3);
});
