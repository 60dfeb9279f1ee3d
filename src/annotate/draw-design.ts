import { createRng, deriveSeed } from '../core/rng.ts';

/**
 * Which items experts grade next, by chance and with the chance known: active statistical inference (Zrnic & Candès 2024,
 * arXiv 2403.03208, section 3). An item is drawn with π = min(1, τ b/N + (1 − τ) c u): a uniform part, so that every item
 * keeps a floor, and a part in proportion to u, with c such that the π add up to the budget b.
 */

/**
 * @param scores u ≥ 0, one an item; all 0 counts as all equal.
 * @param budget expected number of items drawn, above 0.
 * @param uniform τ in (0, 1].
 * @returns π, one an item, in (0, 1]; they add up to min(budget, number of items).
 */
export function drawProbabilities(scores: Float64Array, budget: number, uniform: number): Float64Array {
  const n = scores.length;
  if (budget >= n) return new Float64Array(n).fill(1);
  if (uniform === 1) return new Float64Array(n).fill(budget / n);
  const total = scores.reduce((sum, u) => sum + u, 0);
  const share = total > 0 ? scores.map((u) => u / total) : new Float64Array(n).fill(1 / n);
  const floor = (uniform * budget) / n;
  const piOf = (u: number, scale: number): number => Math.min(1, floor + (1 - uniform) * budget * u * scale);
  const sumAt = (scale: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += piOf(share[i], scale);
    return sum;
  };
  // What items at 1 cannot take goes to the others: the sum rises with the scale, up to n where every u is positive.
  let lo = 0;
  let hi = 1;
  while (sumAt(hi) < budget && hi < 2 ** 60) hi *= 2;
  // Halving a double more often changes nothing.
  for (let step = 0; step < 100 && lo < (lo + hi) / 2 && (lo + hi) / 2 < hi; step++) {
    const middle = (lo + hi) / 2;
    if (sumAt(middle) < budget) lo = middle;
    else hi = middle;
  }
  const reached = share.map((u) => piOf(u, hi));
  const missing = budget - sumAt(hi);
  // Items that nothing speaks for (u = 0) take what is left over evenly.
  return missing > 1e-9 ? raiseEvenly(reached, missing) : reached;
}

/** One draw an item, each by itself; the seed and the item's own key decide, so that no other item changes it. */
export function drawItems(
  probabilities: Float64Array,
  keys: readonly (string | number)[],
  seed: number,
): Uint8Array {
  return Uint8Array.from(probabilities, (pi, i) =>
    Number(createRng(deriveSeed(seed, 'draw', keys[i] ?? i)).uniform() < pi),
  );
}

/** Adds `missing` in equal parts to the items below 1. */
function raiseEvenly(probabilities: Float64Array, missing: number): Float64Array {
  const raised = Float64Array.from(probabilities);
  let left = missing;
  while (left > 1e-12) {
    const open = Array.from(raised.keys()).filter((i) => raised[i] < 1);
    if (open.length === 0) return raised;
    const part = left / open.length;
    left = 0;
    for (const i of open) {
      left += Math.max(0, raised[i] + part - 1);
      raised[i] = Math.min(1, raised[i] + part);
    }
  }
  return raised;
}
