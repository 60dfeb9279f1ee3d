import type { z } from '../../../src/contract/zod.ts';
import type { Frozen } from '../../../src/contract/method.ts';
import type { uncertaintyDocument } from '../../../src/contract/uncertainty.ts';
import type { CurvePoint } from '../../charts/curve-layout.ts';
import type { Interval } from '../../charts/numbers.ts';

/** Intervals by what was redrawn: test prompts alone, training labels, or both. Pure. */

export type Uncertainty = Frozen<z.output<typeof uncertaintyDocument>>;
export type Redrawn = keyof Uncertainty['redrawn'];
export type Intervals = NonNullable<Uncertainty['redrawn'][Redrawn]>;

export const REDRAWN: readonly Redrawn[] = ['both', 'test', 'training'];

/** What a run has intervals of, the most honest first; test prompts alone where nothing else was redrawn. */
export function redrawnOf(uncertainty: Uncertainty | null): readonly Redrawn[] {
  if (uncertainty === null) return ['test'];
  return REDRAWN.filter((kind) => uncertainty.redrawn[kind] !== null);
}

export function intervalsOf(uncertainty: Uncertainty | null, kind: Redrawn): Intervals | null {
  return uncertainty?.redrawn[kind] ?? null;
}

/** The curve with the band of these intervals; as it is where there are none. */
export function withBand<P extends CurvePoint>(
  curve: readonly P[],
  intervals: Intervals | null,
): readonly P[] {
  if (intervals === null) return curve;
  const byShare = new Map(intervals.curve.map(({ strongShare, ci95 }) => [strongShare.toFixed(6), ci95]));
  return curve.map((point) => ({ ...point, ci95: byShare.get(point.strongShare.toFixed(6)) ?? null }));
}

/** Points of a router of several models with other intervals, w by w. */
export function withPolicyBand<
  P extends { readonly w: number; readonly quality: Measured; readonly cost: Measured },
>(points: readonly P[], intervals: Intervals | null): readonly P[] {
  if (intervals === null) return points;
  return points.map((point, k) => {
    const at = intervals.policyCurve.at(k);
    if (at === undefined) return point;
    return {
      ...point,
      quality: { ...point.quality, ci95: at.quality },
      cost: { ...point.cost, ci95: at.cost },
    };
  });
}

interface Measured {
  readonly value: number | null;
  readonly ci95: Interval | null;
  readonly reason?: string | undefined;
}

/** Measured values with other intervals; a value without one among them says so. */
export function withIntervals<M extends Measured>(
  measured: Readonly<Record<string, M>>,
  intervals: Readonly<Record<string, Interval | null>> | undefined,
): Readonly<Record<string, M>> {
  if (intervals === undefined) return measured;
  return Object.fromEntries(
    Object.entries(measured).map(([name, value]) => {
      const ci95 = Object.hasOwn(intervals, name) ? intervals[name] : null;
      return [name, value.value === null ? value : { ...value, ci95 }];
    }),
  );
}
