import { AppError } from '../core/errors.ts';
import type { CanonicalRow, DatasetItem } from './canonical.ts';
import { readCsvRecords } from './csv-records.ts';
import { createDecisionReader } from './decision-rows.ts';
import type { JsonObject } from './fields.ts';
import type { ForeignFormat } from './foreign/format.ts';
import { FOREIGN, isForeign } from './foreign/formats.ts';
import { csvCells, jsonCells, vectorColumnsOf } from './mapped-cells.ts';
import { readMappedRow } from './mapped-row.ts';
import { META_ROUTER_TABLE } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { readPairsRow } from './pairs-row.ts';
import type { RowContext } from './prompt-fields.ts';
import { readBytes } from './read-bytes.ts';
import { attempt, useObjects, type FileOptions } from './read-objects.ts';
import { isMapped, mappedFormat, recogniseFormat } from './recognise.ts';
import type { Format, MappedFormat, OwnFormat } from './recognise.ts';
import { readSwapRow } from './swap-row.ts';
import { readWideRow } from './wide-row.ts';

export interface ReadOptions extends FileOptions {
  /** The dataset of rows that do not name one. */
  readonly dataset: string;
  /** Recognised by the content where left out. */
  readonly format?: Format | undefined;
  readonly mapping?: Mapping | undefined;
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
  const { container } = recognised;
  const mapped = mappedFormat(container);
  const format = options.format ?? (options.mapping === undefined ? recognised.format : mapped);
  if (isMapped(format)) {
    if (format !== mapped) {
      throw new AppError('usage', `The file was to be read as ${format}, and its content is ${mapped}.`);
    }
    const known = recognised.isMetaRouterTable ? META_ROUTER_TABLE : undefined;
    const mapping = requireMapping(options.mapping ?? known, format);
    const rows =
      container.kind === 'csv'
        ? () => readCsv(path, options, mapping, container.delimiter)
        : () =>
            useObjects(path, options, container, (row, line) =>
              readMappedRow(jsonCells(row, mapping), mapping, { dataset: options.dataset, line }),
            );
    return { format, mapping, rows };
  }
  if (options.mapping !== undefined) {
    throw new AppError(
      'usage',
      `The format ${format} has its own fields: a column mapping is for csv, jsonl and parquet.`,
    );
  }
  if (isForeign(format)) {
    const { read, readCell }: ForeignFormat = FOREIGN[format];
    const restored = (record: JsonObject): JsonObject =>
      container.kind === 'csv' && readCell !== undefined ? mapCells(record, readCell) : record;
    return {
      format,
      mapping: null,
      rows: () =>
        useObjects(path, options, container, (record) => readWideRow(read(restored(record)), options)),
    };
  }
  if (container.kind === 'csv') {
    throw new AppError('usage', `The file was to be read as ${format}, and its content is CSV.`);
  }
  // Feedback refers to earlier lines: every reading has a reader of its own.
  if (format === 'decisions') {
    return {
      format,
      mapping: null,
      rows: () => useObjects(path, options, container, createDecisionReader()),
    };
  }
  const readRow = ROW_READERS[format];
  return {
    format,
    mapping: null,
    rows: () => useObjects(path, options, container, (row) => readRow(row, options)),
  };
}

function mapCells(record: JsonObject, readCell: (cell: string) => string | null): JsonObject {
  return Object.fromEntries(
    Object.entries(record).map(([name, cell]) => [name, typeof cell === 'string' ? readCell(cell) : cell]),
  );
}

const ROW_READERS: Readonly<
  Record<Exclude<OwnFormat, 'decisions'>, (row: JsonObject, context: RowContext) => CanonicalRow>
> = {
  wide: readWideRow,
  pairs: readPairsRow,
  swap: readSwapRow,
};

function requireMapping(mapping: Mapping | undefined, format: MappedFormat): Mapping {
  if (mapping !== undefined) return mapping;
  const what =
    format === 'csv'
      ? 'The file is CSV, and its columns are those of no format known here. Say which column is what with a column mapping'
      : 'The fields of the file are those of no format known here. Say which field is what with a column mapping, or check ' +
        'the field names';
  throw new AppError('usage', `${what}.`);
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
    const item = attempt(record.line, () =>
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
