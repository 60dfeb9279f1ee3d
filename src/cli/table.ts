export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows of text as an aligned table: two spaces between columns, a rule under the titles, no trailing blanks. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) =>
    Math.max(width(column.title), ...rows.map((row) => width(row.at(i) ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => pad(cells.at(i) ?? '', widths.at(i) ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const rule = widths.map((w) => '-'.repeat(w)).join('  ');
  return [line(columns.map((c) => c.title)), rule, ...rows.map(line)].join('\n');
}

/** "name  value" lines, the values aligned. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const longest = Math.max(0, ...facts.map(([name]) => width(name)));
  return facts.map(([name, value]) => `${pad(name, longest, 'left')}  ${value}`).join('\n');
}

function pad(text: string, to: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, to - width(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

function width(text: string): number {
  return Array.from(text).length;
}
