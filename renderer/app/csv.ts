/** Cells that a spreadsheet would take for a formula are made text: the file may hold what a model wrote. */
const FORMULA = /^[=+\-@\t\r]/;

/** A CSV document (RFC 4180, CRLF). Numbers stay numbers, also negative ones. */
export function csvOf(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  return [header, ...rows]
    .map((row) => row.map(cell).join(','))
    .join('\r\n')
    .concat('\r\n');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
