import { quantileSorted } from '../stats/descriptive.ts';
import type { Measured, OperatingPoint } from '../runtime/manifest.ts';
import type { CurvePoint, Evaluation, PolicyPoint } from './evaluation.ts';
import { createChooser } from './policy-choice.ts';

/** Where a router may be operated: what is offered with it, and what is to be expected there. */

const MISSING: Measured = { value: null, ci95: null, reason: 'no test prompts with gold' };
const TWO_ONLY: Measured = { value: null, ci95: null, reason: 'defined for two models only' };

/** Shares of strong calls offered beside the run's own w. */
const OFFERED_SHARES: readonly number[] = [0.2, 0.5];

/** Shares of what the dearest model costs beyond the anchor, offered where there are more than two models. */
const OFFERED_COSTS: readonly number[] = [0.2, 0.5];

/** Of two models: the run's w first, then shares of strong calls. */
export function pairPoints(
  { curve, metrics }: Evaluation,
  w: number,
  percentiles: readonly number[],
): OperatingPoint[] {
  return [
    pairPoint('default', w, w, metrics.strongShare, curve),
    ...OFFERED_SHARES.map((share) => {
      const threshold = quantileSorted(percentiles, 1 - share);
      const strongShare = {
        value: share,
        ci95: null,
        reason: 'chosen, on the prompts that the encoder was fitted on',
      };
      return pairPoint(
        `strong-share-${Math.round(100 * share)}`,
        Math.max(threshold, 0),
        threshold,
        strongShare,
        curve,
      );
    }),
  ];
}

/** What a threshold promises: quality and cost of the curve's point nearest to its share of strong calls. */
export function pairPoint(
  name: string,
  w: number,
  threshold: number,
  strongShare: Measured,
  curve: readonly CurvePoint[],
): OperatingPoint {
  const share = strongShare.value;
  if (share === null || curve.length === 0) {
    return { name, w, threshold, strongShare, quality: MISSING, cost: MISSING };
  }
  const point = curve.reduce((best, candidate) =>
    Math.abs(candidate.strongShare - share) < Math.abs(best.strongShare - share) ? candidate : best,
  );
  return {
    name,
    w,
    threshold,
    strongShare,
    quality: { value: point.quality, ci95: point.ci95 },
    cost: { value: point.cost, ci95: null, reason: 'the mean over the test prompts' },
  };
}

/**
 * Of more than two models: the run's w first, then the least w at which the router spends no more than a share of what the
 * dearest model costs beyond the anchor, on the prompts that the encoder was fitted on.
 *
 * @param gains predicted gains on those prompts, one column for every model but the anchor
 */
export function policyPoints(
  { point, policyCurve }: Evaluation,
  w: number,
  gains: readonly Float64Array[],
  relativeCost: readonly number[],
): OperatingPoint[] {
  return [
    manyPoint('default', w, point),
    ...OFFERED_COSTS.map((share) => {
      const at = weightForCost(gains, relativeCost, share);
      return manyPoint(`cost-${Math.round(100 * share)}`, at, nearest(policyCurve, at));
    }),
  ];
}

/** What a w promises, as the nearest point of the curve over w has it. */
export function manyPoint(name: string, w: number, point: PolicyPoint | null): OperatingPoint {
  return {
    name,
    w,
    threshold: w,
    strongShare: TWO_ONLY,
    ...(point === null ? {} : { shares: point.shares }),
    quality: point?.quality ?? MISSING,
    cost: point?.cost ?? MISSING,
  };
}

export function nearest(curve: readonly PolicyPoint[], w: number): PolicyPoint | null {
  if (curve.length === 0) return null;
  return curve.reduce((best, each) => (Math.abs(each.w - w) < Math.abs(best.w - w) ? each : best));
}

function weightForCost(
  gains: readonly Float64Array[],
  relativeCost: readonly number[],
  share: number,
): number {
  const chooser = createChooser(relativeCost);
  const spends = (w: number): number => {
    let total = 0;
    for (const model of chooser.choose(gains, w)) total += relativeCost[model];
    return total / gains[0].length;
  };
  const weights = [0, ...chooser.breakpoints(gains)];
  // Spending falls as w rises: the first breakpoint after which it is low enough.
  let low = 0;
  let high = weights.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spends(weights[middle]) <= share) high = middle;
    else low = middle + 1;
  }
  return weights[low];
}

/** Share of the prompts that percentiles 0, 1 … 100 stand for whose gain is above a threshold. */
export function shareAboveThreshold(percentiles: readonly number[], threshold: number): number {
  const last = percentiles.length - 1;
  if (threshold >= percentiles[last]) return 0;
  const above = percentiles.findIndex((gain) => gain > threshold);
  if (above === 0) return 1;
  const [from, to] = [percentiles[above - 1], percentiles[above]];
  return 1 - (above - 1 + (threshold - from) / (to - from)) / last;
}
