import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importFile, NOTHING } from './import-support.ts';
import { newProject } from './temporary-project.ts';

/** Real data sets that are not part of the repository; where they are, they are imported. */
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(process.env['METAROUTER_SHARED'] ?? resolve(checkout, '..', 'shared'), 'data');
const isThere = existsSync(folder);

if (!isThere) {
  // eslint-disable-next-line no-console -- a test that does not run says so
  console.warn(
    `NOT RUN: the imports of real data. There is no ${folder}; METAROUTER_SHARED names another place.`,
  );
}

const files = [
  // One gold score of routerarena is below its declared scale.
  { name: 'evouna_nq.wide', format: 'wide', rows: 3020, refused: 0, prompts: 3020, models: 5, gold: 15_095 },
  { name: 'nq301.wide', format: 'wide', rows: 301, refused: 0, prompts: 301, models: 12, gold: 3515 },
  { name: 'mtbench.pairs', format: 'pairs', rows: 1232, refused: 0, prompts: 160, models: 6, gold: 1232 },
  { name: 'llmbar.pairs', format: 'pairs', rows: 885, refused: 0, prompts: 885, models: 2, gold: 885 },
  { name: 'gsm8k_gold.pairs', format: 'pairs', rows: 1319, refused: 0, prompts: 1319, models: 2, gold: 1319 },
  {
    name: 'routerarena_gold.pairs',
    format: 'pairs',
    rows: 809,
    refused: 1,
    prompts: 808,
    models: 2,
    gold: 808,
  },
  { name: 'oa_gpt4_swap', format: 'swap', rows: 953, refused: 0, prompts: 953, models: 7, gold: 0 },
] as const;

const preferences = new Map([
  ['evouna_nq.wide', { judge: 0, rule: 3 * 15_095, simulated: 8 * 15_095 }],
  ['nq301.wide', { judge: 3 * 3515 - 32, rule: 3 * 3515, simulated: 0 }],
  ['mtbench.pairs', { judge: 1232, rule: 0, simulated: 0 }],
  ['llmbar.pairs', { judge: 47_680, rule: 0, simulated: 0 }],
  // Two orders of 20,013 pairs, without 1,482 verdicts that could not be read.
  ['oa_gpt4_swap', { judge: 2 * 20_013 - 1482, rule: 0, simulated: 0 }],
]);

test.skipIf(!isThere).each(files)('$name is imported whole, and a second time adds nothing', async (file) => {
  const project = newProject();
  const path = join(folder, `${file.name}.jsonl.gz`);
  const report = await importFile(project, path);
  expect(report).toMatchObject({ format: file.format, rowsRead: file.rows, rowsRefused: file.refused });
  const { prompts, models, gold } = file;
  expect(report.added).toMatchObject({ prompts, models, gold, embeddings: 0 });
  const byKind = project.db
    .prepare<[], { kind: string; count: number }>(
      `SELECT kind, count(*) AS count FROM source s JOIN
         (SELECT source_id FROM preference_score UNION ALL SELECT source_id FROM preference_verdict) p
         ON p.source_id = s.id GROUP BY kind`,
    )
    .all();
  const counts = {
    judge: 0,
    rule: 0,
    simulated: 0,
    ...Object.fromEntries(byKind.map(({ kind, count }) => [kind, count])),
  };
  expect(counts).toEqual(preferences.get(file.name) ?? { judge: 0, rule: 0, simulated: 0 });
  expect((await importFile(project, path)).added).toEqual(NOTHING);
});
