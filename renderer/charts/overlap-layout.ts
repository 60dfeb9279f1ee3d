import { frameOf, linearScale, ticksOf, type Frame, type Tick } from './axis.ts';

/** Two sets of prompts on one probability axis, each as a strip of its deciles. */

export interface OverlapStrip {
  readonly label: string;
  readonly y: number;
  /** Pixels of the deciles 0, 10, … 100 %. */
  readonly deciles: readonly number[];
}

export interface OverlapLayout {
  readonly height: number;
  readonly frame: Frame;
  readonly ticks: readonly Tick[];
  readonly strips: readonly OverlapStrip[];
}

const STRIP = 46;

export function layoutOverlap(
  strips: readonly { readonly label: string; readonly deciles: readonly number[] }[],
  width: number,
): OverlapLayout {
  const height = strips.length * STRIP + 48;
  const frame = frameOf(width, height, { top: 6, right: 20, bottom: 42, left: 20 });
  const largest = Math.max(...strips.flatMap((s) => [...s.deciles]), 1e-6);
  const x = linearScale([0, largest * 1.02], [frame.left, frame.right]);
  return {
    height,
    frame,
    ticks: ticksOf(x, 80),
    strips: strips.map(({ label, deciles }, i) => ({
      label,
      y: frame.top + i * STRIP + 30,
      deciles: deciles.map((d) => x(d)),
    })),
  };
}
