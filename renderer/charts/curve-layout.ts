import { area, line } from 'd3-shape';
import {
  frameOf,
  linearScale,
  paddedExtent,
  spreadLabels,
  ticksOf,
  type Frame,
  type Scale,
  type Tick,
} from './axis.ts';
import type { Interval } from './numbers.ts';

/** Where everything of a cost–quality chart goes. Pure: data and size in, pixels out. */

export interface CurvePoint {
  readonly strongShare: number;
  readonly quality: number;
  readonly cost: number;
  readonly ci95?: Interval | null;
}

export interface CurveSeries {
  readonly id: string;
  readonly label: string;
  readonly points: readonly CurvePoint[];
  /** Which of the chart colours; `reference` lines are grey. */
  readonly tone: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 'reference';
  readonly isDashed?: boolean;
}

/** One model for every prompt: a point of cost and quality, without a share. */
export interface FixedPoint {
  readonly label: string;
  readonly cost: number;
  readonly quality: number;
}

export type CurveAxis = 'share' | 'cost';

export interface CurveInput {
  /** The router whose band is drawn and on which the operating point moves. */
  readonly main: CurveSeries;
  readonly baselines: readonly CurveSeries[];
  readonly axis: CurveAxis;
  /** Drawn where the axis is cost. */
  readonly fixed?: readonly FixedPoint[];
  /** What tossing coins between fixed policies reaches, by cost. */
  readonly mixtures?: readonly { readonly cost: number; readonly quality: number }[];
  readonly width: number;
  readonly height: number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

export interface CurveLayout {
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly band: string;
  readonly lines: readonly { readonly series: CurveSeries; readonly path: string }[];
  readonly fixed: readonly {
    readonly label: string;
    readonly x: number;
    readonly y: number;
    readonly anchor: 'start' | 'end';
  }[];
  readonly mixture: string;
  /** One for each line, beside its end, and one for the end itself (series null); moved apart. */
  readonly labels: readonly { readonly series: CurveSeries | null; readonly at: number }[];
}

const LABEL_GAP = 15;
const LABEL_WIDTH = 128;

export function layoutCurves(input: CurveInput): CurveLayout {
  const { main, baselines, axis, width, height } = input;
  const fixed = axis === 'cost' ? (input.fixed ?? []) : [];
  const mixtures = axis === 'cost' ? (input.mixtures ?? []) : [];
  const isNarrow = width < 460;
  const frame = frameOf(width, height, {
    top: 30,
    right: isNarrow ? 116 : LABEL_WIDTH,
    bottom: 44,
    left: 54,
  });
  const all = [main, ...baselines];
  const y = linearScale(
    paddedExtent([
      ...all.flatMap((series) => series.points.map((p) => p.quality)),
      ...main.points.flatMap((p) => p.ci95 ?? []),
      ...fixed.map((p) => p.quality),
    ]),
    [frame.bottom, frame.top],
  );
  const xValues = [
    ...all.flatMap((series) => series.points.map((p) => abscissa(p, axis))),
    ...fixed.map((p) => p.cost),
  ];
  const x = linearScale(axis === 'share' ? [0, 1] : paddedExtent(xValues, 0.02), [frame.left, frame.right]);
  const path = line<CurvePoint>(
    (p) => x(abscissa(p, axis)),
    (p) => y(p.quality),
  );
  const mixture = line<(typeof mixtures)[number]>(
    (p) => x(p.cost),
    (p) => y(p.quality),
  );
  const band = area<CurvePoint>()
    .defined((p) => p.ci95 !== null && p.ci95 !== undefined)
    .x((p) => x(abscissa(p, axis)))
    .y0((p) => y(p.ci95?.[0] ?? p.quality))
    .y1((p) => y(p.ci95?.[1] ?? p.quality));
  return {
    frame,
    x,
    y,
    xTicks: ticksOf(x, 80, input.formatX),
    yTicks: ticksOf(y, 48, input.formatY),
    band: band(main.points) ?? '',
    fixed: fixed.map((p) => ({
      label: p.label,
      x: x(p.cost),
      y: y(p.quality),
      anchor: x(p.cost) > (frame.left + frame.right) / 2 ? ('end' as const) : ('start' as const),
    })),
    mixture: mixture([...mixtures]) ?? '',
    // The main line last, on top of the others.
    lines: [...baselines, main].map((series) => ({ series, path: path(series.points) ?? '' })),
    labels: placeLabels(all, main, y, frame),
  };
}

/** Curves meet at their end (always strong), so labels stand at the height each has shortly before it. */
const LABEL_SHARE = 0.8;

function placeLabels(
  all: readonly CurveSeries[],
  main: CurveSeries,
  y: Scale,
  frame: Frame,
): CurveLayout['labels'] {
  const end = main.points.at(-1);
  const named = end === undefined ? all : [...all, null];
  const wanted = named.map((series) =>
    y((series === null ? end : pointAt(series.points, LABEL_SHARE))?.quality ?? 0),
  );
  const placed = spreadLabels(wanted, LABEL_GAP, frame.top + 4, frame.bottom - 4);
  return named.map((series, i) => ({ series, at: placed[i] }));
}

export function abscissa(point: CurvePoint, axis: CurveAxis): number {
  return axis === 'share' ? point.strongShare : point.cost;
}

/** The curve at a share, linear between its points; undefined where there are none. */
export function pointAt(points: readonly CurvePoint[], strongShare: number): CurvePoint | undefined {
  const after = points.find((p) => p.strongShare >= strongShare) ?? points.at(-1);
  const before = points.findLast((p) => p.strongShare <= strongShare) ?? points.at(0);
  if (after === undefined || before === undefined) return undefined;
  const width = after.strongShare - before.strongShare;
  const t = width > 0 ? (strongShare - before.strongShare) / width : 0;
  const between = (a: number, b: number): number => a + t * (b - a);
  return {
    strongShare,
    quality: between(before.quality, after.quality),
    cost: between(before.cost, after.cost),
    ci95:
      before.ci95 && after.ci95
        ? [between(before.ci95[0], after.ci95[0]), between(before.ci95[1], after.ci95[1])]
        : null,
  };
}

/** The share whose point on the curve is nearest to a pixel of the horizontal axis. */
export function shareAt(points: readonly CurvePoint[], axis: CurveAxis, x: Scale, pixel: number): number {
  const value = x.invert(pixel);
  if (axis === 'share') return Math.min(1, Math.max(0, value));
  const candidates = Array.from({ length: 101 }, (_, k) => k / 100);
  const distance = (share: number): number => Math.abs((pointAt(points, share)?.cost ?? Infinity) - value);
  return candidates.reduce((best, share) => (distance(share) < distance(best) ? share : best), 0);
}
