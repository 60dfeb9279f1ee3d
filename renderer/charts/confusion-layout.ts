/** A table of counts as a picture: gold in rows, the source in columns, each cell as dark as its share of the row. */

export interface ConfusionCell {
  readonly row: number;
  readonly column: number;
  readonly count: number;
  /** Of the row; null where the row is empty. */
  readonly share: number | null;
  readonly x: number;
  readonly y: number;
  readonly isDiagonal: boolean;
}

export interface ConfusionLayout {
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly cells: readonly ConfusionCell[];
  readonly columns: readonly { readonly name: string; readonly x: number }[];
  readonly rows: readonly { readonly name: string; readonly y: number; readonly count: number }[];
}

const TOP = 44;
const GAP = 3;

export function layoutConfusion(
  counts: readonly (readonly number[])[],
  names: readonly string[],
  width: number,
): ConfusionLayout {
  const left = Math.min(170, Math.max(96, 0.26 * width));
  const cellWidth = Math.min(170, (width - left) / names.length);
  const cellHeight = 54;
  return {
    height: TOP + names.length * cellHeight + 4,
    left,
    top: TOP,
    cellWidth: cellWidth - GAP,
    cellHeight: cellHeight - GAP,
    columns: names.map((name, k) => ({ name, x: left + (k + 0.5) * cellWidth })),
    rows: names.map((name, k) => ({
      name,
      y: TOP + (k + 0.5) * cellHeight,
      count: counts[k].reduce((sum, count) => sum + count, 0),
    })),
    cells: counts.flatMap((row, r) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return row.map((count, c) => ({
        row: r,
        column: c,
        count,
        share: total === 0 ? null : count / total,
        x: left + c * cellWidth,
        y: TOP + r * cellHeight,
        isDiagonal: r === c,
      }));
    }),
  };
}
