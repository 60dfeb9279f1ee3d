import { afterAll, describe, expect, it } from 'vitest';
import type { ReplicateReport } from '../../src/routing/replicate.ts';
import { mean } from '../../src/stats/descriptive.ts';
import { importFile } from '../db/import-support.ts';
import { newProject } from '../db/temporary-project.ts';
import {
  configurations,
  figure,
  fileOfData,
  hasRealData,
  replicateOn,
  TABLE_HEAD,
  tableLines,
  type Configuration,
  type DataName,
} from '../support/real-replicates.ts';

/** Splits of each configuration; METAROUTER_ROUNDS asks for others. */
const ROUNDS: Readonly<Record<DataName, number>> = { nq301: 30, evouna_nq: 2 };

function roundsOf(data: DataName): number {
  return Number(process.env['METAROUTER_ROUNDS'] ?? ROUNDS[data]);
}

interface Measured {
  readonly configuration: Configuration;
  readonly report: ReplicateReport;
}

const measured: Measured[] = [];

async function measure(data: DataName, stage: Configuration['stage']): Promise<readonly Measured[]> {
  const { db } = await newProjectOf(data);
  const found = configurations(data, stage).map((configuration) => ({
    configuration,
    report: replicateOn(db, configuration, roundsOf(data), 0),
  }));
  let title = '';
  for (const { configuration, report } of found) {
    const { strong, cheap, judge } = configuration;
    const next = `\n${data}, ${strong} / ${cheap}, ${judge}, ${stage}, ${roundsOf(data)} rounds\n${TABLE_HEAD}\n`;
    if (next !== title) process.stdout.write(next);
    title = next;
    process.stdout.write(`${tableLines(configuration, report)}\n`);
  }
  measured.push(...found);
  return found;
}

async function newProjectOf(data: DataName) {
  const project = newProject();
  await importFile(project, fileOfData(data));
  return project;
}

function valueOf({ report }: Measured, name: string, what: Parameters<typeof figure>[2]): number {
  const found = figure(report, name, what);
  if (found === null) throw new Error(`No figure of ${name}.`);
  return found.mean;
}

for (const data of ['nq301', 'evouna_nq'] as const) {
  if (!hasRealData(data)) {
    process.stderr.write(`\n*** NOT RUN: replicates on real data. There is no ${fileOfData(data)}. ***\n\n`);
  }
  describe.skipIf(!hasRealData(data)).each(['route', 'cascade'] as const)(`${data}, stage %s`, (stage) => {
    it('ranks about as well as pooling, and has its level nearly as well as a constant', async () => {
      const found = await measure(data, stage);
      const differences = found.map((each) => {
        const difference = valueOf(each, 'auto', 'egMean') - valueOf(each, 'pooled', 'egMean');
        const error = figure(each.report, 'auto', 'egMean')?.se ?? 0;
        return { difference, error };
      });
      expect(mean(differences.map(({ difference }) => difference))).toBeGreaterThanOrEqual(-0.003);
      for (const { difference, error } of differences) {
        expect(difference).toBeGreaterThanOrEqual(-0.003 - 2 * error);
      }
      if (stage === 'cascade') return;
      // The noise of so few splits is larger than what is left of the bar, and the same for both (docs/adr/0027-members-of-auto.md).
      const errorsOf = (name: string): number[] => found.map((each) => valueOf(each, name, 'gainRelMse'));
      const most = data === 'nq301' ? 0 : 0.006;
      expect(mean(errorsOf('auto'))).toBeLessThanOrEqual(mean(errorsOf('gold-mean')) + most);
    });
  });
}

afterAll(() => {
  if (measured.length === 0) return;
  const differences = measured.map(
    (each) => 1000 * (valueOf(each, 'auto', 'egMean') - valueOf(each, 'pooled', 'egMean')),
  );
  process.stdout.write(
    `\nEG × 1000, auto less pooled: mean ${mean(differences).toFixed(2)}, least ${Math.min(...differences).toFixed(1)}\n`,
  );
});
