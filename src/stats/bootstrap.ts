import { createRng } from '../core/rng.ts';

/**
 * The exponential-weight (Bayesian) bootstrap (Rubin 1981, doi 10.1214/aos/1176345338): each draw gives every group of
 * rows a weight from Exp(1), so that no row is left out and no row stands on both sides of a fold.
 */
export const BOOTSTRAP_DRAWS = 200;

/** Weights of each draw, one a row; rows of a group share theirs. */
export function* bootstrapWeights(
  group: Int32Array,
  seed: number,
  draws = BOOTSTRAP_DRAWS,
): Generator<Float64Array> {
  const rng = createRng(seed);
  const dense = denseGroups(group);
  const weights = new Float64Array(group.length);
  const ofGroup = new Float64Array(dense.count);
  for (let draw = 0; draw < draws; draw++) {
    for (let g = 0; g < dense.count; g++) ofGroup[g] = rng.exponential();
    for (let i = 0; i < weights.length; i++) weights[i] = ofGroup[dense.index[i]];
    yield weights;
  }
}

function denseGroups(group: Int32Array): { index: Int32Array; count: number } {
  const seen = new Map<number, number>();
  const index = group.map((g) => {
    const known = seen.get(g) ?? seen.size;
    seen.set(g, known);
    return known;
  });
  return { index, count: seen.size };
}

/**
 * The 2.5 % and 97.5 % points of the draws, at positions p(n + 1): between them lies, in expectation, 95 % of what the draws
 * come from however many there are (Hyndman & Fan 1996, definition 6). The usual p(n − 1) + 1 holds 91 % with 50 draws and
 * 94 % with 200.
 */
export function percentileInterval(draws: ArrayLike<number>): readonly [number, number] {
  const sorted = Float64Array.from(draws).sort();
  return [pointOf(sorted, 0.025), pointOf(sorted, 0.975)];
}

function pointOf(ascending: Float64Array, probability: number): number {
  const last = ascending.length - 1;
  const position = Math.min(Math.max(probability * (last + 2) - 1, 0), last);
  const below = Math.floor(position);
  const above = Math.min(below + 1, last);
  return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
}
