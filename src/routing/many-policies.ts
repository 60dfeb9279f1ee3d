import { mean, quantileSorted } from '../stats/descriptive.ts';
import { averageImprovementInQuality, type CostQualityPoint } from './cost-quality.ts';
import type { ManySet } from './many-set.ts';
import { createChooser } from './policy-choice.ts';
import { COST_WEIGHTS, relativeMse } from './policy-value.ts';

/**
 * Policies over more than two models. What one chooses does not depend on the weights of the rows, so that every figure is a
 * weighted mean of a column.
 */

/** Predicted gains of one candidate, one column for every model but the anchor. */
export interface ManyCandidate {
  readonly name: string;
  readonly predicted: readonly Float64Array[];
}

/** Points of the curve over w. */
const CURVE_POINTS = 25;

/** Columns of a policy: where its means are found. */
export interface Policy {
  readonly gain: number;
  readonly relativeCost: number;
  readonly quality: number;
  readonly cost: number;
  /** One a model, the anchor last. */
  readonly shares: readonly number[];
}

/** Columns of values over the rows, and their means under any weights of the rows. */
export class Columns {
  readonly #rows: number;
  readonly #columns: Float64Array[] = [];

  constructor(rows: number) {
    this.#rows = rows;
  }

  add(valueOf: (row: number) => number): number {
    return this.#columns.push(Float64Array.from({ length: this.#rows }, (_, row) => valueOf(row))) - 1;
  }

  means(weights: Float64Array): Float64Array {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Float64Array.from(this.#columns, (column) => {
      let sum = 0;
      for (let row = 0; row < column.length; row++) sum += weights[row] * column[row];
      return sum / total;
    });
  }
}

export function addPolicy(
  columns: Columns,
  set: ManySet,
  predicted: readonly Float64Array[],
  w: number,
): Policy {
  return addChoices(columns, set, createChooser(set.relativeCost).choose(predicted, w));
}

export function fixedPolicy(columns: Columns, set: ManySet, model: number): Policy {
  return addChoices(columns, set, new Int32Array(set.rows.length).fill(model));
}

function addChoices(columns: Columns, set: ManySet, chosen: Int32Array): Policy {
  const gain = (row: number): number => set.gains[chosen[row]][row];
  return {
    gain: columns.add(gain),
    relativeCost: columns.add((row) => set.relativeCost[chosen[row]]),
    quality: columns.add((row) => set.anchorQuality[row] + gain(row)),
    cost: columns.add((row) => set.costs[chosen[row]][row]),
    shares: set.names.map((_, k) => columns.add((row) => Number(chosen[row] === k))),
  };
}

/** Relative MSE of ψ̂_k, mean over the models. */
export function meanRelativeError(
  set: ManySet,
  predicted: readonly Float64Array[],
  weights: Float64Array,
): number {
  return mean(predicted.map((column, k) => relativeMse(column, set.gains[k], weights)));
}

/**
 * The w of the curve: 0, and evenly through the weights at which the router changes its mind about a prompt, up to where it
 * has gone over to the cheapest model everywhere.
 */
export function curveWeights(set: ManySet, predicted: readonly Float64Array[]): readonly number[] {
  const breakpoints = createChooser(set.relativeCost).breakpoints(predicted);
  if (breakpoints.length === 0) return [0];
  const last = breakpoints[breakpoints.length - 1];
  const inner = Array.from({ length: CURVE_POINTS - 2 }, (_, i) =>
    quantileSorted(breakpoints, (i + 0.5) / (CURVE_POINTS - 2)),
  );
  return [...new Set([0, ...inner, last * (1 + 1e-9) + 1e-12])];
}

/** Quality and cost of a candidate at each of its curve's w, without intervals. */
export function policyCurveOf(
  set: ManySet,
  { predicted }: ManyCandidate,
): readonly { readonly w: number; readonly quality: number; readonly cost: number }[] {
  const columns = new Columns(set.rows.length);
  const policies = curveWeights(set, predicted).map((w) => ({ w, ...addPolicy(columns, set, predicted, w) }));
  const means = columns.means(new Float64Array(set.rows.length).fill(1));
  return policies.map(({ w, quality, cost }) => ({ w, quality: means[quality], cost: means[cost] }));
}

/**
 * A router alone, ready to be measured under any weights of the rows.
 * @param weights the w of its curve
 */
export function manyFigures(
  set: ManySet,
  router: ManyCandidate,
  w: number,
  weights: readonly number[] = curveWeights(set, router.predicted),
) {
  const columns = new Columns(set.rows.length);
  const at = (weight: number): Policy => addPolicy(columns, set, router.predicted, weight);
  const curve = weights.map(at);
  const own = at(w);
  const best = addPolicy(columns, set, set.gains.slice(0, -1), w);
  const byWeight = COST_WEIGHTS.map(at);
  const fixed = set.names.map((_, k) => fixedPolicy(columns, set, k));
  return {
    weights,
    measure: (rowWeights: Float64Array) => {
      const means = columns.means(rowWeights);
      const place = (p: Policy): CostQualityPoint => ({ cost: means[p.cost], quality: means[p.quality] });
      const value = (p: Policy, weight: number): number => means[p.gain] - weight * means[p.relativeCost];
      const points = curve.map(place);
      const ends = fixed.map(place);
      const areas = averageImprovementInQuality(points, Math.max(...ends.map(({ cost }) => cost)));
      return {
        curve: points,
        routed: place(own),
        fixed: ends,
        /** V(w) at COST_WEIGHTS. */
        values: byWeight.map((p, i) => value(p, COST_WEIGHTS[i])),
        aiq: areas?.perRange ?? null,
        aiqPerMaximumCost: areas?.perMaximum ?? null,
        gainRelMse: meanRelativeError(set, router.predicted, rowWeights),
        regretToOracle: value(best, w) - value(own, w),
      };
    },
  };
}
