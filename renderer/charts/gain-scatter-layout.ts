import { frameOf, linearScale, ticksOf, type Frame, type Tick } from './axis.ts';

/** Gold against preference, prompt by prompt: equal pairs of gains are one bubble, as large as they are many. */

export interface GainPoint {
  readonly gold: number;
  readonly preference: number;
  readonly prompts: number;
}

export interface GainScatterLayout {
  readonly frame: Frame;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly zero: { readonly x: number; readonly y: number };
  /** Where both say the same. */
  readonly diagonal: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly bubbles: readonly {
    readonly point: GainPoint;
    readonly x: number;
    readonly y: number;
    readonly r: number;
  }[];
}

const SMALLEST = 2.6;
const LARGEST = 26;
/** A lone prompt is no larger than this, or many of them hide each other. */
const LONE = 4;

export function layoutGainScatter(
  points: readonly GainPoint[],
  width: number,
  height: number,
): GainScatterLayout {
  const frame = frameOf(width, height, { top: 34, right: 18, bottom: 44, left: 54 });
  const reach = 1.2 * Math.max(0.1, ...points.flatMap((p) => [Math.abs(p.gold), Math.abs(p.preference)]));
  const x = linearScale([-reach, reach], [frame.left, frame.right]);
  const y = linearScale([-reach, reach], [frame.bottom, frame.top]);
  const most = Math.max(1, ...points.map((p) => p.prompts));
  // Area for number; a lone prompt keeps a visible size.
  const unit = most === 1 ? SMALLEST : Math.min(LONE, LARGEST / Math.sqrt(most));
  const radius = (prompts: number): number => Math.max(SMALLEST, unit * Math.sqrt(prompts));
  return {
    frame,
    xTicks: ticksOf(x, 80),
    yTicks: ticksOf(y, 48),
    zero: { x: x(0), y: y(0) },
    diagonal: { x1: x(-reach), y1: y(-reach), x2: x(reach), y2: y(reach) },
    bubbles: [...points]
      .sort((a, b) => b.prompts - a.prompts)
      .map((point) => ({ point, x: x(point.preference), y: y(point.gold), r: radius(point.prompts) })),
  };
}
