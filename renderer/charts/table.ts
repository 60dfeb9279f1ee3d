/** The table behind a chart: what is shown when the picture is not wanted, and what is saved as CSV. */

export type Cell = string | number | null;

export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** RFC 4180. Text that a spreadsheet would run as a formula is written with an apostrophe in front. */
export function toCsv(table: ChartTable): string {
  const lines = [table.columns, ...table.rows].map((row) => row.map(csvCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Numbers of the table as people read them: counts whole, everything else with four digits. */
export function showCell(cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString('en-US').replace('-', '−');
  const digits = Math.abs(cell) >= 1e-3 ? 4 : 7;
  return cell.toFixed(digits).replace('-', '−');
}
