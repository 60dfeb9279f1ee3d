import { frameOf, linearScale, paddedExtent, ticksOf, type Frame, type Tick } from './axis.ts';
import type { Interval } from './numbers.ts';

/** Mean gold gain against mean predicted gain, one point a bin; on the diagonal predictions are right on average. */

export interface CalibrationBin {
  readonly n: number;
  readonly meanPredicted: number;
  readonly meanGold: number;
  readonly ci95: Interval | null;
}

export interface CalibrationLayout {
  readonly frame: Frame;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly diagonal: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly points: readonly {
    readonly bin: CalibrationBin;
    readonly x: number;
    readonly y: number;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

export function layoutCalibration(
  bins: readonly CalibrationBin[],
  width: number,
  height: number,
): CalibrationLayout {
  const frame = frameOf(width, height, { top: 30, right: 16, bottom: 44, left: 54 });
  const xDomain = paddedExtent(bins.map((b) => b.meanPredicted));
  const yDomain = paddedExtent([...bins.flatMap((b) => [b.meanGold, b.meanPredicted, ...(b.ci95 ?? [])])]);
  const x = linearScale(xDomain, [frame.left, frame.right]);
  const y = linearScale(yDomain, [frame.bottom, frame.top]);
  const from = Math.max(xDomain[0], yDomain[0]);
  const to = Math.min(xDomain[1], yDomain[1]);
  return {
    frame,
    xTicks: ticksOf(x, 80),
    yTicks: ticksOf(y, 48),
    diagonal: { x1: x(from), y1: y(from), x2: x(to), y2: y(to) },
    points: bins.map((bin) => ({
      bin,
      x: x(bin.meanPredicted),
      y: y(bin.meanGold),
      low: bin.ci95 === null ? null : y(bin.ci95[0]),
      high: bin.ci95 === null ? null : y(bin.ci95[1]),
    })),
  };
}
