/**
 * Reading safetensors (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON header
 * `{"__metadata__": {…}, "<tensor>": {"dtype", "shape", "data_offsets": [begin, end]}}`, then the raw tensors without gaps.
 * Only what our writer produces is accepted: float32 and int32, and everything accounted for to the last byte.
 */
import { RouterFileError } from './errors.ts';
import { isRecord, type JsonRecord } from './json.ts';

/** The limit of the format itself. */
const MAX_HEADER_BYTES = 100_000_000;

export interface RawTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** The same numbers as they stand in the file, for their hash. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** Name → dtype, shape and offsets, as they stand in the file. */
  readonly entries: JsonRecord;
  /** Where the tensors begin. */
  readonly start: number;
}

function bad(message: string): RouterFileError {
  return new RouterFileError('bad-header', `This is not a valid safetensors file: ${message}.`);
}

function parseHeader(bytes: Uint8Array): JsonRecord {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw bad('its header is not JSON in UTF-8');
  }
  if (!isRecord(header)) throw bad('its header is not a JSON object');
  return header;
}

function readMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw bad('its header has no __metadata__ object');
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw bad(`__metadata__.${key} is not a text`);
    metadata[key] = text;
  }
  return metadata;
}

interface Entry {
  readonly name: string;
  readonly dtype: 'F32' | 'I32';
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, value: unknown): Entry {
  if (!isRecord(value)) throw bad(`the entry of tensor "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'I32') {
    throw new RouterFileError('bad-tensor', `Tensor "${name}" must be of dtype F32 or I32.`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw bad(`the shape of tensor "${name}" is not a list of sizes`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw bad(`the data_offsets of tensor "${name}" are not two sizes`);
  }
  const [begin, end] = offsets;
  const count = shape.reduce((product, size) => product * size, 1);
  if (end < begin || end - begin !== count * 4) {
    throw bad(`tensor "${name}" has shape [${shape.join(', ')}] but takes ${end - begin} bytes`);
  }
  return { name, dtype, shape, begin, end };
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** A copy, so that the caller may reuse the bytes: aligned, and in the byte order of the machine. */
function readNumbers(bytes: Uint8Array, dtype: Entry['dtype']): Float32Array | Int32Array {
  const copy = new Uint8Array(bytes);
  if (!IS_LITTLE_ENDIAN) for (let i = 0; i < copy.length; i += 4) copy.subarray(i, i + 4).reverse();
  return dtype === 'F32' ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
}

/**
 * The header of a safetensors file: its metadata, and what it says about each tensor (not checked yet, so that the version
 * in the metadata can be looked at first).
 *
 * @throws RouterFileError `truncated` or `bad-header`
 * @example
 * const header = readSafetensorsHeader(new Uint8Array(await readFile('router.safetensors')));
 * header.metadata.manifest; // '{"anchor":"small",…}'
 */
export function readSafetensorsHeader(bytes: Uint8Array): SafetensorsHeader {
  if (bytes.length < 8) {
    throw new RouterFileError(
      'truncated',
      `The file has ${bytes.length} bytes; a router file has more than 8.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const headerBytes = view.getUint32(0, true) + view.getUint32(4, true) * 4294967296;
  if (headerBytes > MAX_HEADER_BYTES) throw bad(`it declares a header of ${headerBytes} bytes`);
  const start = 8 + headerBytes;
  if (start > bytes.length) {
    throw new RouterFileError(
      'truncated',
      `The file has ${bytes.length} bytes but its header alone should take ${start}: it was cut off.`,
    );
  }
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, start));
  return { metadata: readMetadata(metadata), entries, start };
}

/**
 * The tensors of the file that the header was read from, copied out of it.
 *
 * @throws RouterFileError `truncated`, `bad-header` or `bad-tensor`
 * @example
 * readSafetensorsTensors(bytes, readSafetensorsHeader(bytes)).get('head.coefficients')?.shape; // [68]
 */
export function readSafetensorsTensors(
  bytes: Uint8Array,
  header: SafetensorsHeader,
): ReadonlyMap<string, RawTensor> {
  const entries = Object.entries(header.entries).map(([name, value]) => readEntry(name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, RawTensor>();
  let position = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (begin !== position) throw bad(`tensor "${name}" starts at byte ${begin}, expected ${position}`);
    if (header.start + end > bytes.length) {
      throw new RouterFileError('truncated', `Tensor "${name}" ends beyond the file: it was cut off.`);
    }
    const slice = bytes.subarray(header.start + begin, header.start + end);
    tensors.set(name, { shape, data: readNumbers(slice, dtype), bytes: slice });
    position = end;
  }
  const surplus = bytes.length - header.start - position;
  if (surplus !== 0) throw bad(`${surplus} bytes after the last tensor belong to nothing`);
  return tensors;
}
