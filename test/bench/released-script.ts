/**
 * Measures one round of the published recipe (src/causal/released-script.ts: R- and DR-learner by random forests) beside the
 * same forests in scikit-learn on one thread, in one run: node test/bench/released-script.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fitReleasedScript } from '../../src/causal/released-script.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { takeRows } from '../../src/core/matrix.ts';
import { findPython } from '../../src/export/python.ts';
import { predict } from '../../src/learners/model.ts';
import { median } from '../../src/stats/descriptive.ts';
import { makeSample } from './support/causal-sample.ts';

const ROWS = 4500;
const DIM = 50;
const GOLD = 100;
const REPEATS = 3;
/** At least so many times as fast as scikit-learn. */
const BUDGET = 3;

const peerAnswer = z.object({ seconds: z.number(), r: z.array(z.number()), dr: z.array(z.number()) });

function askPeer(python: string, { x, goldGain, sources }: Sample): z.infer<typeof peerAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
  try {
    const path = join(folder, 'rows.f64');
    const columns = [x.data, goldGain, sources[0].preferenceGain];
    writeFileSync(path, Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
    const script = fileURLToPath(new URL('support/released_script_peer.py', import.meta.url));
    const output = execFileSync(python, [script, path, ...[ROWS, DIM, GOLD, REPEATS].map(String)], {
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    return peerAnswer.parse(JSON.parse(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((sum, e) => sum + e, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const sample = makeSample(ROWS, DIM, GOLD);
const python = await findPython();
const peer = python === null ? null : askPeer(python, sample);
if (peer === null) process.stdout.write('No Python with numpy and scikit-learn: nothing to compare with.\n');
let fitted = fitReleasedScript(sample, 0);
const seconds = median(
  Array.from({ length: REPEATS }, (_, seed) => {
    const start = performance.now();
    fitted = fitReleasedScript(sample, seed);
    return (performance.now() - start) / 1000;
  }),
);
process.stdout.write(`one round, ${ROWS} × ${DIM}, ${GOLD} gold: ${seconds.toFixed(2)} s on one thread\n`);
if (peer !== null) {
  const rows = takeRows(
    sample.x,
    Int32Array.from({ length: ROWS }, (_, i) => i),
  );
  const ratio = peer.seconds / seconds;
  const verdict = ratio >= BUDGET ? 'ok' : 'OVER BUDGET';
  process.stdout.write(
    `scikit-learn: ${peer.seconds.toFixed(2)} s, ${ratio.toFixed(1)} times as long (at least ${BUDGET})  ${verdict}\n` +
      'Both are random; correlation of the predictions: ' +
      `R ${correlation(predict(fitted.rLearner, rows), peer.r).toFixed(3)}, ` +
      `DR ${correlation(predict(fitted.drLearner, rows), peer.dr).toFixed(3)}\n`,
  );
  if (ratio < BUDGET) process.exitCode = 1;
}
