import { frameOf, linearScale, ticksOf, type Frame, type Tick } from './axis.ts';
import type { Interval } from './numbers.ts';

/** A share by category, one mark a series, side by side in each category. */

export interface BinSeries {
  readonly name: string;
  readonly tone: number;
  /** One a category; null where there is nothing. */
  readonly values: readonly ({ readonly value: number; readonly ci95: Interval | null } | null)[];
}

export interface BinsLayout {
  readonly frame: Frame;
  readonly yTicks: readonly Tick[];
  readonly categories: readonly { readonly label: string; readonly note: string; readonly x: number }[];
  readonly reference: number;
  readonly series: readonly {
    readonly series: BinSeries;
    readonly line: string;
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly low: number | null;
      readonly high: number | null;
    }[];
  }[];
}

/** Between the series of one category. */
const DODGE = 12;

export function layoutBins(input: {
  readonly categories: readonly { readonly label: string; readonly note: string }[];
  readonly series: readonly BinSeries[];
  readonly reference: number;
  readonly width: number;
  readonly height: number;
}): BinsLayout {
  const { categories, series, reference, width, height } = input;
  const frame = frameOf(width, height, { top: 34, right: 12, bottom: 62, left: 46 });
  const values = series.flatMap((s) =>
    s.values.flatMap((v) => (v === null ? [] : [v.value, ...(v.ci95 ?? [])])),
  );
  const low = Math.max(0, Math.min(reference, ...values) - 0.04);
  const high = Math.min(1, Math.max(reference, ...values) + 0.04);
  const y = linearScale([low, high], [frame.bottom, frame.top]);
  const step = (frame.right - frame.left) / Math.max(1, categories.length);
  const centre = (k: number): number => frame.left + (k + 0.5) * step;
  return {
    frame,
    yTicks: ticksOf(y, 44, (v) => `${Math.round(100 * v)} %`),
    categories: categories.map((category, k) => ({ ...category, x: centre(k) })),
    reference: y(reference),
    series: series.map((each, s) => {
      const shift = (s - (series.length - 1) / 2) * DODGE;
      const points = each.values.flatMap((v, k) =>
        v === null
          ? []
          : [
              {
                x: centre(k) + shift,
                y: y(v.value),
                low: v.ci95 === null ? null : y(v.ci95[0]),
                high: v.ci95 === null ? null : y(v.ci95[1]),
              },
            ],
      );
      const line = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('');
      return { series: each, line, points };
    }),
  };
}
