import { linearScale } from './axis.ts';

/** Parts of a whole, one bar a row, each from 0 to 100 %. */

export interface StackedRow {
  readonly id: string;
  readonly label: string;
  /** Beside the label, fainter. */
  readonly detail?: string | undefined;
  /** At the end of the bar. */
  readonly note: string;
  /** Shares in the order of the parts; they add up to 1. */
  readonly shares: readonly number[];
}

export interface StackedPart {
  readonly name: string;
  readonly tone: number | 'reference';
}

export interface StackedLayout {
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly rows: readonly {
    readonly row: StackedRow;
    readonly y: number;
    readonly parts: readonly { readonly x: number; readonly width: number; readonly share: number }[];
  }[];
  readonly legend: readonly { readonly part: StackedPart; readonly x: number; readonly y: number }[];
}

const ROW = 30;
const LEGEND_ROW = 20;
/** About what a letter of the legend takes, and its swatch. */
const LETTER = 5.9;
const SWATCH = 34;
/** Apart, so that neighbours are told apart without colour too. */
const GAP = 1.5;

export function layoutStacked(
  rows: readonly StackedRow[],
  parts: readonly StackedPart[],
  width: number,
): StackedLayout {
  const left = Math.min(190, Math.max(104, 0.26 * width));
  const right = width - (width < 560 ? 46 : 132);
  const x = linearScale([0, 1], [left, right]);
  const legend: { part: StackedPart; x: number; y: number }[] = [];
  let at = 0;
  let line = 0;
  for (const part of parts) {
    const wide = SWATCH + LETTER * part.name.length;
    if (at > 0 && at + wide > width) {
      at = 0;
      line++;
    }
    legend.push({ part, x: at, y: 10 + line * LEGEND_ROW });
    at += wide;
  }
  const top = (line + 1) * LEGEND_ROW + 8;
  return {
    height: top + rows.length * ROW,
    left,
    right,
    legend,
    rows: rows.map((row, i) => {
      let from = 0;
      return {
        row,
        y: top + i * ROW + ROW / 2,
        parts: row.shares.map((share) => {
          const start = from;
          from += share;
          return { x: x(start), width: Math.max(0, x(from) - x(start) - GAP), share };
        }),
      };
    }),
  };
}
