/**
 * Texts in cells of a CSV file that come back as they were. A spreadsheet runs a cell that begins with one of these as a formula, whoever wrote it (OWASP: CSV injection). Such a text
 * is written with an apostrophe before it, which a spreadsheet shows as text; read back, one apostrophe is taken away. The same apostrophe tells an empty text from a cell without one.
 */
const GUARDED = /^'*(?:[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]|$)/;

export function defuseCell(text: string): string {
  return GUARDED.test(text) ? `'${text}` : text;
}

export function restoreCell(cell: string): string | null {
  if (cell === '') return null;
  return cell.startsWith("'") && GUARDED.test(cell) ? cell.slice(1) : cell;
}
