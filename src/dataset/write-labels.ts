import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from './fields.ts';
import type { WriteForeign, Written } from './foreign/format.ts';
import { WRITERS } from './foreign/formats.ts';
import { TABLE_COLUMNS } from './foreign/label-table.ts';
import { defuseCell } from './formula-cells.ts';
import { writeParquet } from './parquet.ts';
import type { WideRow } from './wide-json.ts';

/** What labels can be written as, and how the file is built. */
const FORMATS = {
  jsonl: { write: (row) => ({ records: [{ ...row }], leftOut: {} }), container: 'json-lines' },
  'label-studio': { write: WRITERS['label-studio'], container: 'json-array' },
  argilla: { write: WRITERS.argilla, container: 'json-array' },
  'alpaca-eval': { write: WRITERS['alpaca-eval'], container: 'json-array' },
  'fastchat-votes': { write: WRITERS['fastchat-votes'], container: 'json-lines' },
  dpo: { write: WRITERS.dpo, container: 'json-lines' },
  healthbench: { write: WRITERS.healthbench, container: 'json-lines' },
  csv: { write: WRITERS.table, container: 'csv' },
  parquet: { write: WRITERS.table, container: 'parquet' },
} as const satisfies Record<string, { readonly write: WriteForeign; readonly container: string }>;

export type LabelFormat = keyof typeof FORMATS;

export interface WrittenLabels {
  readonly prompts: number;
  readonly records: number;
  /** What the format has no place for, counted by what it is. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Writes labels to a file beside its place, and puts it there when it is whole: a cancel or a full disk leaves what was.
 * `onPrompt` is called after each prompt and may throw to cancel. Errors: `io`, and what `onPrompt` throws.
 */
export async function writeLabels(
  path: string,
  format: LabelFormat,
  rows: Iterable<WideRow>,
  onPrompt: (prompts: number) => void,
): Promise<WrittenLabels> {
  const temporary = `${path}.partial`;
  const counts = { prompts: 0, records: 0, leftOut: new Map<string, number>() };
  const { write, container } = FORMATS[format];
  async function* records(): AsyncGenerator<JsonObject, void, undefined> {
    for (const row of rows) {
      counts.prompts++;
      const written = row.models.length === 0 ? NOTHING_SAID : write(row);
      counts.records += written.records.length;
      for (const [what, count] of Object.entries(written.leftOut))
        counts.leftOut.set(what, (counts.leftOut.get(what) ?? 0) + count);
      yield* written.records;
      onPrompt(counts.prompts);
      // Reading the project is synchronous: others get their turn between prompts.
      if (counts.prompts % 50 === 0) await new Promise(setImmediate);
    }
  }
  try {
    if (container === 'parquet') await writeParquet(temporary, TABLE_COLUMNS, records());
    else await writeText(temporary, pieces(container, records()));
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explain(error, path);
  }
  return { prompts: counts.prompts, records: counts.records, leftOut: Object.fromEntries(counts.leftOut) };
}

const NOTHING_SAID: Written = { records: [], leftOut: { 'prompts without a response or a label': 1 } };

async function* pieces(
  container: 'json-lines' | 'json-array' | 'csv',
  records: AsyncIterable<JsonObject>,
): AsyncGenerator<string, void, undefined> {
  if (container === 'csv') yield csvLine(TABLE_COLUMNS.map(({ name }) => name));
  if (container === 'json-array') yield '[';
  let isFirst = true;
  for await (const record of records) {
    if (container === 'csv') yield csvLine(TABLE_COLUMNS.map(({ name }) => record[name]));
    else if (container === 'json-lines') yield `${JSON.stringify(record)}\n`;
    else yield `${isFirst ? '\n' : ',\n'}${JSON.stringify(record)}`;
    isFirst = false;
  }
  if (container === 'json-array') yield '\n]\n';
}

function csvLine(cells: readonly unknown[]): string {
  return stringify([cells.map((cell) => (typeof cell === 'string' ? defuseCell(cell) : cell))]);
}

async function writeText(path: string, texts: AsyncIterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  const work = async (): Promise<void> => {
    for await (const text of texts) if (!stream.write(text)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'close');
  };
  // An error of the stream (a full disk) ends the work wherever it is.
  failed.catch(() => undefined);
  await Promise.race([work(), failed]).finally(() => stream.destroy());
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof AppError || !(error instanceof Error) || !('code' in error)) return error;
  return new AppError('io', `The labels could not be written to ${path} (${String(error.code)}).`, {
    cause: error,
  });
}
