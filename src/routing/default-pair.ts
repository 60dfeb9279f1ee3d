/** Which two models a new training looks at, where nobody has said. */

export interface PairOfModels {
  /** In the order of the project. */
  readonly a: string;
  readonly b: string;
  /** Gold gains of a over b, one a prompt. */
  readonly gains: readonly number[];
  /** Mean price of a minus that of b, where both have one. */
  readonly extraPrice: number | null;
}

export interface SuggestedPair {
  readonly strong: string;
  readonly cheap: string;
  readonly goldPrompts: number;
  /** Why, in words. */
  readonly reason: string;
}

/**
 * The pair with the most gold. Strong is the one that gold prefers by more than two standard errors, else the dearer one,
 * else the one gold prefers by however little. Null where no two models have gold together.
 */
export function suggestPair(pairs: readonly PairOfModels[]): SuggestedPair | null {
  const graded = pairs.filter((pair) => pair.gains.length > 0);
  if (graded.length === 0) return null;
  const pair = graded.reduce((best, each) => (each.gains.length > best.gains.length ? each : best));
  const n = pair.gains.length;
  const mean = pair.gains.reduce((sum, gain) => sum + gain, 0) / n;
  const square = pair.gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  const error = n > 1 ? Math.sqrt(square / (n - 1) / n) : Infinity;
  const isClear = Math.abs(mean) > 2 * error;
  const byPrice = !isClear && pair.extraPrice !== null && pair.extraPrice !== 0;
  const isAStrong = byPrice ? (pair.extraPrice ?? 0) > 0 : mean >= 0;
  const [strong, cheap] = isAStrong ? [pair.a, pair.b] : [pair.b, pair.a];
  const most = `These two have the most gold together (${n} prompts)`;
  return {
    strong,
    cheap,
    goldPrompts: n,
    reason: isClear
      ? `${most}, and gold prefers ${strong}.`
      : byPrice
        ? `${most}; gold does not clearly prefer one, and ${strong} is dearer.`
        : `${most}; gold does not clearly prefer one. Swap them if ${cheap} is the strong one.`,
  };
}
