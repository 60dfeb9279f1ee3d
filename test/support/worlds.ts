import { createRng } from '../../src/core/rng.ts';
import type { Matrix } from '../../src/core/matrix.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { mean, standardDeviation } from '../../src/stats/descriptive.ts';

/**
 * Generated worlds with known ψ and Δ. One row draws 20 features and three noises s, e, f:
 *   ψ = .05 + .12 x0 + .08 x1 + .06 sin(1.5 x2) + .05 x0 x3;   r = ψ + .3 s + .25 e;   y = ψ − Δ + .3 s + .25 f
 * `hard` has a bias that no linear Δ can follow; `flip` a judge that reverses the main directions.
 */
export const WORLDS = ['null', 'const', 'linear', 'flip', 'hard'] as const;
export type WorldName = (typeof WORLDS)[number];

export const TRAIN_ROWS = 2000;
export const TEST_ROWS = 1000;
const DIM = 20;

export interface World {
  readonly x: Matrix;
  readonly psi: Float64Array;
  readonly delta: Float64Array;
  readonly r: Float64Array;
  readonly y: Float64Array;
}

const BIAS: Readonly<Record<WorldName, (x: (k: number) => number) => number>> = {
  null: () => 0,
  const: () => 0.15,
  linear: (x) => 0.1 + 0.1 * x(0) - 0.08 * x(5),
  flip: (x) => 0.1 + 0.24 * x(0) + 0.16 * x(1),
  hard: (x) => 0.1 + 0.1 * Math.sign(x(0) * x(6)) + 0.06 * Math.sin(2 * x(7)),
};

export function generateWorld(name: WorldName, seed: number, n = TRAIN_ROWS + TEST_ROWS): World {
  const rng = createRng(seed);
  const x = { rows: n, cols: DIM, data: new Float64Array(n * DIM) };
  const psi = new Float64Array(n);
  const delta = new Float64Array(n);
  const r = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < DIM; k++) x.data[i * DIM + k] = rng.normal();
    const at = (k: number): number => x.data[i * DIM + k];
    const [s, e, f] = [rng.normal(), rng.normal(), rng.normal()];
    psi[i] = 0.05 + 0.12 * at(0) + 0.08 * at(1) + 0.06 * Math.sin(1.5 * at(2)) + 0.05 * at(0) * at(3);
    delta[i] = BIAS[name](at);
    r[i] = psi[i] + 0.3 * s + 0.25 * e;
    y[i] = psi[i] - delta[i] + 0.3 * s + 0.25 * f;
  }
  return { x, psi, delta, r, y };
}

/** The training rows of a world: the first `goldCount` are gold (a uniform design), the rest carry preferences. */
export function worldSample(world: World, goldCount: number, isPaired: boolean): Sample {
  const isGold = (i: number): boolean => i < goldCount;
  return trainSample(world, isGold, isPaired, () => goldCount / TRAIN_ROWS);
}

/**
 * World `linear` with logged, non-uniform gold probabilities: rising in x0 (`selected-x`, unpaired), or in the verdict y
 * (`selected-y`, paired).
 */
export function generateSelected(
  kind: 'selected-x' | 'selected-y',
  seed: number,
): { world: World; sample: Sample } {
  const world = generateWorld('linear', seed);
  const rows = Array.from({ length: TRAIN_ROWS }, (_, i) => i);
  const y = world.y.subarray(0, TRAIN_ROWS);
  const centre = mean(y);
  const spread = standardDeviation(y, 0);
  const tilt = rows.map((i) =>
    Math.exp(kind === 'selected-x' ? 2 * world.x.data[i * DIM] : (2 * (y[i] - centre)) / spread),
  );
  const meanTilt = mean(tilt);
  const first = tilt.map((e) => clamp(0.02 + (0.16 * e) / meanTilt, 0.02, 0.9));
  const total = first.reduce((sum, p) => sum + p, 0);
  const propensity = first.map((p) => clamp((200 * p) / total, 0.01, 0.95));
  const rng = createRng(seed + 500000);
  const drawn = propensity.map((p) => rng.uniform() < p);
  const sample = trainSample(
    world,
    (i) => drawn[i],
    kind === 'selected-y',
    (i) => propensity[i],
  );
  return { world, sample };
}

function trainSample(
  world: World,
  isGold: (i: number) => boolean,
  isPaired: boolean,
  propensity: (i: number) => number,
): Sample {
  const rows = Array.from({ length: TRAIN_ROWS }, (_, i) => i);
  return {
    x: { rows: TRAIN_ROWS, cols: DIM, data: world.x.data.slice(0, TRAIN_ROWS * DIM) },
    hasGold: Uint8Array.from(rows, (i) => Number(isGold(i))),
    goldGain: Float64Array.from(rows, (i) => (isGold(i) ? world.r[i] : Number.NaN)),
    sources: [
      {
        name: 'judge',
        hasPreference: Uint8Array.from(rows, (i) => Number(isPaired || !isGold(i))),
        preferenceGain: Float64Array.from(rows, (i) => (isPaired || !isGold(i) ? world.y[i] : Number.NaN)),
      },
    ],
    propensity: Float64Array.from(rows, propensity),
    group: Int32Array.from(rows),
  };
}

/** The test rows of a world. */
export function worldTest(world: World): { x: Matrix; psi: Float64Array; r: Float64Array } {
  return {
    x: {
      rows: TEST_ROWS,
      cols: DIM,
      data: world.x.data.slice(TRAIN_ROWS * DIM, (TRAIN_ROWS + TEST_ROWS) * DIM),
    },
    psi: world.psi.slice(TRAIN_ROWS, TRAIN_ROWS + TEST_ROWS),
    r: world.r.slice(TRAIN_ROWS, TRAIN_ROWS + TEST_ROWS),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
