import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { CanonicalRow, DatasetItem } from '../../../src/dataset/canonical.ts';
import { READ_LIMITS } from '../../../src/dataset/read-bytes.ts';
import { planRead } from '../../../src/dataset/read-dataset.ts';
import type { ReadOptions, ReadPlan } from '../../../src/dataset/read-dataset.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A file with that content in a folder of its own, removed after the test. */
export function fileWith(content: string | Uint8Array, name = 'data.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-dataset-'));
  folders.push(folder);
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** One JSON object a line. */
export function toJsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export async function plan(path: string, options: Partial<ReadOptions> = {}): Promise<ReadPlan> {
  return planRead(path, { dataset: 'trial', limits: READ_LIMITS, onPacked: () => undefined, ...options });
}

export async function readAll(path: string, options: Partial<ReadOptions> = {}): Promise<DatasetItem[]> {
  const items: DatasetItem[] = [];
  for await (const item of (await plan(path, options)).rows()) items.push(item);
  return items;
}

/** The rows of a file of which none is refused. */
export async function readRows(
  rows: readonly object[] | string,
  options: Partial<ReadOptions> = {},
): Promise<CanonicalRow[]> {
  const items = await readAll(fileWith(typeof rows === 'string' ? rows : toJsonLines(rows)), options);
  return items.map((item) => {
    if ('refusal' in item) throw new Error(`Line ${item.line} was refused: ${item.refusal}`);
    return item.row;
  });
}

/** The only row of a file. */
export async function readRow(row: object, options: Partial<ReadOptions> = {}): Promise<CanonicalRow> {
  const read = (await readRows([row], options)).at(0);
  if (read === undefined) throw new Error('There is no row');
  return read;
}

/** Line and reason of every refused row. */
export async function readRefusals(
  content: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<(readonly [number, string])[]> {
  return (await readAll(fileWith(content), options)).flatMap((item) =>
    'refusal' in item ? [[item.line, item.refusal] as const] : [],
  );
}
