import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foldText, isAssigned } from '../../../src/runtime/fold-text.ts';

interface UnicodeSample {
  readonly ranges: number;
  readonly unassigned: number;
  readonly pageDigests: readonly number[];
  readonly sequences: readonly (readonly [readonly number[], readonly number[]])[];
}

/** Python's view of Unicode 14, written by scripts/generate-unicode-tables.py. */
const sample = JSON.parse(
  readFileSync(new URL('../../fixtures/unicode-14.sample.json', import.meta.url), 'utf8'),
) as UnicodeSample;

const fnv = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
const codesOf = (text: string): number[] => Array.from(text, (c) => c.codePointAt(0) ?? 0);

const anyCodePoint = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => !isSurrogate(code));
const frequent = fc.oneof(
  fc.integer({ min: 0x20, max: 0x24f }),
  fc.integer({ min: 0x300, max: 0x36f }),
  fc.integer({ min: 0x370, max: 0x1fff }),
  fc.integer({ min: 0x3000, max: 0x30ff }),
  anyCodePoint,
);
const anyText = fc.array(frequent, { maxLength: 40 }).map((codes) => String.fromCodePoint(...codes));

describe('the table of unassigned code points', () => {
  it('has the ranges that Python 3.11 knows', () => {
    let unassigned = 0;
    let ranges = 0;
    for (let code = 0, before = true; code < 0x110000; code++) {
      const assigned = isAssigned(code);
      if (!assigned) unassigned++;
      if (!assigned && before) ranges++;
      before = assigned;
    }
    expect([ranges, unassigned]).toEqual([sample.ranges, sample.unassigned]);
  });
});

describe('folding a text', () => {
  it('folds every assigned code point as Python with Unicode 14 does', () => {
    const digests = sample.pageDigests.map((_, page) => {
      let hash = 0x811c9dc5;
      for (let code = page * 4096; code < (page + 1) * 4096; code++) {
        if (!isAssigned(code) || isSurrogate(code)) continue;
        for (const folded of codesOf(foldText(String.fromCodePoint(code)))) hash = fnv(hash, folded);
        hash = fnv(hash, 0xffffffff);
      }
      return hash >>> 0;
    });
    expect(digests).toEqual(sample.pageDigests);
  });

  it('folds sequences of bases, marks, white space and unassigned code points as Python does', () => {
    for (const [codes, folded] of sample.sequences) {
      expect([codes, codesOf(foldText(String.fromCodePoint(...codes)))]).toEqual([codes, folded]);
    }
  });

  it('does nothing to a text that is folded already', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('does nothing to the folded form of any code point', () => {
    for (let page = 0; page < 0x110000; page += 256) {
      const codes = Array.from({ length: 256 }, (_, i) => page + i).filter((code) => !isSurrogate(code));
      const folded = foldText(codes.map((code) => `a${String.fromCodePoint(code)}a`).join(' '));
      expect(foldText(folded)).toBe(folded);
    }
  });

  it('leaves unassigned code points alone and keeps marks on both sides apart', () => {
    // U+0378 is unassigned; without it the second a would compose with the ring.
    expect(foldText('A\u0378\u030a')).toBe('a\u0378\u030a');
    expect(foldText('A\u030a')).toBe('\u00e5');
  });

  it('lower-cases without context', () => {
    expect(foldText('\u03a3\u03a9\u03a3 \u0130I')).toBe('\u03c3\u03c9\u03c3 i\u0307i');
    expect(foldText('H\u0331')).toBe('\u1e96');
  });

  it('folds white space of every kind to one space and trims', () => {
    expect(foldText(' \t\u3000Ａ\u00a0\n\u2003b\u200b\ufeff')).toBe('a b');
    expect(foldText(' \n ')).toBe('');
    expect(foldText('')).toBe('');
  });

  it('reads a lone surrogate as U+FFFD and a pair as one code point', () => {
    expect(foldText('a\ud83d b\ude00 \ud83d\ude00')).toBe('a\ufffd b\ufffd \u{1f600}');
    expect(foldText('\ud800'.repeat(3))).toBe('\ufffd'.repeat(3));
  });

  it('does not change its answer once the compiler has optimised it', () => {
    const whole = `abcdefghijkl\u{1f600}`;
    const texts = ['\0\u{10000}', 'Abc É', '\u{1f600}x', whole.slice(0, 13), '\u{10ffff}\u{20000}'];
    const before = texts.map((text) => foldText(text));
    expect(before[3]).toBe('abcdefghijkl\ufffd');
    for (let i = 0; i < 60_000; i++) {
      if (foldText(texts[i % 5]) !== before[i % 5]) expect([i, foldText(texts[i % 5])]).toEqual(before);
    }
  });

  it('reads no more code points than it may, and splits no pair', () => {
    expect(foldText('abcdef', 4)).toBe('abcd');
    expect(foldText('\u{1f600}\u{1f600}\u{1f600}', 2)).toBe('\u{1f600}\u{1f600}');
    expect(foldText('\u00e9'.repeat(10), 3)).toBe('\u00e9'.repeat(3));
  });
});
