import { AppError } from '../core/errors.ts';
import { recogniseDelimiter } from './csv-records.ts';
import { RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { parseJsonLine } from './json-lines.ts';
import { isMetaRouterTable } from './mapping.ts';
import { readBytes } from './read-bytes.ts';
import type { ReadLimits } from './read-bytes.ts';
import { LineSplitter } from './split-lines.ts';

export const FORMATS = ['wide', 'pairs', 'swap', 'csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** What the content of a file says it is, whatever its name. */
export type Recognised =
  | { readonly format: 'wide' | 'pairs' | 'swap' | 'jsonl' }
  | {
      readonly format: 'csv';
      readonly delimiter: string;
      /** The table of the Meta-Router paper, whose mapping is known. */
      readonly isMetaRouterTable: boolean;
    };

/** Lines looked at before giving up: the first may be damaged. */
const LOOKED_AT_LINES = 100;

/**
 * Looks at the first lines of a file. `jsonl` is JSON that is none of ours and needs a mapping. Errors: those of
 * `readBytes`, and `invalid-input` where nothing fits.
 */
export async function recogniseFormat(path: string, limits: ReadLimits): Promise<Recognised> {
  const lines = new LineSplitter(limits.lineBytes);
  let sawJson = false;
  let looked = 0;
  for await (const raw of eachLine(path, limits, lines)) {
    const text = raw.bytes?.toString('utf8').trim() ?? '';
    if (text === '') continue;
    if (!sawJson && !text.startsWith('{')) return recogniseOther(text);
    sawJson = true;
    try {
      const row = parseJsonLine(raw, limits.lineBytes);
      if (row !== null) return { format: recogniseRow(row) };
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
    }
    if (++looked === LOOKED_AT_LINES) break;
  }
  if (!sawJson) throw new AppError('invalid-input', 'The file has no rows. Nothing was imported.');
  throw new AppError(
    'invalid-input',
    `None of the first ${looked} lines is a JSON object. Expected JSONL, one whole object on each line. Nothing was imported.`,
  );
}

async function* eachLine(path: string, limits: ReadLimits, lines: LineSplitter) {
  for await (const chunk of readBytes(path, { limits, onPacked: () => undefined })) yield* lines.push(chunk);
  yield* lines.end();
}

function recogniseRow(row: JsonObject): 'wide' | 'pairs' | 'swap' | 'jsonl' {
  const has = (key: string): boolean => Object.hasOwn(row, key);
  if (has('pairs') && Array.isArray(row['pairs'])) return 'swap';
  if (has('response_a') || has('response_b') || (has('model_a') && has('model_b'))) return 'pairs';
  if (has('responses') || has('models')) return 'wide';
  return 'jsonl';
}

function recogniseOther(firstLine: string): Recognised {
  if (firstLine.startsWith('[')) {
    throw new AppError(
      'invalid-input',
      'The file is one JSON array. Expected JSONL, one object on each line. Nothing was imported.',
    );
  }
  const delimiter = recogniseDelimiter(firstLine);
  const columns = firstLine.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (columns.length < 2) {
    throw new AppError(
      'invalid-input',
      'The file is neither JSONL (lines that begin with {) nor CSV (a header of at least two columns). Nothing was imported.',
    );
  }
  return { format: 'csv', delimiter, isMetaRouterTable: isMetaRouterTable(columns) };
}
