import { RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readCsvRecords } from './csv-records.ts';
import { parseJsonLine } from './json-lines.ts';
import { readParquetRows } from './parquet.ts';
import { readBytes } from './read-bytes.ts';
import type { ReadLimits } from './read-bytes.ts';
import { ArraySplitter } from './split-array.ts';
import { LineSplitter } from './split-lines.ts';

/** What holds the records of a file, whatever they mean. */
export type Container =
  | { readonly kind: 'json-lines' | 'json-array' | 'parquet' }
  | { readonly kind: 'csv'; readonly delimiter: string };

export interface FileOptions {
  readonly limits: ReadLimits;
  /** Sees every chunk as it is on the disk, for progress and a hash. */
  readonly onPacked: (chunk: Buffer) => void;
}

/** A record with its place in the file (a line, or the number of an element or a row): used, or why it cannot be. */
export type Used<T> =
  { readonly line: number; readonly row: T } | { readonly line: number; readonly refusal: string };

/**
 * The records of a file as objects, each put to `use`; what `use` refuses with a RowError is refused by itself, what it
 * answers with null is passed over. Cells of CSV are texts.
 */
export function useObjects<T>(
  path: string,
  options: FileOptions,
  container: Container,
  use: (object: JsonObject, line: number) => T | null,
): AsyncGenerator<Used<T>, void, undefined> {
  switch (container.kind) {
    case 'json-lines':
      return usePieces(path, options, new LineSplitter(options.limits.lineBytes), use);
    case 'json-array':
      return usePieces(path, options, new ArraySplitter(options.limits.lineBytes), use);
    case 'csv':
      return useRecords(path, options, container.delimiter, use);
    case 'parquet':
      return useRows(path, options, use);
  }
}

async function* usePieces<T>(
  path: string,
  options: FileOptions,
  splitter: LineSplitter | ArraySplitter,
  use: (object: JsonObject, line: number) => T | null,
): AsyncGenerator<Used<T>, void, undefined> {
  function* items(pieces: ReturnType<LineSplitter['push']>): Generator<Used<T>, void, undefined> {
    for (const raw of pieces) {
      const item = attempt(raw.line, () => {
        const object = parseJsonLine(raw, options.limits.lineBytes);
        return object === null ? null : use(object, raw.line);
      });
      if (item !== null) yield item;
    }
  }
  for await (const chunk of readBytes(path, options)) yield* items(splitter.push(chunk));
  yield* items(splitter.end());
}

async function* useRecords<T>(
  path: string,
  options: FileOptions,
  delimiter: string,
  use: (object: JsonObject, line: number) => T | null,
): AsyncGenerator<Used<T>, void, undefined> {
  const records = readCsvRecords(readBytes(path, options), {
    delimiter,
    longestBytes: options.limits.lineBytes,
  });
  let header: readonly string[] | null = null;
  for await (const record of records) {
    if ('refusal' in record) {
      yield record;
    } else if (header === null) {
      header = record.cells;
    } else {
      const names: readonly string[] = header;
      const item = attempt(record.line, () =>
        use(Object.fromEntries(names.map((name, i) => [name, record.cells[i]])), record.line),
      );
      if (item !== null) yield item;
    }
  }
}

async function* useRows<T>(
  path: string,
  options: FileOptions,
  use: (object: JsonObject, line: number) => T | null,
): AsyncGenerator<Used<T>, void, undefined> {
  let line = 0;
  for await (const row of readParquetRows(path, options)) {
    line++;
    const item = attempt(line, () => use(row, line));
    if (item !== null) yield item;
  }
}

/** What reading a record gives, or why it is refused. */
export function attempt<T>(line: number, read: () => T | null): Used<T> | null {
  try {
    const row = read();
    return row === null ? null : { line, row };
  } catch (error) {
    if (error instanceof RowError) return { line, refusal: error.message };
    throw error;
  }
}
