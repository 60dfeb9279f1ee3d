import { AppError } from '../core/errors.ts';
import type { CanonicalRow, DatasetItem } from './canonical.ts';
import { readCsvRecords } from './csv-records.ts';
import { RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { parseJsonLine } from './json-lines.ts';
import { csvCells, jsonCells, vectorColumnsOf } from './mapped-cells.ts';
import { readMappedRow } from './mapped-row.ts';
import { META_ROUTER_TABLE } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { readPairsRow } from './pairs-row.ts';
import type { RowContext } from './prompt-fields.ts';
import { readBytes } from './read-bytes.ts';
import type { ReadLimits } from './read-bytes.ts';
import { recogniseFormat } from './recognise.ts';
import type { Format } from './recognise.ts';
import { LineSplitter } from './split-lines.ts';
import { readSwapRow } from './swap-row.ts';
import { readWideRow } from './wide-row.ts';

export interface ReadOptions {
  /** The dataset of rows that do not name one. */
  readonly dataset: string;
  /** Recognised by the content where left out. */
  readonly format?: Format | undefined;
  readonly mapping?: Mapping | undefined;
  readonly limits: ReadLimits;
  /** Sees every chunk as it is on the disk, for progress and a hash. */
  readonly onPacked: (chunk: Buffer) => void;
}

/** How a file will be read, decided before its first row. */
export interface ReadPlan {
  readonly format: Format;
  /** The mapping in use: the caller's, or a known table's. */
  readonly mapping: Mapping | null;
  readonly rows: () => AsyncGenerator<DatasetItem, void, undefined>;
}

/**
 * Recognises a file and says how it will be read; `rows` then streams it in constant memory. Errors: `not-found`, `io`,
 * `invalid-input` (nothing readable), `usage` (a mapping is missing or does not fit).
 */
export async function planRead(path: string, options: ReadOptions): Promise<ReadPlan> {
  const recognised = await recogniseFormat(path, options.limits);
  const given =
    options.format ?? (options.mapping === undefined ? recognised.format : mappedFormat(recognised.format));
  if ((given === 'csv') !== (recognised.format === 'csv')) {
    const found = recognised.format === 'csv' ? 'CSV' : 'JSONL';
    throw new AppError('usage', `The file was to be read as ${given}, and its content is ${found}.`);
  }
  if (given === 'csv' || given === 'jsonl') {
    const known = recognised.format === 'csv' && recognised.isMetaRouterTable ? META_ROUTER_TABLE : undefined;
    const mapping = requireMapping(options.mapping ?? known, given);
    const rows =
      recognised.format === 'csv'
        ? () => readCsv(path, options, mapping, recognised.delimiter)
        : () => readMappedJson(path, options, mapping);
    return { format: given, mapping, rows };
  }
  if (options.mapping !== undefined) {
    throw new AppError(
      'usage',
      `The format ${given} has its own fields: a column mapping is for csv and jsonl.`,
    );
  }
  const readRow = ROW_READERS[given];
  return {
    format: given,
    mapping: null,
    rows: () => readJson(path, options, (row) => readRow(row, options)),
  };
}

const ROW_READERS: Readonly<
  Record<'wide' | 'pairs' | 'swap', (row: JsonObject, context: RowContext) => CanonicalRow>
> = { wide: readWideRow, pairs: readPairsRow, swap: readSwapRow };

/** With a mapping at hand JSONL is read by it, even where its fields look like ours. */
function mappedFormat(recognised: Format): Format {
  return recognised === 'csv' ? 'csv' : 'jsonl';
}

function requireMapping(mapping: Mapping | undefined, format: Format): Mapping {
  if (mapping !== undefined) return mapping;
  const what =
    format === 'csv'
      ? 'The file is CSV. Say which column is what with a column mapping'
      : 'The file is JSONL, and its fields are those of none of the formats wide, pairs and swap. ' +
        'Say which field is what with a column mapping, or check the field names';
  throw new AppError('usage', `${what}.`);
}

async function* readJson(
  path: string,
  options: ReadOptions,
  readRow: (row: JsonObject, line: number) => CanonicalRow,
): AsyncGenerator<DatasetItem, void, undefined> {
  const splitter = new LineSplitter(options.limits.lineBytes);
  function* items(lines: ReturnType<LineSplitter['push']>): Generator<DatasetItem, void, undefined> {
    for (const raw of lines) {
      const item = take(raw.line, () => {
        const object = parseJsonLine(raw, options.limits.lineBytes);
        return object === null ? null : readRow(object, raw.line);
      });
      if (item !== null) yield item;
    }
  }
  for await (const chunk of readBytes(path, options)) yield* items(splitter.push(chunk));
  yield* items(splitter.end());
}

function readMappedJson(path: string, options: ReadOptions, mapping: Mapping) {
  return readJson(path, options, (row, line) =>
    readMappedRow(jsonCells(row, mapping), mapping, { dataset: options.dataset, line }),
  );
}

async function* readCsv(
  path: string,
  options: ReadOptions,
  mapping: Mapping,
  delimiter: string,
): AsyncGenerator<DatasetItem, void, undefined> {
  const records = readCsvRecords(readBytes(path, options), {
    delimiter,
    longestBytes: options.limits.lineBytes,
  });
  let indexOf: ReadonlyMap<string, number> | null = null;
  let vectorColumns: readonly string[] = [];
  for await (const record of records) {
    if ('refusal' in record) {
      if (indexOf === null)
        throw new AppError('invalid-input', 'The header of the CSV file is not valid UTF-8.');
      yield record;
      continue;
    }
    const places: ReadonlyMap<string, number> | null = indexOf;
    if (places === null) {
      indexOf = readHeader(record.cells, mapping);
      vectorColumns =
        mapping.vectorPrefix === undefined ? [] : vectorColumnsOf(record.cells, mapping.vectorPrefix);
      continue;
    }
    const item = take(record.line, () =>
      readMappedRow(csvCells(record.cells, places, vectorColumns, mapping), mapping, {
        dataset: options.dataset,
        line: record.line,
      }),
    );
    if (item !== null) yield item;
  }
}

/** The place of each column; throws AppError `usage` where the mapping names one that is not there, or is there twice. */
function readHeader(header: readonly string[], mapping: Mapping): ReadonlyMap<string, number> {
  const indexOf = new Map(header.map((name, i) => [name, i]));
  const wanted = columnsOf(mapping);
  const missing = wanted.filter((name) => !indexOf.has(name));
  if (missing.length > 0) {
    throw new AppError(
      'usage',
      `The column mapping names columns that the file does not have: ${missing.join(', ')}. ` +
        `The file has ${header.length} columns; names must match exactly.`,
      { details: { missing } },
    );
  }
  const doubled = wanted.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (doubled !== undefined) {
    throw new AppError('usage', `The file has two columns with the name ${doubled}. Rename one of them.`);
  }
  return indexOf;
}

function columnsOf(mapping: Mapping): readonly string[] {
  const judgements = [mapping.gold, ...mapping.sources].flatMap((part) => part?.judgement ?? []);
  return [
    ...Object.values(mapping.columns).filter((name) => name !== undefined),
    ...[
      mapping.responses,
      mapping.costUsd,
      mapping.inputTokens,
      mapping.outputTokens,
      mapping.covariates,
    ].flatMap((columns) => Object.values(columns)),
    ...judgements.flatMap((said) => (said.as === 'scores' ? Object.values(said.columns) : [said.column])),
  ];
}

function take(line: number, read: () => CanonicalRow | null): DatasetItem | null {
  try {
    const row = read();
    return row === null ? null : { line, row };
  } catch (error) {
    if (error instanceof RowError) return { line, refusal: error.message };
    throw error;
  }
}
