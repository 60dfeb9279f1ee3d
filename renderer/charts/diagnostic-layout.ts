import { area, line } from 'd3-shape';
import { scaleLog } from 'd3-scale';
import { frameOf, linearScale, paddedExtent, ticksOf, type Frame, type Tick } from './axis.ts';
import type { Interval } from './numbers.ts';

/** The picture of a diagnostic over a numeric axis: lines with bands, points with intervals, lines to compare with. */

export interface PicturePoint {
  readonly x: number;
  readonly y: number;
  readonly ci95: Interval | null;
  readonly label?: string | undefined;
}

export interface Picture {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log' | 'categories';
  readonly series: readonly {
    readonly name: string;
    readonly mark: 'line' | 'points';
    readonly points: readonly PicturePoint[];
  }[];
  readonly references: readonly (
    | { readonly kind: 'x' | 'y'; readonly value: number; readonly label: string }
    | { readonly kind: 'diagonal'; readonly label: string }
  )[];
}

export interface DiagnosticLayout {
  readonly frame: Frame;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly series: readonly {
    readonly name: string;
    readonly tone: number;
    /** Empty where the mark is points. */
    readonly path: string;
    readonly band: string;
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly low: number | null;
      readonly high: number | null;
    }[];
    readonly hasPoints: boolean;
  }[];
  readonly references: readonly {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
    readonly label: string;
    readonly at: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
  }[];
}

/** Colours in the order of the series, told apart by people who see fewer. */
const TONES = [1, 2, 3, 4, 5, 6, 7] as const;
/** Up to this many points of a line are drawn as points too. */
const FEW_POINTS = 14;

export function layoutDiagnostic(picture: Picture, width: number, height: number): DiagnosticLayout {
  const frame = frameOf(width, height, { top: 30, right: 16, bottom: 44, left: 58 });
  const points = picture.series.flatMap((series) => series.points);
  const [xLines, yLines] = (['x', 'y'] as const).map((kind) =>
    picture.references.flatMap((line) => (line.kind === kind ? [line.value] : [])),
  );
  const isLog = picture.xScale === 'log' && points.every((p) => p.x > 0) && xLines.every((v) => v > 0);
  const xs = [...points.map((p) => p.x), ...xLines];
  const yDomain = paddedExtent([...points.flatMap((p) => [p.y, ...(p.ci95 ?? [])]), ...yLines], 0.08);
  const y = linearScale(yDomain, [frame.bottom, frame.top]);
  const linear = linearScale(paddedExtent(xs, 0.04), [frame.left, frame.right]);
  const logarithmic = scaleLog()
    .domain(isLog ? [Math.min(...xs) / 1.15, Math.max(...xs) * 1.15] : [1, 10])
    .range([frame.left, frame.right]);
  const x = (value: number): number => (isLog ? logarithmic(value) : linear(value));
  const path = line<PicturePoint>(
    (p) => x(p.x),
    (p) => y(p.y),
  );
  const band = area<PicturePoint>()
    .defined((p) => p.ci95 !== null)
    .x((p) => x(p.x))
    .y0((p) => y(p.ci95?.[0] ?? p.y))
    .y1((p) => y(p.ci95?.[1] ?? p.y));
  return {
    frame,
    xTicks: isLog ? logTicks(logarithmic.domain(), x) : ticksOf(linear, 80),
    yTicks: ticksOf(y, 48),
    series: picture.series.map((series, k) => ({
      name: series.name,
      tone: TONES[k % TONES.length],
      path: series.mark === 'line' ? (path(series.points) ?? '') : '',
      band: series.mark === 'line' ? (band(series.points) ?? '') : '',
      hasPoints: series.mark === 'points' || series.points.length <= FEW_POINTS,
      points: series.points.map((p) => ({
        x: x(p.x),
        y: y(p.y),
        low: p.ci95 === null ? null : y(p.ci95[0]),
        high: p.ci95 === null ? null : y(p.ci95[1]),
      })),
    })),
    references: picture.references.map((reference) => {
      const { label } = reference;
      if (reference.kind === 'x') {
        const at = x(reference.value);
        const isRight = at > (frame.left + frame.right) / 2;
        const anchor = isRight ? ('end' as const) : ('start' as const);
        return {
          x1: at,
          x2: at,
          y1: frame.top,
          y2: frame.bottom,
          label,
          at: { x: at + (isRight ? -5 : 5), y: frame.top + 10, anchor },
        };
      }
      if (reference.kind === 'y') {
        const at = y(reference.value);
        return {
          x1: frame.left,
          x2: frame.right,
          y1: at,
          y2: at,
          label,
          at: { x: frame.right, y: at - 5, anchor: 'end' as const },
        };
      }
      const [low, high] = [
        Math.max(linear.domain()[0], yDomain[0]),
        Math.min(linear.domain()[1], yDomain[1]),
      ];
      return {
        x1: x(low),
        y1: y(low),
        x2: x(high),
        y2: y(high),
        label,
        at: { x: frame.right, y: frame.bottom - 8, anchor: 'end' as const },
      };
    }),
  };
}

/** 1, 2 and 5 times the powers of ten, as many as there is room for. */
function logTicks(domain: readonly number[], x: (value: number) => number): Tick[] {
  const [low = 1, high = 10] = domain;
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of [1, 2, 5]) {
      const value = Number((step * 10 ** power).toPrecision(3));
      if (value < low || value > high) continue;
      const at = x(value);
      const before = ticks.at(-1);
      if (before !== undefined && at - before.at < 34) continue;
      ticks.push({ value, at, label: value.toLocaleString('en-US', { maximumSignificantDigits: 3 }) });
    }
  }
  return ticks;
}
