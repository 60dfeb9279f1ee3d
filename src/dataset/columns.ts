import { readCsvRecords } from './csv-records.ts';
import { isJsonObject } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readBytes } from './read-bytes.ts';
import type { ReadLimits } from './read-bytes.ts';
import { useObjects, type Container } from './read-objects.ts';

/** A column of a CSV file or a field of JSONL (`meta.id` for a field in a field), with its first values. */
export interface Column {
  readonly name: string;
  readonly samples: readonly string[];
}

const SAMPLE_ROWS = 20;
const MOST_SAMPLES = 3;
const SAMPLE_CHARACTERS = 80;
/** Vectors make wide tables. */
const MOST_COLUMNS = 2_000;

/** The columns of a file, from its first rows, so that a person can say which is what. */
export async function readColumns(
  path: string,
  file: { readonly limits: ReadLimits; readonly container: Container },
): Promise<readonly Column[]> {
  const { limits, container } = file;
  const rows =
    container.kind === 'csv'
      ? csvRows(path, limits, container.delimiter)
      : objectRows(path, limits, container);
  const samples = new Map<string, string[]>();
  let seen = 0;
  for await (const row of rows) {
    for (const [name, value] of row) {
      const known = samples.get(name) ?? [];
      if (!samples.has(name) && samples.size < MOST_COLUMNS) samples.set(name, known);
      const sample = value.slice(0, SAMPLE_CHARACTERS);
      if (sample !== '' && known.length < MOST_SAMPLES && !known.includes(sample)) known.push(sample);
    }
    if (++seen === SAMPLE_ROWS) break;
  }
  return Array.from(samples, ([name, values]) => ({ name, samples: values }));
}

type Row = readonly (readonly [name: string, value: string])[];

async function* csvRows(path: string, limits: ReadLimits, delimiter: string): AsyncGenerator<Row> {
  const bytes = readBytes(path, { limits, onPacked: () => undefined });
  let header: readonly string[] | null = null;
  for await (const record of readCsvRecords(bytes, { delimiter, longestBytes: limits.lineBytes })) {
    if ('refusal' in record) continue;
    if (header === null) {
      header = record.cells;
      // A table without rows still has columns.
      yield header.map((name) => [name, ''] as const);
      continue;
    }
    yield header.map((name, i) => [name, record.cells[i] ?? ''] as const);
  }
}

async function* objectRows(path: string, limits: ReadLimits, container: Container): AsyncGenerator<Row> {
  const options = { limits, onPacked: () => undefined };
  for await (const item of useObjects(path, options, container, (object) => [...leaves(object, '')])) {
    if ('row' in item) yield item.row;
  }
}

/** Fields with a value of their own; of a field in a field, by a path with dots. */
function* leaves(row: JsonObject, prefix: string, depth = 0): Generator<readonly [string, string]> {
  for (const [key, value] of Object.entries(row)) {
    const name = prefix + key;
    if (isJsonObject(value) && depth < 2) yield* leaves(value, `${name}.`, depth + 1);
    else yield [name, typeof value === 'string' ? value : JSON.stringify(value)];
  }
}
