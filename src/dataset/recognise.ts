import { AppError } from '../core/errors.ts';
import { recogniseDelimiter } from './csv-records.ts';
import { RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import { recogniseForeign, type ForeignName } from './foreign/formats.ts';
import { parseJsonLine } from './json-lines.ts';
import { isMetaRouterTable } from './mapping.ts';
import { isParquet, readBytes } from './read-bytes.ts';
import type { ReadLimits } from './read-bytes.ts';
import { useObjects, type Container } from './read-objects.ts';
import { ArraySplitter } from './split-array.ts';
import { LineSplitter } from './split-lines.ts';

/** Formats of ours, and records with a column mapping. */

const MAPPED_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type OwnFormat = 'wide' | 'pairs' | 'swap' | 'decisions';
export type MappedFormat = (typeof MAPPED_FORMATS)[number];
export type Format = OwnFormat | MappedFormat | ForeignName;

/** What the content of a file says it is, whatever its name. */
export interface Recognised {
  readonly format: Format;
  readonly container: Container;
  /** The table of the Meta-Router paper, whose mapping is known. */
  readonly isMetaRouterTable: boolean;
}

export function isMapped(format: Format): format is MappedFormat {
  return MAPPED_FORMATS.some((name) => name === format);
}

/** What records of this container are called when a column mapping reads them. */
export function mappedFormat(container: Container): MappedFormat {
  if (container.kind === 'csv' || container.kind === 'parquet') return container.kind;
  return 'jsonl';
}

/** Records looked at before giving up: the first may be damaged. */
const LOOKED_AT = 100;

/**
 * Looks at the first records of a file. A mapped format is one that is none of those known, and needs a mapping. Errors:
 * those of `readBytes`, and `invalid-input` where nothing fits.
 */
export async function recogniseFormat(path: string, limits: ReadLimits): Promise<Recognised> {
  if (await isParquet(path)) return recogniseParquet(path, limits);
  const firstLine = await readFirstLine(path, limits);
  if (firstLine === null) throw noRows();
  if (firstLine.startsWith('{')) return recogniseJson(path, limits, 'json-lines');
  if (firstLine.startsWith('[')) return recogniseJson(path, limits, 'json-array');
  return recogniseTable(firstLine);
}

function noRows(): AppError {
  return new AppError('invalid-input', 'The file has no rows. Nothing was imported.');
}

/** A header is no longer than this; an array may be one line of any length. */
const FIRST_LINE_BYTES = 2 ** 20;

/** The beginning of the first line with anything on it; null where there is none. */
async function readFirstLine(path: string, limits: ReadLimits): Promise<string | null> {
  let text = '';
  for await (const chunk of readBytes(path, { limits, onPacked: () => undefined })) {
    text = (text + chunk.toString('utf8')).trimStart();
    if (text.includes('\n') || text.length > FIRST_LINE_BYTES) break;
  }
  const [line = ''] = text.split('\n', 1);
  return line.trim() === '' ? null : line.trim();
}

async function* pieces(path: string, limits: ReadLimits, splitter: LineSplitter | ArraySplitter) {
  for await (const chunk of readBytes(path, { limits, onPacked: () => undefined }))
    yield* splitter.push(chunk);
  yield* splitter.end();
}

async function recogniseJson(
  path: string,
  limits: ReadLimits,
  kind: 'json-lines' | 'json-array',
): Promise<Recognised> {
  const Splitter = kind === 'json-lines' ? LineSplitter : ArraySplitter;
  let looked = 0;
  for await (const raw of pieces(path, limits, new Splitter(limits.lineBytes))) {
    try {
      const object = parseJsonLine(raw, limits.lineBytes);
      if (object !== null) return recogniseObject(object, { kind });
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
    }
    if (++looked === LOOKED_AT) break;
  }
  if (looked === 0) throw noRows();
  const what =
    kind === 'json-lines'
      ? 'lines is a JSON object. Expected JSONL, one whole object on each line'
      : 'elements of the JSON array is an object';
  throw new AppError('invalid-input', `None of the first ${looked} ${what}. Nothing was imported.`);
}

async function recogniseParquet(path: string, limits: ReadLimits): Promise<Recognised> {
  const container = { kind: 'parquet' } as const;
  const options = { limits, onPacked: () => undefined };
  for await (const item of useObjects(path, options, container, (object) => object)) {
    if ('row' in item) return recogniseObject(item.row, container);
  }
  throw noRows();
}

function recogniseObject(object: JsonObject, container: Container): Recognised {
  const fields = Object.keys(object);
  const foreign = recogniseForeign(fields, object);
  return {
    format: foreign ?? recogniseOwn(object) ?? mappedFormat(container),
    container,
    isMetaRouterTable: isMetaRouterTable(fields),
  };
}

function recogniseOwn(object: JsonObject): OwnFormat | null {
  const has = (key: string): boolean => Object.hasOwn(object, key);
  if ((object['kind'] === 'decision' && has('propensity')) || object['kind'] === 'feedback')
    return 'decisions';
  if (has('pairs') && Array.isArray(object['pairs'])) return 'swap';
  if (has('response_a') || has('response_b') || (has('model_a') && has('model_b'))) return 'pairs';
  return has('responses') || has('models') ? 'wide' : null;
}

function recogniseTable(firstLine: string): Recognised {
  const delimiter = recogniseDelimiter(firstLine);
  const columns = firstLine.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (columns.length < 2) {
    throw new AppError(
      'invalid-input',
      'The file is neither JSONL (lines that begin with {), nor a JSON array, nor CSV (a header of at least two columns), ' +
        'nor Parquet. Nothing was imported.',
    );
  }
  return {
    format: recogniseForeign(columns, null) ?? 'csv',
    container: { kind: 'csv', delimiter },
    isMetaRouterTable: isMetaRouterTable(columns),
  };
}
