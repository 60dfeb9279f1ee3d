/**
 * Measures the learners beside scikit-learn on one thread, in one run, at equal settings, with the error of both on new rows;
 * and a forest of 100,000 × 128 against its memory budget: node test/bench/learners.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Matrix } from '../../src/core/matrix.ts';
import { createRng } from '../../src/core/rng.ts';
import { findPython } from '../../src/export/python.ts';
import { BOOSTING_DEFAULTS, fitBoosted } from '../../src/learners/boosted-trees.ts';
import { fitForest, FOREST_DEFAULTS } from '../../src/learners/forest.ts';
import { predict } from '../../src/learners/model.ts';
import { trainingTable } from '../../src/learners/training-table.ts';
import { median } from '../../src/stats/descriptive.ts';
import { startTensorFlow, type BackendName } from '../../src/tensorflow/backend.ts';
import { createCommittee } from '../../src/tensorflow/committee.ts';

const ROWS = 4500;
const DIM = 50;
const TEST_ROWS = 2000;
const REPEATS = 3;
const LARGE = { rows: 100_000, cols: 128, memoryMb: 2048 } as const;

interface World {
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly truth: Float64Array;
}

function makeWorld(rows: number, cols: number, seed: number): World {
  const rng = createRng(seed);
  const x = { rows, cols, data: new Float64Array(rows * cols).map(() => rng.normal()) };
  const truth = Float64Array.from({ length: rows }, (_, i) => {
    const row = x.data.subarray(i * cols, i * cols + 4);
    return Math.sin(2 * row[0]) + row[1] * row[2] + 0.5 * row[3];
  });
  return { x, truth, y: truth.map((v) => v + rng.normal()) };
}

type Fit = (seed: number) => (x: Matrix) => Float64Array;

const train = makeWorld(ROWS, DIM, 1);
const test = makeWorld(TEST_ROWS, DIM, 2);

const forest =
  (featuresPerSplit: number, minLeaf: number): Fit =>
  (seed) => {
    const table = trainingTable(train.x, train.y);
    const { model } = fitForest(table, { ...FOREST_DEFAULTS, featuresPerSplit, minLeaf, seed });
    return (x) => predict(model, x);
  };

const boosted: Fit = () => {
  const model = fitBoosted(trainingTable(train.x, train.y), BOOSTING_DEFAULTS, 100);
  return (x) => predict(model, x);
};

/** A committee of one, 20 epochs. */
const perceptron: Fit = (seed) => {
  const rows = { x: Float32Array.from(train.x.data), y: Float32Array.from(train.y) };
  const committee = createCommittee(
    { ...rows, weight: new Float32Array(ROWS).fill(1) },
    { dim: DIM, hidden: 32, weightDecay: [0], learningRate: 0.003, batch: 256 },
    createRng(seed),
  );
  for (let epoch = 0; epoch < 20; epoch++) committee.epoch();
  const { w1, b1, w2, b2 } = committee.weights();
  committee.dispose();
  const layers = [
    { in: DIM, out: 32, weight: w1, bias: b1 },
    { in: 32, out: 1, weight: w2, bias: b2 },
  ];
  return (x) => predict({ kind: 'mlp', dim: DIM, layers }, x);
};

interface Measured {
  readonly seconds: number;
  readonly mse: number;
}

function measure(fit: Fit): Measured {
  const seconds: number[] = [];
  let mse = 0;
  for (let seed = 0; seed < REPEATS; seed++) {
    const started = performance.now();
    const predicted = fit(seed);
    seconds.push((performance.now() - started) / 1000);
    const error = predicted(test.x).reduce((sum, v, i) => sum + (v - test.truth[i]) ** 2, 0);
    mse += error / TEST_ROWS / REPEATS;
  }
  return { seconds: median(seconds), mse };
}

const measured = z.object({ seconds: z.number(), mse: z.number() });
const peerAnswer = z.object({
  version: z.string(),
  'forest-sqrt': measured,
  'forest-third': measured,
  'forest-all': measured,
  boosted: measured,
  mlp: measured,
});

