import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex, sha256HexPortable } from '../../../src/runtime/sha256.ts';

function expected(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('SHA-256', () => {
  it('gives the published digest of "abc"', () => {
    const abc = new TextEncoder().encode('abc');
    const published = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256HexPortable(abc)).toBe(published);
    expect(sha256Hex(abc)).toBe(published);
  });

  it('agrees with node:crypto at every length around the block size', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      expect(sha256HexPortable(bytes)).toBe(expected(bytes));
    }
  });

  it('agrees with node:crypto on any bytes, also inside a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(20), (bytes, offset) => {
        const inside = new Uint8Array(bytes.length + offset);
        inside.set(bytes, offset);
        expect(sha256HexPortable(inside.subarray(offset))).toBe(expected(bytes));
      }),
    );
  });
});
