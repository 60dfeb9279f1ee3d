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
  return measureAgreements(ratings, { figure }, seed).figure;
}

/** Several figures of the same ratings, all from the same draws. */
export function measureAgreements<K extends string>(
  ratings: Ratings,
  figures: Readonly<Record<K, AgreementFigure>>,
  seed: number,
): Readonly<Record<K, MeasuredAgreement>> {
  const { distinct, rowOf, counts } = poolRows(ratings);
  const shared = sharedItems(ratings);
  const names = Object.keys(figures) as K[];
  const values = new Map(names.map((name) => [name, figures[name](distinct, counts)]));
  const draws = new Map(names.map((name) => [name, [] as number[]]));
  if (shared >= LEAST_ITEMS) {
    const each = Int32Array.from({ length: ratings.items }, (_, i) => i);
    const pooled = new Float64Array(distinct.items);
    for (const weights of bootstrapWeights(each, seed, DRAWS)) {
      pooled.fill(0);
      for (let i = 0; i < weights.length; i++) pooled[rowOf[i]] += weights[i];
      for (const name of names) {
        if (!Number.isFinite(values.get(name))) continue;
        const drawn = figures[name](distinct, pooled);
        if (Number.isFinite(drawn)) draws.get(name)?.push(drawn);
      }
    }
  }
  const measured = names.map((name) => [
    name,
    asMeasured(values.get(name) ?? Number.NaN, draws.get(name) ?? [], shared),
  ]);
  return Object.fromEntries(measured) as Record<K, MeasuredAgreement>;
}

function asMeasured(value: number, draws: readonly number[], shared: number): MeasuredAgreement {
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
  return { value, ci95: percentileInterval(draws) };
}

/**
 * Items on which every rater says the same as on another one, as one row with the sum of their weights: every figure is
 * the same, and two raters with three verdicts have nine rows, however many items they graded.
 */
function poolRows({ items, raters, values }: Ratings): {
  readonly distinct: Ratings;
  readonly rowOf: Int32Array;
  readonly counts: Float64Array;
} {
  const rows = new Map<string, number>();
  const firsts: number[] = [];
  const rowOf = Int32Array.from({ length: items }, (_, i) => {
    const key = values.subarray(i * raters, (i + 1) * raters).join();
    const known = rows.get(key);
    if (known !== undefined) return known;
    rows.set(key, firsts.length);
    return firsts.push(i) - 1;
  });
  const counts = new Float64Array(firsts.length);
  for (const row of rowOf) counts[row] += 1;
  const pooled = new Float64Array(firsts.length * raters);
  firsts.forEach((i, row) => {
    pooled.set(values.subarray(i * raters, (i + 1) * raters), row * raters);
  });
  return { distinct: { items: firsts.length, raters, values: pooled }, rowOf, counts };
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
