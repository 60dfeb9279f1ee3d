import type { Sample } from '../../../src/causal/sample.ts';
import { createRng } from '../../../src/core/rng.ts';

/** Unpaired labels: the first rows have gold, the others a preference whose bias depends on x. */
export function makeSample(rows: number, dim: number, gold: number): Sample {
  const rng = createRng(1);
  const x = { rows, cols: dim, data: new Float64Array(rows * dim).map(() => rng.normal()) };
  const gain = (i: number, bias: number): number =>
    0.1 * x.data[i * dim] - 0.08 * x.data[i * dim + 1] + bias + 0.4 * rng.normal();
  const isGold = Uint8Array.from({ length: rows }, (_, i) => Number(i < gold));
  return {
    x,
    hasGold: isGold,
    goldGain: Float64Array.from({ length: rows }, (_, i) => gain(i, 0)),
    sources: [
      {
        name: 'judge',
        hasPreference: isGold.map((t) => 1 - t),
        preferenceGain: Float64Array.from({ length: rows }, (_, i) =>
          gain(i, 0.1 * x.data[i * dim + 2] - 0.1),
        ),
      },
    ],
    propensity: new Float64Array(rows).fill(gold / rows),
    group: Int32Array.from({ length: rows }, (_, i) => i),
  };
}
