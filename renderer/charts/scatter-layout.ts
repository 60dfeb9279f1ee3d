import { frameOf, linearScale, paddedExtent, ticksOf, type Frame, type Scale, type Tick } from './axis.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Points of one class share a colour. */
  readonly isMarked: boolean;
}

export interface ScatterLayout {
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** One path a class: a dot is a line of no length with a round cap, so that thousands cost two elements. */
  readonly plain: string;
  readonly marked: string;
}

export interface ScatterInput {
  readonly points: readonly ScatterPoint[];
  readonly width: number;
  readonly height: number;
  /** Values that have to be in the picture. */
  readonly xAnchor?: number;
  readonly yAnchor?: number;
}

export function layoutScatter(input: ScatterInput): ScatterLayout {
  const { points, width, height } = input;
  const frame = frameOf(width, height, { top: 30, right: 16, bottom: 44, left: 54 });
  const xDomain = paddedExtent(
    points.map((p) => p.x),
    0.05,
    input.xAnchor,
  );
  const yDomain = paddedExtent(
    points.map((p) => p.y),
    0.08,
    input.yAnchor,
  );
  const x = linearScale(xDomain, [frame.left, frame.right]);
  const y = linearScale(yDomain, [frame.bottom, frame.top]);
  const dots = (isMarked: boolean): string =>
    points
      .filter((p) => p.isMarked === isMarked)
      .map((p) => `M${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}h0`)
      .join('');
  return {
    frame,
    x,
    y,
    xTicks: ticksOf(x, 80),
    yTicks: ticksOf(y, 48),
    plain: dots(false),
    marked: dots(true),
  };
}
