/**
 * Measures the estimators beside plain numpy on one thread, in one run, in the reference configuration (folds i mod 5, no
 * repeats), and checks that both sides predict the same: node test/bench/causal.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fitEstimators } from '../../src/causal/fit.ts';
import { ESTIMATORS } from '../../src/causal/estimators.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem } from '../../src/causal/nuisances.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { takeRows } from '../../src/core/matrix.ts';
import { predict, type Model } from '../../src/learners/model.ts';
import { median } from '../../src/stats/descriptive.ts';
import { findPython } from '../../src/export/python.ts';
import { fitReferenceAuto, reference } from '../support/reference-auto.ts';
import { makeSample } from './support/causal-sample.ts';

const ROWS = 4500;
const DIM = 50;
const GOLD = 100;
const REPEATS = 9;
const SHOWN = [0, 1, 2, 3, 4];

function rLearner(sample: Sample): Model {
  return ESTIMATORS['r-learner'](createProblem(sample, makeFolds(sample, reference))).model;
}

function measure(fit: (sample: Sample) => Model, sample: Sample): { ms: number; model: Model } {
  let model = fit(sample);
  const times = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    model = fit(sample);
    return performance.now() - start;
  });
  return { ms: median(times), model };
}

const peerAnswer = z.record(
  z.enum(['r-learner', 'auto']),
  z.object({ ms: z.number(), predictions: z.array(z.number()) }),
);

/** The same in numpy, in a process of its own with one thread. */
function askPeer(python: string, sample: Sample): z.infer<typeof peerAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
  try {
    const path = join(folder, 'rows.f64');
    const columns = [sample.x.data, sample.goldGain, sample.sources[0].preferenceGain];
    writeFileSync(path, Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
    const { OPENBLAS_CORETYPE: _, ...env } = process.env;
    const script = fileURLToPath(new URL('support/causal_peer.py', import.meta.url));
    const output = execFileSync(python, [script, path, ...[ROWS, DIM, GOLD, REPEATS].map(String)], {
      env: { ...env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
      encoding: 'utf8',
    });
    return peerAnswer.parse(JSON.parse(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function line(name: string, cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(44)}${cells.map((cell) => cell.padStart(14)).join('')}\n`);
}

const python = await findPython();
const sample = makeSample(ROWS, DIM, GOLD);
const peer = python === null ? null : askPeer(python, sample);
if (peer === null) process.stdout.write('No Python with numpy: nothing to compare with.\n');
line(`${ROWS.toLocaleString('en')} × ${DIM}, ${GOLD} gold, one thread`, [
  'ms',
  'numpy ms',
  'ratio',
  'budget',
]);
for (const [name, fit] of [
  ['r-learner', rLearner],
  ['auto', (each: Sample) => fitReferenceAuto(each).estimate.model],
] as const) {
  const { ms, model } = measure(fit, sample);
  if (peer === null) {
    line(name, [ms.toFixed(1)]);
    continue;
  }
  const other = peer[name];
  const ratio = ms / other.ms;
  line(`${name}, cross-fitted${name === 'auto' ? ' and cross-validated' : ''}`, [
    ms.toFixed(1),
    other.ms.toFixed(1),
    ratio.toFixed(2),
    `≤ 2 ${ratio <= 2 ? 'ok' : 'OVER'}`,
  ]);
  predict(model, takeRows(sample.x, SHOWN)).forEach((predicted, i) => {
    if (Math.abs(predicted - other.predictions[i]) > 1e-8) {
      throw new Error(
        `${name}: row ${i} is predicted ${predicted} here and ${other.predictions[i]} by numpy`,
      );
    }
  });
}

const start = performance.now();
const scheme = { kind: 'grouped', repeats: 3, seed: 1 } as const;
fitEstimators(sample, {
  scheme,
  crossValidationScheme: { ...scheme, repeats: 1 },
  selectedOnVerdict: false,
  clock: () => 0,
});
line('every estimator and auto as the app runs them', [(performance.now() - start).toFixed(1)]);
