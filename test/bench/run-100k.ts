/**
 * One run of auto on 100,000 prompts × 128 features, with 200 bootstrap evaluations of training and test: node test/bench/run-100k.ts
 * A quarter of the prompts runs first, to see that time grows with the rows and no faster. Processor seconds of the one thread
 * that trains, so that a busy machine does not change the figures.
 */
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { createRng } from '../../src/core/rng.ts';
import { prepareBootstrap, runDraws } from '../../src/routing/bootstrap-run.ts';
import { prepareStored, type StoredRun } from '../../src/routing/evaluate-stored.ts';
import { TRAIN_DEFAULTS } from '../../src/routing/run.ts';
import { SPLIT, type Snapshot } from '../../src/routing/snapshot.ts';
import { trainRouter } from '../../src/routing/train.ts';
import { blockTensors, featureDim, readRouterFile } from '../../src/runtime/router-file.ts';
import { BOOTSTRAP_DRAWS } from '../../src/stats/bootstrap.ts';
import { print } from './support/figures.ts';

const DIM = 128;
const GOLD = 1000;
const TEST_SHARE = 0.2;

function generate(n: number): Snapshot {
  const rng = createRng(1);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const vectors = Float64Array.from({ length: n * DIM }, () => rng.normal());
  const at = (row: number, k: number): number => vectors[row * DIM + k];
  const split = Uint8Array.from(rows, (i) => (i >= n * (1 - TEST_SHARE) ? SPLIT.test : SPLIT.train));
  const truth = Float64Array.from(rows, (i) => 0.1 + 0.1 * at(i, 0) + 0.08 * at(i, 1) + 0.4 * rng.normal());
  const column = (value: number): Float64Array => new Float64Array(n).fill(value);
  return {
    anchor: 'cheap',
    anchorCost: column(0),
    sources: [{ name: 'judge', isSimulated: false }],
    models: [
      {
        model: 'strong',
        goldGain: truth.map((v, i) => (i < GOLD ? v : Number.NaN)),
        allGoldGain: truth,
        allGoldAnchorQuality: column(Number.NaN),
        preferences: [
          {
            source: 'judge',
            isSimulated: false,
            gain: truth.map((v, i) => v - 0.1 - 0.1 * at(i, 2) + 0.2 * rng.normal()),
            count: new Int32Array(n).fill(1),
            scalesDeclared: true,
          },
        ],
        cost: column(1),
      },
    ],
    isSimulated: false,
    stage: 'route',
    n,
    promptIds: Array.from(rows, String),
    prompts: Array.from(rows, () => ''),
    languages: Array.from(rows, () => null),
    categories: Array.from(rows, () => null),
    cheapResponses: Array.from(rows, () => null),
    signals: [],
    covariates: [],
    vectors,
    vectorDim: DIM,
    split,
    group: rows,
    designedPropensity: column(GOLD / (n * (1 - TEST_SHARE))),
    designLookedAt: 'nothing',
    costUnit: 'strong-call',
    dataHash: 'generated',
    warnings: [],
  };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function train(snapshot: Snapshot): {
  readonly seconds: number;
  readonly stages: ReadonlyMap<string, number>;
  readonly run: StoredRun;
} {
  const started = processorSeconds();
  const stages = new Map<string, number>();
  const identity = {
    runId: 'bench',
    created: '2026-01-01T00:00:00.000Z',
    productVersion: '0',
    projectName: 'bench',
    prices: {},
  };
  const control = {
    ...uncontrolled,
    report: ({ stage }: { readonly stage: string }) => stages.set(stage, processorSeconds() - started),
  };
  const config = { ...TRAIN_DEFAULTS, dimensions: DIM };
  const { models, trained } = trainRouter(snapshot, config, identity, () => performance.now(), control);
  const { blocks } = trained.manifest;
  const file = readRouterFile(writeSafetensors(trained).bytes);
  return {
    seconds: processorSeconds() - started,
    stages,
    run: {
      blocks: {
        blocks,
        tensors: blockTensors(file),
        dim: featureDim(trained.manifest),
        absent: [],
        warnings: [],
      },
      models,
      config,
    },
  };
}

/** A draw costs what the next one costs: so many of the 200 are measured. */
const MEASURED_DRAWS = 20;

function redraw(snapshot: Snapshot, run: StoredRun): { readonly prepare: number; readonly draws: number } {
  const started = processorSeconds();
  const bootstrap = prepareBootstrap(prepareStored(snapshot, run, 'test'));
  if ('reason' in bootstrap) throw new Error(bootstrap.reason);
  const prepared = processorSeconds();
  runDraws(bootstrap, 0, MEASURED_DRAWS, uncontrolled);
  const draws = ((processorSeconds() - prepared) * BOOTSTRAP_DRAWS) / MEASURED_DRAWS;
  return { prepare: prepared - started, draws };
}

const quarter = train(generate(25_000));
print('25,000 prompts', quarter.seconds, 's');
const snapshot = generate(100_000);
const whole = train(snapshot);
for (const [stage, seconds] of whole.stages) print(`100,000 prompts, end of ${stage}`, seconds, 's');
print('100,000 prompts × 128 features, auto and 200 draws of the test prompts', whole.seconds, 's', 120);
print('four times the prompts take', whole.seconds / quarter.seconds, 'times', 6);
const { prepare, draws } = redraw(snapshot, whole.run);
print(`${BOOTSTRAP_DRAWS} draws of training and test, from ${MEASURED_DRAWS} of them`, draws, 's');
// The draws are shared by two workers; the rest is one thread's.
print('all of it on two cores', whole.seconds + prepare + draws / 2, 's', 120);
print('most memory held', process.resourceUsage().maxRSS / 1024, 'MB', 2048);
