import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { READ_LIMITS } from '../../../src/dataset/read-bytes.ts';
import { fileWith, readAll, readRefusals, toJsonLines } from './dataset-files.ts';
import { pairsRow } from './example-rows.ts';

const lines = toJsonLines([pairsRow, { ...pairsRow, prompt_id: 'p/2' }]);

async function refusalOf(content: string | Uint8Array, limits = READ_LIMITS): Promise<AppError> {
  const outcome: unknown = await readAll(fileWith(content), { limits }).catch((error: unknown) => error);
  if (outcome instanceof AppError) return outcome;
  throw new Error('Expected an AppError');
}

describe('what a file is packed as', () => {
  test('is told by its first bytes and not by its name', async () => {
    for (const [content, name] of [
      [gzipSync(lines), 'data.jsonl'],
      [lines, 'data.jsonl.gz'],
      [Buffer.concat([gzipSync(lines.slice(0, 40)), gzipSync(lines.slice(40))]), 'two-members.gz'],
    ] as const) {
      const items = await readAll(fileWith(content, name));
      expect(items.map((item) => item.line)).toEqual([1, 2]);
      expect(items.every((item) => 'row' in item)).toBe(true);
    }
  });

  test('is refused with what to do where it is another archive', async () => {
    expect((await refusalOf(Buffer.from('PK\u0003\u0004 …'))).message).toMatch(/zip archive. Unpack it/);
    expect((await refusalOf(Buffer.from('PAR1 …'))).message).toMatch(/Parquet file could not be read/);
    expect((await refusalOf(Buffer.from(`\ufeff${lines}`, 'utf16le'))).message).toMatch(
      /UTF-16. Save it as UTF-8/,
    );
  });

  test('is refused where the gzip data is cut or damaged', async () => {
    const packed = gzipSync(lines);
    expect(await refusalOf(packed.subarray(0, packed.length - 20))).toMatchObject({ code: 'invalid-input' });
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 20, 40);
    expect(await refusalOf(damaged)).toMatchObject({ code: 'invalid-input' });
  });
});

test('a byte order mark and Windows line ends are not part of the data', async () => {
  const items = await readAll(fileWith(`\ufeff${lines.replaceAll('\n', '\r\n')}`));
  expect(items).toHaveLength(2);
  expect(items.every((item) => 'row' in item)).toBe(true);
});

test('a line that is not UTF-8 is refused by itself', async () => {
  const bytes = Buffer.from(
    toJsonLines([pairsRow, { ...pairsRow, response_a: 'caf\u00e9' }, pairsRow]),
    'latin1',
  );
  expect(await readRefusals(bytes)).toEqual([[2, 'line: not valid UTF-8']]);
});

test('a line over the limit is refused by itself and not kept', async () => {
  const long = { ...pairsRow, response_a: 'x'.repeat(700_000) };
  const limits = { ...READ_LIMITS, lineBytes: 1000 };
  expect(await readRefusals(toJsonLines([pairsRow, long, pairsRow, long]), { limits })).toEqual([
    [2, 'line: longer than 1000 bytes'],
    [4, 'line: longer than 1000 bytes'],
  ]);
});

test('a gzip bomb is refused by its ratio, long before it is unpacked', async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from(lines), Buffer.alloc(200 * 2 ** 20, 0x20)]));
  expect(bomb.length).toBeLessThan(2 ** 20);
  const before = process.memoryUsage().rss;
  const error = await refusalOf(bomb);
  expect(error).toMatchObject({ code: 'invalid-input' });
  expect(error.message).toMatch(/unpacks to more than 500 times its size/);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
});

test('a file over the total limit is refused', async () => {
  const error = await refusalOf(gzipSync(lines.repeat(100)), { ...READ_LIMITS, totalBytes: 10_000 });
  expect(error.message).toMatch(/unpacks to more than 10000 bytes/);
});

test('what cannot be read at all says why', async () => {
  const missing: unknown = await readAll('/nowhere/at-all.jsonl').catch((error: unknown) => error);
  expect(missing).toMatchObject({ code: 'not-found' });
  const folder: unknown = await readAll('/').catch((error: unknown) => error);
  expect(folder).toMatchObject({ code: 'not-found' });
  expect((await refusalOf('')).message).toMatch(/no rows/);
  expect((await refusalOf('[1, 2]')).message).toMatch(/None of the first 2 elements .* is an object/);
  expect((await refusalOf('[ ]')).message).toMatch(/no rows/);
  expect((await refusalOf('just words\nand more')).message).toMatch(/neither JSONL .* nor CSV/);
  expect((await refusalOf('{\n  "prompt": "x"\n}\n')).message).toMatch(/one whole object on each line/);
  expect(await refusalOf('{"question": "x"}')).toMatchObject({ code: 'usage' });
});