async function askPeer(): Promise<z.output<typeof peerAnswer> | null> {
  const python = await findPython();
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
  const write = (name: string, data: Float64Array): void => {
    writeFileSync(join(folder, name), new Uint8Array(data.buffer));
  };
  write('x.bin', train.x.data);
  write('y.bin', train.y);
  write('x_test.bin', test.x.data);
  write('truth.bin', test.truth);
  try {
    const script = fileURLToPath(new URL('support/learners_peer.py', import.meta.url));
    const output = execFileSync(python ?? 'python3', [script, folder, String(DIM), String(REPEATS)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return peerAnswer.parse(JSON.parse(output));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `\n*** NOT COMPARED: scikit-learn cannot be asked (Debian: python3-sklearn). ***\n${why}\n`,
    );
    process.exitCode = 1;
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function line(name: string, ours: Measured, peer: Measured | undefined, leastRatio?: number): void {
  const ratio = peer === undefined ? null : peer.seconds / ours.seconds;
  const holds = leastRatio === undefined || ratio === null || ratio >= leastRatio;
  const cells = [
    name.padEnd(58),
    `${(1000 * ours.seconds).toFixed(0)} ms`.padStart(9),
    (peer === undefined ? '' : `${(1000 * peer.seconds).toFixed(0)} ms`).padStart(10),
    (ratio === null ? '' : `${ratio.toFixed(1)}x`).padStart(7),
    ours.mse.toFixed(3).padStart(8),
    (peer?.mse.toFixed(3) ?? '').padStart(8),
    leastRatio === undefined ? '' : holds ? `  ok (at least ${leastRatio}x)` : `  UNDER ${leastRatio}x`,
  ];
  process.stdout.write(`${cells.join(' ')}\n`);
  if (!holds) process.exitCode = 1;
}

async function onBackend(name: BackendName): Promise<Measured> {
  await startTensorFlow(name);
  return measure(perceptron);
}

async function compare(): Promise<void> {
  // Once before, so that what is measured is compiled.
  forest(7, 1)(9);
  boosted(9);
  const ours = {
    sqrt: measure(forest(7, 1)),
    third: measure(forest(17, 5)),
    all: measure(forest(DIM, 5)),
    boosted: measure(boosted),
    wasm: await onBackend('wasm'),
    cpu: await onBackend('cpu'),
  };
  const peer = await askPeer();
  process.stdout.write(
    `${ROWS} × ${DIM}, median of ${REPEATS}; error on ${TEST_ROWS} new rows; scikit-learn ${peer?.version ?? 'absent'}, one thread\n`,
  );
  process.stdout.write(
    `${''.padEnd(58)} ${'ours'.padStart(9)} ${'sklearn'.padStart(10)} ${'ratio'.padStart(7)} ${'error'.padStart(8)} ${'sklearn'.padStart(8)}\n`,
  );
  line('forest, 100 trees, depth 20, 7 features, leaf 1', ours.sqrt, peer?.['forest-sqrt'], 2);
  line('forest, 100 trees, depth 20, 17 features, leaf 5', ours.third, peer?.['forest-third'], 2);
  line('forest, 100 trees, depth 20, 50 features, leaf 5', ours.all, peer?.['forest-all'], 2);
  line('boosted trees, 100 of 31 leaves, 256 bins', ours.boosted, peer?.boosted);
  line('perceptron 50-32-1, 20 epochs of batches of 256, wasm', ours.wasm, peer?.mlp);
  line('the same in plain JavaScript (cpu)', ours.cpu, peer?.mlp);
}

/** In a process of its own, so that the peak is that of the fit. */
function measureLarge(): void {
  const { x, y } = makeWorld(LARGE.rows, LARGE.cols, 3);
  const started = performance.now();
  const table = trainingTable(x, y);
  const { model } = fitForest(table, { ...FOREST_DEFAULTS, featuresPerSplit: 11, minLeaf: 5 });
  process.stdout.write(
    JSON.stringify({
      seconds: (performance.now() - started) / 1000,
      peakMb: process.resourceUsage().maxRSS / 1024,
      nodes: model.feature.length,
    }),
  );
}

const largeAnswer = z.object({ seconds: z.number(), peakMb: z.number(), nodes: z.int() });

if (process.argv[2] === 'large') {
  measureLarge();
} else {
  await compare();
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'large'], {
    encoding: 'utf8',
  });
  const { seconds, peakMb, nodes } = largeAnswer.parse(JSON.parse(output));
  const holds = peakMb < LARGE.memoryMb;
  process.stdout.write(
    `forest of ${LARGE.rows} × ${LARGE.cols}, 11 features, leaf 5: ${seconds.toFixed(1)} s, ${nodes} nodes, ` +
      `peak ${peakMb.toFixed(0)} MB  ${holds ? 'ok' : 'OVER'} (under ${LARGE.memoryMb} MB)\n`,
  );
  if (!holds) process.exitCode = 1;
}
