import { area, line } from 'd3-shape';
import { frameOf, linearScale, paddedExtent, ticksOf, type Frame, type Tick } from './axis.ts';
import type { CurveSeries } from './curve-layout.ts';
import type { Interval } from './numbers.ts';

/** Routers of several models: cost against quality over the cost weight, beside one model for all and coin tosses. */

export interface PolicyMark {
  readonly cost: number;
  readonly quality: number;
  readonly ci95: Interval | null;
}

export interface FixedMark extends PolicyMark {
  readonly label: string;
}

/** Another router of the same models over w, without intervals. */
export interface PolicyLine {
  readonly id: string;
  readonly label: string;
  readonly tone: CurveSeries['tone'];
  readonly isDashed?: boolean;
  readonly points: readonly { readonly w: number; readonly cost: number; readonly quality: number }[];
}

export interface PolicyLayout {
  readonly frame: Frame;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly line: string;
  readonly band: string;
  readonly mixture: string;
  readonly lines: readonly (Pick<PolicyLine, 'id' | 'tone' | 'isDashed'> & { readonly path: string })[];
  readonly points: readonly PlacedMark[];
  readonly fixed: readonly (PlacedMark & { readonly label: string; readonly anchor: 'start' | 'end' })[];
}

export interface PlacedMark {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

export function layoutPolicies(input: {
  readonly points: readonly PolicyMark[];
  readonly fixed: readonly FixedMark[];
  readonly mixtures: readonly { readonly cost: number; readonly quality: number }[];
  readonly lines: readonly PolicyLine[];
  readonly width: number;
  readonly height: number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}): PolicyLayout {
  const { points, fixed, mixtures, width, height } = input;
  const frame = frameOf(width, height, { top: 34, right: 20, bottom: 44, left: 54 });
  const all = [
    ...points,
    ...fixed,
    ...input.lines.flatMap((each) => each.points.map((p): PolicyMark => ({ ...p, ci95: null }))),
  ];
  const x = linearScale(
    paddedExtent(
      all.map((p) => p.cost),
      0.05,
    ),
    [frame.left, frame.right],
  );
  const y = linearScale(paddedExtent(all.flatMap((p) => [p.quality, ...(p.ci95 ?? [])])), [
    frame.bottom,
    frame.top,
  ]);
  const place = (p: PolicyMark): PlacedMark => ({
    x: x(p.cost),
    y: y(p.quality),
    low: p.ci95 === null ? null : y(p.ci95[0]),
    high: p.ci95 === null ? null : y(p.ci95[1]),
  });
  const byCost = [...points].sort((a, b) => a.cost - b.cost);
  const path = line<{ readonly cost: number; readonly quality: number }>(
    (p) => x(p.cost),
    (p) => y(p.quality),
  );
  const band = area<PolicyMark>()
    .defined((p) => p.ci95 !== null)
    .x((p) => x(p.cost))
    .y0((p) => y(p.ci95?.[0] ?? p.quality))
    .y1((p) => y(p.ci95?.[1] ?? p.quality));
  return {
    frame,
    xTicks: ticksOf(x, 80, input.formatX),
    yTicks: ticksOf(y, 48, input.formatY),
    line: path(byCost) ?? '',
    band: band(byCost) ?? '',
    mixture: path([...mixtures]) ?? '',
    lines: input.lines.map(({ id, tone, isDashed, points: own }) => ({
      id,
      tone,
      isDashed: isDashed ?? false,
      path: path([...own].sort((a, b) => a.cost - b.cost)) ?? '',
    })),
    points: points.map(place),
    fixed: fixed.map((p) => ({
      ...place(p),
      label: p.label,
      anchor: x(p.cost) > (frame.left + frame.right) / 2 ? 'end' : 'start',
    })),
  };
}
