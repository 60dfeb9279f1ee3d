import { layoutIntervals, type IntervalLayout, type IntervalRow } from './interval-layout.ts';
import type { Interval } from './numbers.ts';

/** Forest plots side by side over the same rows: names once at the left, one panel a quantity. */

export interface PanelCell {
  readonly value: number | null;
  readonly ci95: Interval | null;
  readonly reason?: string | undefined;
}

export interface PanelRow {
  readonly id: string;
  readonly label: string;
  readonly isEmphasised?: boolean;
  /** Rows of one group stand together under its name. */
  readonly group?: string | undefined;
  readonly cells: readonly PanelCell[];
}

export interface Panel {
  readonly title: string;
  /** Where there is no room for the title. */
  readonly shortTitle?: string;
  readonly reference?: number;
  /** What the line means. */
  readonly referenceName?: string;
  readonly limits?: Interval;
}

export interface PanelsLayout {
  readonly labelWidth: number;
  /** Panels too narrow for whole titles. */
  readonly isNarrow: boolean;
  readonly height: number;
  readonly panels: readonly { readonly x: number; readonly panel: Panel; readonly layout: IntervalLayout }[];
}

const GAP = 28;
/** Two lines above each panel: what it shows, and what its line means. */
const TITLE = 34;

export function layoutPanels(
  rows: readonly PanelRow[],
  panels: readonly Panel[],
  width: number,
): PanelsLayout {
  const labelWidth = Math.min(160, Math.max(110, 0.2 * width));
  const panelWidth = Math.max(90, (width - labelWidth - GAP * panels.length) / panels.length);
  const placed = panels.map((panel, k) => ({
    x: labelWidth + k * (panelWidth + GAP) + GAP / 2,
    panel,
    layout: layoutIntervals({
      rows: rows.map(({ cells, ...row }): IntervalRow => ({ ...row, ...cells[k] })),
      width: panelWidth,
      labelWidth: 4,
      valueWidth: 4,
      top: TITLE,
      ...(panel.reference === undefined ? {} : { reference: panel.reference }),
      ...(panel.limits === undefined ? {} : { limits: panel.limits }),
    }),
  }));
  return { labelWidth, isNarrow: panelWidth < 200, height: placed.at(0)?.layout.height ?? 0, panels: placed };
}

/**
 * Limits that keep ordinary rows readable: all of an interval is in, unless the row is so far off that it would flatten the
 * others (more than `reach` times the spread of the middle values away).
 */
export function readableLimits(cells: readonly PanelCell[], reach = 4): Interval {
  const values = cells.flatMap((cell) => (cell.value === null ? [] : [cell.value])).sort((a, b) => a - b);
  if (values.length < 4) return [-Infinity, Infinity];
  const quantile = (p: number): number => values[Math.round(p * (values.length - 1))];
  const middle = quantile(0.5);
  const ordinary = cells
    .filter((c) => c.ci95 !== null)
    .map((c) => (c.ci95 === null ? 0 : c.ci95[1] - c.ci95[0]));
  const width = ordinary.sort((a, b) => a - b)[Math.floor(ordinary.length / 2)] ?? 0;
  const spread = Math.max(quantile(0.75) - quantile(0.25), width, 1e-9);
  return [middle - reach * spread, middle + reach * spread];
}
