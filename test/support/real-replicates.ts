import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPairSnapshot } from '../../db/repositories/snapshot.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { runRounds, summariseRounds, type ReplicateReport } from '../../src/routing/replicate.ts';

/**
 * Every estimator over repeated splits of real data: which configurations, and their table. Pairs were fixed before anything
 * was measured; simulated judges are left out.
 */
const checkout = fileURLToPath(new URL('../..', import.meta.url));
export const realData = join(process.env['METAROUTER_SHARED'] ?? resolve(checkout, '..', 'shared'), 'data');

export function hasRealData(name: DataName): boolean {
  return existsSync(fileOfData(name));
}

export function fileOfData(name: DataName): string {
  return join(realData, `${name}.wide.jsonl.gz`);
}

export type DataName = 'nq301' | 'evouna_nq';

export interface Configuration {
  readonly data: DataName;
  readonly strong: string;
  readonly cheap: string;
  readonly judge: string;
  readonly stage: 'route' | 'cascade';
  /** The judge's score of the cheap answer is a feature of the cascade. */
  readonly isSignal: boolean;
  readonly nGold: number;
  readonly nTest: number;
  readonly isPaired: boolean;
}

const SETS = {
  nq301: {
    pairs: [
      ['EMDR2', 'DPR'],
      ['text-davinci-003_zeroshot', 'FiD-KD'],
    ],
    judges: ['gpt-4', 'text-davinci-003'],
    golds: [50, 100],
    nTest: 75,
  },
  evouna_nq: {
    pairs: [
      ['gpt-4', 'dpr-fid'],
      ['gpt-4', 'text-davinci-003'],
    ],
    judges: ['lexical_match', 'exact_match', 'token_f1'],
    golds: [50, 100, 200],
    nTest: 750,
  },
} as const;

/** All configurations of one set and stage. */
export function configurations(
  data: DataName,
  stage: Configuration['stage'],
  isSignal = false,
): readonly Configuration[] {
  const { pairs, judges, golds, nTest } = SETS[data];
  return pairs.flatMap(([strong, cheap]) =>
    judges.flatMap((judge) =>
      golds.flatMap((nGold) =>
        [false, true].map((isPaired) => ({
          data,
          strong,
          cheap,
          judge,
          stage,
          isSignal,
          nGold,
          nTest,
          isPaired,
        })),
      ),
    ),
  );
}

export function replicateOn(
  db: ReadableDb,
  configuration: Configuration,
  rounds: number,
  seed: number,
): ReplicateReport {
  const { strong, cheap, judge, stage, isSignal, nGold, nTest, isPaired } = configuration;
  const snapshot = buildPairSnapshot(db, {
    strong,
    cheap,
    source: judge,
    stage,
    signals: isSignal ? [judge] : [],
    encoder: undefined,
  });
  const config = {
    rounds,
    nGold,
    nTest,
    isPaired,
    seed,
    learner: 'ridge',
    withReleasedScript: false,
    dimensions: 50,
  } as const;
  const numbers = Array.from({ length: rounds }, (_, i) => i);
  const results = runRounds(snapshot, config, numbers, () => 0, uncontrolled);
  return summariseRounds(snapshot, config, results);
}

export type Figure = 'egMean' | 'gainRelMse' | 'v0';

/** Mean and Nadeau–Bengio standard error of one estimator; null where it does not apply. */
export function figure(
  report: ReplicateReport,
  name: string,
  what: Figure,
): { readonly mean: number; readonly se: number } | null {
  const row = report.estimators.find((each) => each.name === name);
  if (row === undefined) return null;
  const { mean, se } = what === 'v0' ? row.policyValue['0'] : row[what];
  return mean === null ? null : { mean, se: se ?? Number.NaN };
}

/** Columns of the table, with the short names that its head explains. */
const COLUMNS = [
  ['auto', 'auto'],
  ['gold-only', 'gold'],
  ['preference-only', 'pref'],
  ['pooled', 'pool'],
  ['mean-shift', 'shift'],
  ['r-learner', 'R'],
  ['dr-learner', 'DR'],
  ['offset', 'off'],
  ['calibrated-offset', 'cal'],
  ['omega-grid', 'ω'],
  ['paired-difference', 'pair'],
  ['two-stage-surrogate', '2st'],
  ['surrogate-aipw', 'aipw'],
  ['knn', 'knn'],
  ['all-gold', 'all'],
  ['gold-mean', 'mean'],
  ['always-strong', 'strong'],
] as const;

export const TABLE_HEAD = [
  'In thousandths, ± the Nadeau–Bengio standard error: EG, relative MSE less 1, V(0).',
  '',
  `| gold | figure | ${COLUMNS.map(([, short]) => short).join(' | ')} |`,
  `|--|--|${COLUMNS.map(() => '--').join('|')}|`,
].join('\n');

/** Three lines, one a figure. */
export function tableLines({ nGold, isPaired }: Configuration, report: ReplicateReport): string {
  const figures = [
    ['EG', 'egMean', 0],
    ['MSE', 'gainRelMse', 1],
    ['V0', 'v0', 0],
  ] as const;
  return figures
    .map(([title, what, less]) => {
      const cells = COLUMNS.map(([name]) => {
        const value = figure(report, name, what);
        if (value === null || (less === 1 && name === 'always-strong')) return '';
        const thousandths = 1000 * (value.mean - less);
        const shown = thousandths.toFixed(Math.abs(thousandths) < 9.95 ? 1 : 0).replace(/^-0\.0$/u, '0.0');
        // Known in one round only: no error.
        return Number.isNaN(value.se) ? shown : `${shown}±${(1000 * value.se).toFixed(0)}`;
      });
      return `|${nGold}${isPaired ? 'p' : 'u'}|${title}|${cells.join('|')}|`;
    })
    .join('\n');
}
