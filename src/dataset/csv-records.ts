import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '../core/errors.ts';

/** A record of a CSV file with the line it begins on: its cells, or why they cannot be read. */
export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly refusal: string };

const DELIMITERS = [',', ';', '\t'] as const;

/** The delimiter that occurs most in the first line. */
export function recogniseDelimiter(firstLine: string): string {
  const count = (delimiter: string): number => firstLine.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/**
 * The records of a CSV file (RFC 4180, quoted cells may hold newlines), the header first. A record with bytes that are not
 * UTF-8, or with another number of cells than the header, is refused by itself. A wrong quote or a record over the limit
 * ends the reading with AppError `invalid-input`: nobody can say where the next record begins.
 */
export async function* readCsvRecords(
  bytes: AsyncIterable<Buffer>,
  options: { readonly delimiter: string; readonly longestBytes: number },
): AsyncGenerator<CsvRecord, void, undefined> {
  // One character a byte, so that UTF-8 is judged here, cell by cell, and not patched by the parser.
  const parser = parse({
    encoding: 'latin1',
    delimiter: options.delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: options.longestBytes,
    info: true,
  });
  // Errors end the loop below; the callback only keeps them from being thrown a second time.
  pipeline(bytes, parser, () => undefined);
  let width: number | null = null;
  try {
    for await (const parsed of parser) {
      const { record, info }: ParsedRecord = requireParsed(parsed);
      const line = info.lines - countNewlines(record);
      width ??= record.length;
      yield decode(record, line, width);
    }
  } catch (error) {
    throw explain(error);
  } finally {
    parser.destroy();
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  /** `lines`: the line the record ends on. */
  readonly info: { readonly lines: number };
}

function isParsed(value: unknown): value is ParsedRecord {
  return typeof value === 'object' && value !== null && 'record' in value && 'info' in value;
}

function requireParsed(value: unknown): ParsedRecord {
  if (!isParsed(value)) throw new Error('csv-parse answered something else than a record with its place');
  return value;
}

function countNewlines(record: readonly string[]): number {
  let count = 0;
  for (const cell of record) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count++;
  }
  return count;
}

const BEYOND_ASCII = /[\u0080-\u00ff]/;

function decode(record: readonly string[], line: number, width: number): CsvRecord {
  if (record.length !== width) {
    return { line, refusal: `line: expected ${width} cells as in the header, found ${record.length}` };
  }
  const cells: string[] = [];
  for (const cell of record) {
    if (!BEYOND_ASCII.test(cell)) {
      cells.push(cell);
      continue;
    }
    const bytes = Buffer.from(cell, 'latin1');
    if (!isUtf8(bytes)) return { line, refusal: 'line: not valid UTF-8' };
    cells.push(bytes.toString('utf8'));
  }
  return { line, cells };
}

/** csv-parse quotes the cell in its messages; only its code and its line are told. */
function explain(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const at = 'lines' in error && typeof error.lines === 'number' ? ` near line ${error.lines}` : '';
  const what =
    error.code === 'CSV_MAX_RECORD_SIZE' || error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'has a quoted cell that is never closed, or a record over the limit'
      : 'has a quote that breaks its cell (quotes inside a cell are doubled, and the cell is quoted)';
  return new AppError('invalid-input', `The CSV file ${what}${at} (${error.code}). Nothing was imported.`, {
    details: { csvCode: error.code },
  });
}
