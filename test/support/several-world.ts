import { createRng } from '../../src/core/rng.ts';
import { SPLIT, type ModelColumns, type Snapshot } from '../../src/routing/snapshot.ts';

/**
 * Three models and two sources with known ψ and Δ: `large` is best where x0 is high, `middle` where x1 is, and `small` is the
 * anchor. `steady` is off by a constant, `moody` by something that the prompt decides. Every prompt is judged by one source,
 * the gold ones by both.
 */
export const MODELS = ['large', 'middle', 'small'] as const;
export const TRUE_BIAS = { steady: 0.15, moody: -0.1 } as const;
export const RELATIVE_COST = [1, 0.5, 0] as const;

const DIM = 6;
const TEST_SHARE = 0.3;

export interface SeveralWorld {
  readonly snapshot: Snapshot;
  /** ψ of large and middle over small, for every row. */
  readonly psi: readonly [Float64Array, Float64Array];
}

export function severalWorld(seed: number, n = 3000, gold = 300): SeveralWorld {
  const rng = createRng(seed);
  const vectors = Float64Array.from({ length: n * DIM }, () => rng.normal());
  const at = (row: number, k: number): number => vectors[row * DIM + k];
  const rows = Array.from({ length: n }, (_, i) => i);
  const split = Uint8Array.from(rows, (i) => (i >= n * (1 - TEST_SHARE) ? SPLIT.test : SPLIT.train));
  const psi = [
    Float64Array.from(rows, (i) => 0.1 + 0.2 * at(i, 0) - 0.05 * at(i, 2)),
    Float64Array.from(rows, (i) => 0.05 + 0.2 * at(i, 1)),
  ] as const;
  const isGold = (i: number): boolean => i < gold;
  const columns = psi.map((values, k): ModelColumns => {
    const truth = values.map((v) => v + 0.3 * rng.normal());
    const judged = (bias: (i: number) => number, mine: (i: number) => boolean): Float64Array =>
      Float64Array.from(rows, (i) =>
        split[i] !== SPLIT.test && (isGold(i) || mine(i))
          ? truth[i] - bias(i) + 0.2 * rng.normal()
          : Number.NaN,
      );
    const steady = judged(
      () => TRUE_BIAS.steady,
      (i) => i % 2 === 0,
    );
    const moody = judged(
      (i) => TRUE_BIAS.moody + 0.1 * at(i, 3),
      (i) => i % 2 === 1,
    );
    return {
      model: MODELS[k],
      goldGain: truth.map((v, i) => (isGold(i) ? v : Number.NaN)),
      allGoldGain: truth,
      allGoldAnchorQuality: new Float64Array(n).fill(Number.NaN),
      preferences: [
        { source: 'steady', gain: steady },
        { source: 'moody', gain: moody },
      ].map((each) => ({
        ...each,
        isSimulated: false,
        count: new Int32Array(n).fill(1),
        scalesDeclared: true,
      })),
      cost: new Float64Array(n).fill(k === 0 ? 0.03 : 0.02),
    };
  });
  return {
    psi,
    snapshot: {
      anchor: MODELS[2],
      anchorCost: new Float64Array(n).fill(0.01),
      sources: [
        { name: 'steady', isSimulated: false },
        { name: 'moody', isSimulated: false },
      ],
      models: columns,
      isSimulated: false,
      stage: 'route',
      n,
      promptIds: rows.map((i) => `d/${i}`),
      prompts: rows.map(() => ''),
      languages: rows.map(() => null),
      categories: rows.map(() => null),
      cheapResponses: rows.map(() => null),
      signals: [],
      covariates: [],
      vectors,
      vectorDim: DIM,
      split,
      group: Int32Array.from(rows),
      designedPropensity: new Float64Array(n).fill(gold / (n * (1 - TEST_SHARE))),
      designLookedAt: 'nothing',
      costUnit: 'usd',
      dataHash: 'generated',
      warnings: [],
    },
  };
}
