import type { Ratings } from './agreement.ts';
import { bootstrapWeights, percentileInterval } from './bootstrap.ts';

/** An agreement figure of the ratings, with weights of the items where a draw gives them. */
export type AgreementFigure = (ratings: Ratings, weights?: ArrayLike<number>) => number;

export interface MeasuredAgreement {
  /** Null where it is not defined. */
  readonly value: number | null;
  /** 95 %, by the exponential-weight bootstrap of items (200 draws). */
  readonly ci95: readonly [number, number] | null;
  readonly reason?: string;
}

const DRAWS = 200;
/** An interval of fewer items would only look like one. */
const LEAST_ITEMS = 5;

/** A figure with its interval, or the reason why there is none. */
export function measureAgreement(ratings: Ratings, figure: AgreementFigure, seed: number): MeasuredAgreement {
  const value = figure(ratings);
  const shared = sharedItems(ratings);
  if (!Number.isFinite(value)) {
    const reason =
      shared === 0
        ? 'no item has grades of two raters'
        : 'all grades are the same, so that agreement cannot be told from chance';
    return { value: null, ci95: null, reason };
  }
  if (shared < LEAST_ITEMS) {
    return {
      value,
      ci95: null,
      reason: `an interval needs ${LEAST_ITEMS} items with two grades, and there are ${shared}`,
    };
  }
  const each = Int32Array.from({ length: ratings.items }, (_, i) => i);
  const draws: number[] = [];
  for (const weights of bootstrapWeights(each, seed, DRAWS)) {
    const drawn = figure(ratings, weights);
    if (Number.isFinite(drawn)) draws.push(drawn);
  }
  return { value, ci95: percentileInterval(draws) };
}

/** Items with two ratings or more. */
export function sharedItems({ items, raters, values }: Ratings): number {
  let shared = 0;
  for (let i = 0; i < items; i++) {
    let given = 0;
    for (let r = 0; r < raters; r++) if (!Number.isNaN(values[i * raters + r])) given++;
    if (given >= 2) shared++;
  }
  return shared;
}
