/** Which two models a new training looks at, where nobody has said. */

export interface PairOfModels {
  /** In the order of the project. */
  readonly a: string;
  readonly b: string;
  /** Gold gains of a over b, one a prompt. */
  readonly gains: readonly number[];
  /** Price of a minus that of b, where both have one. */
  readonly extraPrice: number | null;
}

export interface SuggestedPair {
  readonly strong: string;
  readonly cheap: string;
  readonly goldPrompts: number;
  /** Why, in words. */
  readonly reason: string;
}

/** Pairs with at least this share of the most gold count as well graded. */
const WELL_GRADED = 0.9;

/**
 * Of the pairs with the most gold, the one that gold tells apart most clearly. Strong is the one that gold prefers by more
 * than two standard errors, else the dearer one, else the one gold prefers by however little. Null where no two models
 * have gold together.
 */
export function suggestPair(pairs: readonly PairOfModels[]): SuggestedPair | null {
  const most = Math.max(0, ...pairs.map((pair) => pair.gains.length));
  if (most === 0) return null;
  const candidates = pairs.filter((pair) => pair.gains.length >= WELL_GRADED * most).map(describe);
  const { pair, mean, clarity } = candidates.reduce((best, each) =>
    each.clarity > best.clarity ? each : best,
  );
  const isClear = clarity > 2;
  const { extraPrice } = pair;
  const byPrice = !isClear && extraPrice !== null && extraPrice !== 0;
  const isAStrong = byPrice ? extraPrice > 0 : mean >= 0;
  const [strong, cheap] = isAStrong ? [pair.a, pair.b] : [pair.b, pair.a];
  const graded = `${pair.gains.length} prompts carry gold for both`;
  return {
    strong,
    cheap,
    goldPrompts: pair.gains.length,
    reason: isClear
      ? `${graded}, and it prefers ${strong} clearly.`
      : byPrice
        ? `${graded}; it does not clearly prefer either, and ${strong} is dearer.`
        : `${graded}; it does not clearly prefer either. Swap them if ${cheap} is the strong one.`,
  };
}

/** How many standard errors the mean gain is away from 0. */
function describe(pair: PairOfModels): { pair: PairOfModels; mean: number; clarity: number } {
  const n = pair.gains.length;
  const mean = pair.gains.reduce((sum, gain) => sum + gain, 0) / n;
  const square = pair.gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  const error = n > 1 ? Math.sqrt(square / (n - 1) / n) : Infinity;
  return { pair, mean, clarity: mean === 0 ? 0 : Math.abs(mean) / error };
}
