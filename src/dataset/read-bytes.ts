import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../core/errors.ts';

/** What a file may grow to. The defaults are far above any honest data set. */
export interface ReadLimits {
  /** The longest line, or CSV record. */
  readonly lineBytes: number;
  /** All of the file, unpacked. */
  readonly totalBytes: number;
  /** Unpacked over packed, looked at once 64 MiB have been unpacked. */
  readonly expansionRatio: number;
}

export const READ_LIMITS: ReadLimits = {
  lineBytes: 16 * 2 ** 20,
  totalBytes: 64 * 2 ** 30,
  expansionRatio: 500,
};

const RATIO_COUNTS_FROM_BYTES = 64 * 2 ** 20;
const CHUNK_BYTES = 256 * 2 ** 10;

/** What a file's first bytes say it is packed as. */
export type Packing = 'plain' | 'gzip';

/**
 * The bytes of a file, unpacked where its first bytes say gzip (whatever its name), without a byte order mark.
 * `onPacked` sees every chunk as it is on the disk. Errors: `not-found`, `io`, `invalid-input` (another archive, UTF-16, a
 * damaged or cut gzip, a limit).
 */
export async function* readBytes(
  path: string,
  options: { readonly limits: ReadLimits; readonly onPacked: (chunk: Buffer) => void },
): AsyncGenerator<Buffer, void, undefined> {
  const packing = await recognisePacking(path);
  const { limits, onPacked } = options;
  let packedBytes = 0;
  let totalBytes = 0;
  const count = (chunk: Buffer): void => {
    packedBytes += chunk.length;
    onPacked(chunk);
  };
  const chunks = packing === 'gzip' ? unpack(path, count) : countEach(path, count);
  try {
    for await (const chunk of chunks) {
      const content = totalBytes === 0 ? withoutByteOrderMark(chunk) : chunk;
      totalBytes += chunk.length;
      requireWithin(limits, packing, packedBytes, totalBytes);
      yield content;
    }
  } catch (error) {
    throw explain(error, path);
  }
}

async function* countEach(
  path: string,
  count: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    if (!Buffer.isBuffer(chunk)) continue;
    count(chunk);
    yield chunk;
  }
}

async function* unpack(
  path: string,
  count: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Errors of either stream end the loop below; the callback only keeps them from being thrown a second time.
  pipeline(countEach(path, count), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) if (Buffer.isBuffer(chunk)) yield chunk;
  } finally {
    gunzip.destroy();
  }
}

async function recognisePacking(path: string): Promise<Packing> {
  const head = await readHead(path);
  const startsWith = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (startsWith(0x1f, 0x8b)) return 'gzip';
  if (startsWith(0x50, 0x4b, 0x03, 0x04))
    throw unreadable('is a zip archive', 'Unpack it and import what is inside');
  if (startsWith(0x28, 0xb5, 0x2f, 0xfd))
    throw unreadable('is packed with zstd', 'Unpack it, or pack it with gzip');
  if (startsWith(0x42, 0x5a, 0x68))
    throw unreadable('is packed with bzip2', 'Unpack it, or pack it with gzip');
  if (startsWith(0xfd, 0x37, 0x7a)) throw unreadable('is packed with xz', 'Unpack it, or pack it with gzip');
  if (startsWith(0xff, 0xfe) || startsWith(0xfe, 0xff)) throw unreadable('is UTF-16', 'Save it as UTF-8');
  return 'plain';
}

/** Whether the first bytes of a file say that it is Parquet. Errors: `not-found`, `io`. */
export async function isParquet(path: string): Promise<boolean> {
  return (await readHead(path)).subarray(0, 4).toString('latin1') === 'PAR1';
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).isDirectory()) {
        throw new AppError('not-found', `${path} is a folder. Import the files in it by name.`);
      }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explain(error, path);
  }
}

function withoutByteOrderMark(chunk: Buffer): Buffer {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

function requireWithin(limits: ReadLimits, packing: Packing, packedBytes: number, totalBytes: number): void {
  if (totalBytes > limits.totalBytes) {
    throw unreadable(
      `unpacks to more than ${limits.totalBytes} bytes`,
      'Split it into smaller files, if it is what it should be',
    );
  }
  if (
    packing === 'gzip' &&
    totalBytes > RATIO_COUNTS_FROM_BYTES &&
    totalBytes > limits.expansionRatio * packedBytes
  ) {
    throw unreadable(
      `unpacks to more than ${limits.expansionRatio} times its size, as no data set does`,
      'Unpack it yourself, if it is what it should be',
    );
  }
}

function unreadable(what: string, advice: string): AppError {
  return new AppError('invalid-input', `The file ${what}. ${advice}. Nothing was imported.`);
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError || !('code' in error)) return error;
  const code = String(error.code);
  if (code === 'ENOENT') return new AppError('not-found', `There is no file ${path}. Check the path.`);
  if (code === 'EISDIR')
    return new AppError('not-found', `${path} is a folder. Import the files in it by name.`);
  if (code.startsWith('Z_')) {
    const what = code === 'Z_BUF_ERROR' ? 'ends in the middle of its gzip data' : 'holds damaged gzip data';
    return new AppError(
      'invalid-input',
      `The file ${path} ${what}. Get a whole copy of it. Nothing was imported.`,
      { cause: error },
    );
  }
  return new AppError('io', `The file ${path} could not be read (${code}).`, { cause: error });
}
