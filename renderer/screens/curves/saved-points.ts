import type { MethodOutput } from '../../../src/contract/methods.ts';

export type SavedPoint = MethodOutput<'points.list'>['points'][number];

/**
 * The share of prompts for the strong model at a threshold: of the prompts that the router was trained on, those whose
 * predicted gain is above it, linear between percentiles 0, 1 … 100.
 */
export function shareOfThreshold(gainPercentiles: readonly number[], threshold: number): number {
  const above = gainPercentiles.findIndex((gain) => gain > threshold);
  if (above < 0) return 0;
  if (above === 0) return 1;
  const [low, high] = [gainPercentiles[above - 1], gainPercentiles[above]];
  const position = above - 1 + (threshold - low) / (high - low);
  return 1 - position / (gainPercentiles.length - 1);
}

/** Of two models a cost weight is a threshold on the predicted gain. */
export function shareOf(point: SavedPoint, gainPercentiles: readonly number[]): number {
  if (point.strongShare !== null) return point.strongShare;
  return shareOfThreshold(gainPercentiles, point.threshold ?? point.w ?? 0);
}

/** As it was saved: "30 % strong", "w 0.05". */
export function settingOf(
  point: SavedPoint,
  show: { percent: (v: number) => string; number: (v: number) => string },
): string {
  if (point.strongShare !== null) return `${show.percent(point.strongShare)} strong`;
  if (point.threshold !== null) return `gain above ${show.number(point.threshold)}`;
  return `w ${show.number(point.w ?? 0)}`;
}
