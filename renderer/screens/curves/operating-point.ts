import type { JobResult } from '../../../src/contract/methods.ts';
import { thresholdOfShare } from '../../../src/runtime/decide.ts';
import { pointAt, type CurvePoint } from '../../charts/curve-layout.ts';
import {
  showCost,
  showInterval,
  showNumber,
  showPercent,
  showSigned,
  type Interval,
} from '../../charts/numbers.ts';
import type { Intervals } from '../analysis/bands.ts';

/** What a share of strong calls means: threshold, quality, cost, saving. Pure. */

type Evaluated = JobResult<'run.evaluate'>;
export type Inspected = JobResult<'run.inspect'>;

export interface OperatingPoint {
  readonly strongShare: number;
  /** The strong model answers where the predicted gain is above; ±Infinity at the ends. */
  readonly threshold: number;
  /** The cost weight that asks for this share; null where the threshold is below 0. */
  readonly w: number | null;
  readonly quality: number;
  readonly ci95: readonly [number, number] | null;
  readonly cost: number;
  /** Share of the cost of always strong that is not spent; null where that cost is 0. */
  readonly saving: number | null;
  readonly qualityOverStrong: number;
}

export function operatingPoint(
  curve: readonly CurvePoint[],
  gainPercentiles: readonly number[],
  strongShare: number,
  alwaysStrongCost: number | null = curve.at(-1)?.cost ?? null,
): OperatingPoint | null {
  const point = pointAt(curve, strongShare);
  const strong = curve.at(-1);
  if (point === undefined || strong === undefined) return null;
  const threshold = gainPercentiles.length < 2 ? Number.NaN : thresholdOfShare(gainPercentiles, strongShare);
  return {
    strongShare,
    threshold,
    w: Number.isFinite(threshold) && threshold >= 0 ? threshold : null,
    quality: point.quality,
    ci95: point.ci95 ?? null,
    cost: point.cost,
    saving: alwaysStrongCost !== null && alwaysStrongCost > 0 ? 1 - point.cost / alwaysStrongCost : null,
    qualityOverStrong: point.quality - strong.quality,
  };
}

/** What is known of the run's own operating point: there the threshold is fixed, and so everything that follows has intervals. */
export interface OwnIntervals {
  readonly strongShare: Interval | null;
  readonly quality: Interval | null;
  readonly cost: Interval | null;
  readonly saving: Interval | null;
}

/** @param intervals by what was redrawn; null: those of the evaluation, which redraws the test prompts */
export function ownIntervals(
  { metrics, point }: Evaluated,
  intervals: Intervals | null,
  alwaysStrongCost: number | null,
): OwnIntervals {
  const { strongShare, quality, cost } = intervals?.operatingPoint ?? {
    strongShare: metrics.strongShare.ci95,
    quality: point?.quality.ci95 ?? null,
    cost: point?.cost.ci95 ?? null,
  };
  return {
    strongShare,
    quality,
    cost,
    saving:
      cost === null || alwaysStrongCost === null || !(alwaysStrongCost > 0)
        ? null
        : [1 - cost[1] / alwaysStrongCost, 1 - cost[0] / alwaysStrongCost],
  };
}

/** For screen readers, while the point moves. */
export function sayPoint(point: OperatingPoint, costUnit: Evaluated['costUnit']): string {
  const interval = point.ci95 === null ? '' : `, 95 % interval ${showInterval(point.ci95)}`;
  const saving = point.saving === null ? '' : `, ${showPercent(point.saving)} saved against always strong`;
  return `${showPercent(point.strongShare)} strong: quality ${showNumber(point.quality)}${interval}, cost ${showCost(point.cost, costUnit)}${saving}`;
}

/** The sentence below the chart. */
export function describeCurve(
  point: OperatingPoint,
  evaluation: Evaluated,
  random: readonly CurvePoint[] | undefined,
): string {
  const overRandom =
    random === undefined ? null : point.quality - (pointAt(random, point.strongShare)?.quality ?? Number.NaN);
  return (
    `With ${showPercent(point.strongShare)} of prompts for ${evaluation.pair.strong}, mean quality on ${evaluation.n} test prompts is ` +
    `${showNumber(point.quality)}${point.ci95 === null ? '' : ` (95 % interval ${showInterval(point.ci95)})`}: ` +
    `${showSigned(point.qualityOverStrong)} against always ${evaluation.pair.strong}` +
    (overRandom === null ? '' : ` and ${showSigned(overRandom)} against random routing at the same share`) +
    '.'
  );
}

export interface RoutedPrompt {
  readonly promptId: number;
  readonly excerpt: string;
  readonly category: string | null;
  readonly predictedGain: number;
  readonly goldGain: number;
  readonly isStrong: boolean;
  /** Quality lost by the decision, by this prompt's gold. */
  readonly loss: number;
}

/** Held-out prompts that lose quality by the decision at a threshold, the most first. */
export function misroutedPrompts(inspection: Inspected, threshold: number): RoutedPrompt[] {
  return inspection.prompts
    .map(({ row, ...prompt }) => {
      const predictedGain = inspection.predictedGain[row];
      const goldGain = inspection.goldGain[row];
      const isStrong = predictedGain > threshold;
      return { ...prompt, predictedGain, goldGain, isStrong, loss: isStrong ? -goldGain : goldGain };
    })
    .filter((prompt) => prompt.loss > 0)
    .sort((a, b) => b.loss - a.loss || a.promptId - b.promptId);
}

/** All held-out prompts, for the scatter. */
export function routedPoints(
  inspection: Inspected,
  threshold: number,
): { x: number; y: number; isMarked: boolean }[] {
  return inspection.predictedGain.map((x, i) => {
    const y = inspection.goldGain[i];
    return { x, y, isMarked: x > threshold ? y < 0 : y > 0 };
  });
}

export function describeScatter(inspection: Inspected, threshold: number): string {
  const points = routedPoints(inspection, threshold);
  const wrong = points.filter((p) => p.isMarked).length;
  const ties = points.filter((p) => p.y === 0).length;
  return (
    `At this operating point ${wrong} of ${points.length} test prompts (${showPercent(wrong / points.length)}) go to the model that gold likes less (orange)` +
    (ties > 0 ? `; for ${ties} gold likes both the same` : '') +
    '. One grade is noisy: a single wrong prompt says little.'
  );
}

export function describeCalibration({ calibration }: Inspected): string {
  const inside = calibration.filter(
    (bin) => bin.ci95 !== null && bin.ci95[0] <= bin.meanPredicted && bin.ci95[1] >= bin.meanPredicted,
  ).length;
  return `In ${inside} of ${calibration.length} equal parts of the ranking, the interval of the mean gold gain holds the mean predicted gain. Points above the line: the strong model is better than predicted.`;
}
