import { quantileSorted, standardDeviation } from '../stats/descriptive.ts';

/**
 * One factor that puts preference gains on the scale of gold gains (Zhang et al. 2025, remark 1). Gold is never rescaled:
 * the cost weight w keeps its meaning.
 */
export type ScalingMethod = 'none' | 'variance' | 'range' | 'wasserstein';

/** @throws RangeError for fewer than two labels of either kind. */
export function scalingFactor(gold: Float64Array, preference: Float64Array, method: ScalingMethod): number {
  if (method === 'none') return 1;
  if (gold.length < 2 || preference.length < 2) {
    throw new RangeError(
      `scalingFactor: expected at least 2 labels of each kind, got ${gold.length} and ${preference.length}`,
    );
  }
  const factor = FACTORS[method](Float64Array.from(gold).sort(), Float64Array.from(preference).sort());
  // A source that always says the same has no scale to match.
  return Number.isFinite(factor) && factor > 0 ? factor : 1;
}

type Factor = (gold: Float64Array, preference: Float64Array) => number;

const FACTORS: Readonly<Record<Exclude<ScalingMethod, 'none'>, Factor>> = {
  variance: (gold, preference) => standardDeviation(gold, 1) / standardDeviation(preference, 1),
  range: (gold, preference) => spread(gold) / spread(preference),
  /** c that minimises the 2-Wasserstein distance of c·y and r: regression of the quantiles of r on those of y. */
  wasserstein: (gold, preference) => {
    let cross = 0;
    let square = 0;
    for (let i = 0; i < 200; i++) {
      const probability = (i + 0.5) / 200;
      const y = quantileSorted(preference, probability);
      cross += y * quantileSorted(gold, probability);
      square += y * y;
    }
    return cross / square;
  },
};

function spread(ascending: Float64Array): number {
  return ascending[ascending.length - 1] - ascending[0];
}
