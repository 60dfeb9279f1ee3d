import { createHash } from 'node:crypto';
import type { Snapshot } from '../../src/routing/snapshot.ts';

/**
 * SHA-256 over everything in a snapshot that a run reads, field by field under its name. The same data give the same hash
 * on every machine: numbers are hashed as little-endian bytes with one NaN, texts as JSON.
 */
export function dataHash(snapshot: Omit<Snapshot, 'dataHash' | 'warnings'>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(snapshot).sort()) {
    const value: unknown = Object.getOwnPropertyDescriptor(snapshot, name)?.value;
    hash.update(`\n${name}:`);
    for (const part of encode(value)) hash.update(part);
  }
  return hash.digest('hex');
}

const PORTION = 500;

function* encode(value: unknown): Generator<string | Uint8Array> {
  if (value instanceof Float64Array) {
    // Copied, so that every NaN has the same bits.
    const canonical = Float64Array.from(value, (x) => (Number.isNaN(x) ? Number.NaN : x));
    yield `f64[${value.length}]`;
    yield new Uint8Array(canonical.buffer);
  } else if (value instanceof Int32Array || value instanceof Uint8Array) {
    yield `int[${value.length}]`;
    yield new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } else if (Array.isArray(value)) {
    yield `list[${value.length}]`;
    const items: readonly unknown[] = value;
    if (items.some((item) => typeof item === 'object' && item !== null)) {
      for (const item of items) yield* encode(item);
    } else {
      // Texts, in portions: one by one is slow, and all at once may be longer than a string can be.
      for (let from = 0; from < items.length; from += PORTION) {
        yield JSON.stringify(items.slice(from, from + PORTION));
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries<unknown>({ ...value })) {
      yield `${JSON.stringify(name)}:`;
      yield* encode(item);
    }
  } else {
    yield `${JSON.stringify(value)},`;
  }
}
