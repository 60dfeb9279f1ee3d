/**
 * Measures an import against its budget: 100,000 pairs rows in under 10 s, in memory that does not grow with the file.
 * Run: node test/bench/import.ts
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { mergeStaging } from '../../db/import/merge-staging.ts';
import { stageFile } from '../../db/import/stage-file.ts';
import { stagingPathFor } from '../../db/import/staging-files.ts';
import { createProject } from '../../db/open.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { createRng } from '../../src/core/rng.ts';

const BUDGET = { rows: 100_000, seconds: 10, growthMb: 64 } as const;
const WORDS =
  'when the a of water light number left stone paper answer because large small river seven'.split(' ');

interface Measured {
  readonly stageSeconds: number;
  readonly mergeSeconds: number;
  /** Processor time of both: what other programs on the machine do not change. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly rows: number;
}

/** Pairs rows: two responses of about 300 characters, gold, and one judge in both orders. */
function generate(path: string, rows: number): void {
  const rng = createRng(1);
  const text = (characters: number): string => {
    let words = '';
    while (words.length < characters) words += `${WORDS[Math.floor(rng.uniform() * WORDS.length)]} `;
    return words;
  };
  const verdict = (): string => (rng.uniform() < 0.5 ? 'a' : 'b');
  const file = openSync(path, 'w');
  for (let i = 0; i < rows; i++) {
    const row = {
      prompt_id: `bench/${i}`,
      source: 'bench',
      split: i % 5 === 0 ? 'test' : 'train',
      category: 'general',
      lang: 'en',
      prompt: `${i} ${text(100)}`,
      reference: null,
      model_a: 'strong',
      model_b: 'cheap',
      response_a: text(300),
      response_b: text(300),
      len_a: 300,
      len_b: 300,
      gold: { kind: 'verifiable', scale: [0, 1], score_a: rng.uniform(), score_b: rng.uniform() },
      judges: ['ab', 'ba'].map((order) => ({
        judge: 'judge',
        type: 'pairwise',
        score_a: null,
        score_b: null,
        verdict: verdict(),
        order,
      })),
    };
    writeSync(file, `${JSON.stringify(row)}\n`);
  }
  closeSync(file);
}

async function measure(path: string, folder: string): Promise<Measured> {
  const options = { clock: () => Math.round(performance.timeOrigin), newId: () => v7() };
  const projectPath = join(folder, `${v7()}.mrproj`);
  const project = createProject(projectPath, { ...options, name: 'Bench', isSimulated: true });
  const stagingPath = stagingPathFor(projectPath, v7());
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const summary = await stageFile(path, stagingPath, options, uncontrolled);
  const staged = performance.now();
  const report = mergeStaging(project.db, { stagingPath, summary }, options);
  const merged = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  project.close();
  return {
    stageSeconds: (staged - start) / 1000,
    mergeSeconds: (merged - staged) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    rows: report.rowsRead - report.rowsRefused,
  };
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === 'object' && value !== null && 'stageSeconds' in value && 'peakMb' in value;
}

/** In a process of its own, so that the peak is the import's. */
function measureApart(path: string, folder: string): Measured {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), path, folder], {
    encoding: 'utf8',
  });
  const measured: unknown = JSON.parse(output);
  if (!isMeasured(measured)) throw new Error('The measuring process answered something else');
  return measured;
}

function print(name: string, value: string, budget: string, holds: boolean): void {
  process.stdout.write(
    `${name.padEnd(46)} ${value.padStart(14)}  ${budget.padEnd(12)} ${holds ? 'ok' : 'OVER'}\n`,
  );
  if (!holds) process.exitCode = 1;
}

const givenPath = process.argv.at(2);
const givenFolder = process.argv.at(3);
if (givenPath !== undefined && givenFolder !== undefined) {
  process.stdout.write(JSON.stringify(await measure(givenPath, givenFolder)));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
  try {
    const peaks: number[] = [];
    for (const rows of [BUDGET.rows / 5, BUDGET.rows]) {
      const path = join(folder, `${rows}.jsonl`);
      generate(path, rows);
      const { stageSeconds, mergeSeconds, cpuSeconds, peakMb } = measureApart(path, folder);
      const seconds = stageSeconds + mergeSeconds;
      peaks.push(peakMb);
      const name = `import ${rows.toLocaleString('en')} pairs`;
      print(`${name}, file`, `${(statSync(path).size / 1e6).toFixed(0)} MB`, '', true);
      const isBudgeted = rows === BUDGET.rows;
      const budget = isBudgeted ? `< ${BUDGET.seconds} s` : '';
      print(`${name}, in all`, `${seconds.toFixed(2)} s`, budget, !isBudgeted || seconds < BUDGET.seconds);
      print(`${name}, processor time`, `${cpuSeconds.toFixed(2)} s`, '', true);
      print(`${name}, staging (in a worker)`, `${stageSeconds.toFixed(2)} s`, '', true);
      print(`${name}, merge (holds the writer)`, `${mergeSeconds.toFixed(2)} s`, '', true);
      print(`${name}, rate`, `${Math.round(rows / seconds).toLocaleString('en')} rows/s`, '', true);
      print(`${name}, peak memory`, `${peakMb.toFixed(0)} MB`, '', true);
    }
    const growth = Math.max(...peaks) - Math.min(...peaks);
    print(
      'growth of the peak from 20,000 to 100,000',
      `${growth.toFixed(0)} MB`,
      `< ${BUDGET.growthMb} MB`,
      growth < BUDGET.growthMb,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
