import { isJsonObject, optionalVector, quoteKey, requireNumber, RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import type { Mapping } from './mapping.ts';

/** The values of a row by column, whatever the file is: the one difference between CSV and JSONL below a mapping. */
export interface Cells {
  /** null where absent. */
  readonly text: (column: string) => string | null;
  readonly number: (column: string) => number | null;
  readonly vector: () => Float64Array | null;
}

/** `column "x"` as it appears in a reason. */
export function columnField(column: string): string {
  return `column ${quoteKey(column)}`;
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** Graders write right and wrong as true and false. */
const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);

/** Cells of a CSV record. `indexOf` maps a column's name to its place; `vectorAt` are the places of the vector. */
export function csvCells(
  record: readonly string[],
  indexOf: ReadonlyMap<string, number>,
  vectorColumns: readonly string[],
  mapping: Mapping,
): Cells {
  const text = (column: string): string | null => {
    const place = indexOf.get(column);
    if (place === undefined) return null;
    const cell = record[place];
    return mapping.missing.includes(cell) ? null : cell;
  };
  const number = (column: string): number | null => {
    const cell = text(column);
    if (cell === null) return null;
    const boolean = BOOLEANS.get(cell.trim().toLowerCase());
    if (boolean !== undefined) return boolean;
    if (!NUMBER.test(cell)) throw new RowError(columnField(column), 'expected a number, found another text');
    return requireNumber(Number(cell), columnField(column));
  };
  return {
    text,
    number,
    vector: () => {
      if (vectorColumns.length === 0) return null;
      const values = vectorColumns.map(number);
      if (values.every((value) => value === null)) return null;
      return Float64Array.from(values, (value, i) =>
        requireNumber(value, columnField(vectorColumns.at(i) ?? '')),
      );
    },
  };
}

/** Cells of a JSON object: a field by its name, else by a path with dots. */
export function jsonCells(row: JsonObject, mapping: Mapping): Cells {
  const at = (column: string): unknown => {
    const value = lookUp(row, column);
    return typeof value === 'string' && mapping.missing.includes(value) ? null : value;
  };
  return {
    text: (column) => {
      const value = at(column);
      if (value === undefined || value === null) return null;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
      if (typeof value !== 'string') throw new RowError(columnField(column), 'a string', value);
      if (!value.isWellFormed()) {
        throw new RowError(
          columnField(column),
          'the text has half of a surrogate pair, which is not Unicode',
        );
      }
      return value;
    },
    number: (column) => {
      const value = at(column);
      if (value === undefined || value === null) return null;
      if (typeof value === 'boolean') return value ? 1 : 0;
      return requireNumber(value, columnField(column));
    },
    vector: () => {
      if (mapping.vectorColumn !== undefined) {
        return optionalVector({ [mapping.vectorColumn]: at(mapping.vectorColumn) }, [mapping.vectorColumn]);
      }
      if (mapping.vectorPrefix === undefined) return null;
      const columns = vectorColumnsOf(Object.keys(row), mapping.vectorPrefix);
      if (columns.length === 0) return null;
      return Float64Array.from(columns, (column) => requireNumber(row[column], columnField(column)));
    },
  };
}

function lookUp(row: JsonObject, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  let value: unknown = row;
  for (const key of column.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Columns with a prefix, by the number that follows it: PC2 before PC10. */
export function vectorColumnsOf(columns: readonly string[], prefix: string): readonly string[] {
  const order = (column: string): number => Number(/\d+$/.exec(column)?.[0] ?? 0);
  return columns
    .filter((column) => column.startsWith(prefix))
    .sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
}
