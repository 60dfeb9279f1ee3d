import { frameOf, linearScale, paddedExtent, ticksOf, type Frame, type Tick } from './axis.ts';
import type { Interval } from './numbers.ts';

/** A forest plot: one row an estimate, its interval, and the line that means "no difference". */

export interface IntervalRow {
  readonly id: string;
  readonly label: string;
  readonly value: number | null;
  readonly ci95: Interval | null;
  /** Why there is no value or interval. */
  readonly reason?: string | undefined;
  /** Beside the label, fainter: "120 prompts". */
  readonly detail?: string | undefined;
  readonly isEmphasised?: boolean;
  /** Rows of one group stand together under its name. */
  readonly group?: string | undefined;
}

export interface PlacedRow {
  readonly row: IntervalRow;
  /** The middle of the row. */
  readonly y: number;
  /** Null where there is no value. */
  readonly x: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The value itself lies outside: only the arrow is drawn. */
  readonly isOutside: boolean;
  /** The interval goes on outside the picture to the left or right: drawn as an arrow. */
  readonly isCutLow: boolean;
  readonly isCutHigh: boolean;
}

export interface IntervalLayout {
  readonly height: number;
  readonly frame: Frame;
  readonly ticks: readonly Tick[];
  readonly reference: number | null;
  readonly rows: readonly PlacedRow[];
  readonly groups: readonly { readonly name: string; readonly y: number }[];
}

const ROW = 26;
const GROUP = 30;
const AXIS = 40;

export interface IntervalInput {
  readonly rows: readonly IntervalRow[];
  readonly width: number;
  /** The value that means "no difference", drawn as a line; it is always in the picture. */
  readonly reference?: number;
  readonly labelWidth: number;
  readonly valueWidth: number;
  /** Values outside are cut off with an arrow, so that one wild row does not flatten the others. */
  readonly limits?: Interval;
  /** Room above the first row. */
  readonly top?: number;
}

export function layoutIntervals(input: IntervalInput): IntervalLayout {
  const { rows, width, reference, limits } = input;
  const values = rows.flatMap((row) => [row.value ?? Number.NaN, ...(row.ci95 ?? [])]);
  const inside =
    limits === undefined ? values : values.map((v) => Math.min(Math.max(v, limits[0]), limits[1]));
  const placed: { row: IntervalRow; y: number }[] = [];
  const groups: { name: string; y: number }[] = [];
  let y = 6 + (input.top ?? 0);
  let group: string | undefined;
  for (const row of rows) {
    if (row.group !== undefined && row.group !== group) {
      groups.push({ name: row.group, y: y + GROUP / 2 + 3 });
      y += GROUP;
    }
    group = row.group;
    placed.push({ row, y: y + ROW / 2 });
    y += ROW;
  }
  const height = y + AXIS;
  const frame = frameOf(width, height, {
    top: 4 + (input.top ?? 0),
    right: input.valueWidth,
    bottom: AXIS,
    left: input.labelWidth,
  });
  const x = linearScale(paddedExtent(inside, 0.06, reference), [frame.left, frame.right]);
  const clamp = (value: number): number => Math.min(Math.max(x(value), frame.left), frame.right);
  return {
    height,
    frame: { ...frame, bottom: y + 4 },
    ticks: ticksOf(x, 72),
    reference: reference === undefined ? null : x(reference),
    groups,
    rows: placed.map(({ row, y: at }) => ({
      row,
      y: at,
      x: row.value === null ? null : clamp(row.value),
      low: row.ci95 === null ? null : clamp(row.ci95[0]),
      high: row.ci95 === null ? null : clamp(row.ci95[1]),
      isOutside: row.value !== null && clamp(row.value) !== x(row.value),
      isCutLow: row.ci95 !== null && x(row.ci95[0]) < frame.left - 0.5,
      isCutHigh: row.ci95 !== null && x(row.ci95[1]) > frame.right + 0.5,
    })),
  };
}
