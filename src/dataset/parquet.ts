import { createReadStream, statSync } from 'node:fs';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { AppError } from '../core/errors.ts';
import { isJsonObject } from './fields.ts';
import type { JsonObject } from './fields.ts';
import type { ReadLimits } from './read-bytes.ts';

/** Parquet, the one place that knows its libraries. */

const ROWS_AT_ONCE = 1000;

/** A Parquet file's rows as JSON would hold them, in constant memory. */
export async function* readParquetRows(
  path: string,
  options: { readonly limits: ReadLimits; readonly onPacked: (chunk: Buffer) => void },
): AsyncGenerator<JsonObject, void, undefined> {
  const { size } = statSync(path);
  const packed = createReadStream(path)[Symbol.asyncIterator]();
  let packedBytes = 0;
  // The rows are read from anywhere in the file; its bytes are shown in order, in step with the rows.
  const showUntil = async (bytes: number): Promise<void> => {
    while (packedBytes < bytes) {
      const { done, value } = (await packed.next()) as IteratorResult<Buffer, undefined>;
      if (done === true) return;
      packedBytes += value.length;
      options.onPacked(value);
    }
  };
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
    if (
      unpacked > options.limits.totalBytes ||
      unpacked > options.limits.expansionRatio * Math.max(size, 2 ** 20)
    ) {
      throw new AppError(
        'invalid-input',
        'The Parquet file unpacks to far more than a data set does. Nothing was imported.',
      );
    }
    const count = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < count; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, count);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd });
      for (const row of rows) yield toJson(row);
      await showUntil((size * rowEnd) / count);
    }
    await showUntil(size);
  } catch (error) {
    if (error instanceof AppError || (error instanceof Error && 'code' in error)) throw error;
    throw new AppError(
      'invalid-input',
      `The Parquet file could not be read (${error instanceof Error ? error.message : 'unknown'}). ` +
        'Write it again with snappy or no compression, or as CSV. Nothing was imported.',
      { cause: error },
    );
  } finally {
    await packed.return?.();
  }
}

function toJson(row: unknown): JsonObject {
  const value = toJsonValue(row);
  return isJsonObject(value) ? value : {};
}

function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJsonValue(inner)]));
}

export interface ParquetColumn {
  readonly name: string;
  readonly type: 'text' | 'number';
}

/** Writes rows as they come, a group of rows in memory at a time. */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  rows: AsyncIterable<JsonObject>,
): Promise<void> {
  const copies = (async function* () {
    for await (const row of rows) yield { ...row };
  })();
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: copies,
    columns: columns.map(({ name, type }) => ({
      name,
      type: type === 'text' ? 'STRING' : 'DOUBLE',
      nullable: true,
    })),
    createdBy: 'meta-router-studio',
  });
}
