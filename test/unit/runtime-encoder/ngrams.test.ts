import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf, IDEOGRAPH, LETTER } from '../../../src/runtime/code-points.ts';
import { foldText } from '../../../src/runtime/fold-text.ts';
import type { HashedNgramSpec } from '../../../src/runtime/manifest.ts';
import { createNgramCounter, createNgramEncoder, type BucketCounts } from '../../../src/runtime/ngrams.ts';

const spec: HashedNgramSpec = {
  version: 1,
  buckets: 4096,
  wordNgrams: [1, 2],
  charNgrams: [3, 5],
  maxCodePoints: 16_384,
};

/** The algorithm as the header of ngrams.ts states it, with strings and without any care for speed. */
function plainCounts(
  text: string,
  { buckets, wordNgrams, charNgrams }: HashedNgramSpec,
): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (seed: number, gram: readonly string[]): void => {
    let h = seed;
    for (const char of gram) h = Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    const bucket = ((h ^ (h >>> 16)) >>> 0) % buckets;
    counts.set(bucket, Math.min(255, (counts.get(bucket) ?? 0) + 1));
  };
  const folded = foldText(text);
  if (folded === '') return counts;
  const padded = Array.from(` ${folded} `);
  for (let n = charNgrams[0]; n <= charNgrams[1]; n++) {
    for (let i = 0; i + n <= padded.length; i++) add(0x811c9dc5, padded.slice(i, i + n));
  }
  const marked = padded.map((c) => {
    const kind = classOf(c.codePointAt(0) ?? 0);
    return kind === IDEOGRAPH ? `\0${c}\0` : kind === LETTER ? c : '\0';
  });
  const words = marked
    .join('')
    .split('\0')
    .filter((word) => word !== '');
  for (let n = wordNgrams[0]; n <= wordNgrams[1]; n++) {
    for (let i = 0; i + n <= words.length; i++) add(0x9747b28c, Array.from(words.slice(i, i + n).join(' ')));
  }
  return counts;
}

function asMap({ buckets, counts, length }: BucketCounts): Map<number, number> {
  return new Map(Array.from({ length }, (_, i) => [buckets[i], counts[i]]));
}

const sorted = (counts: Map<number, number>): [number, number][] => [...counts].sort((a, b) => a[0] - b[0]);

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'the ',
        'is',
        ' 東京',
        'か',
        "don't",
        '\n',
        'é',
        '😀',
        '👩‍💻',
        'x_1',
        '한국어 ',
        '\u0301',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('counting n-grams', () => {
  it('agrees with a plain implementation on any text', () => {
    const counter = createNgramCounter(spec);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sorted(asMap(counter.count(text)))).toEqual(sorted(plainCounts(text, spec)));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees for other ranges of n', () => {
    const other: HashedNgramSpec = { ...spec, buckets: 64, wordNgrams: [2, 4], charNgrams: [1, 2] };
    const counter = createNgramCounter(other);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sorted(asMap(counter.count(text)))).toEqual(sorted(plainCounts(text, other)));
      }),
    );
  });

  it('starts every text anew, whatever came before', () => {
    const counter = createNgramCounter(spec);
    const alone = sorted(asMap(createNgramCounter(spec).count('a second text')));
    counter.count('a first text that is much longer than the second text');
    expect(sorted(asMap(counter.count('a second text')))).toEqual(alone);
  });

  it('makes words of Chinese and Japanese characters one by one', () => {
    const words: HashedNgramSpec = { ...spec, buckets: 32_768, wordNgrams: [1, 1], charNgrams: [16, 16] };
    const count = (text: string): number[] => sorted(asMap(createNgramCounter(words).count(text))).flat();
    expect(count('東京は')).toEqual(count('東 京 は'));
    expect(count('tokyo')).not.toEqual(count('to kyo'));
  });

  it('counts to 255 and no further', () => {
    const { counts, length } = createNgramCounter(spec).count('a'.repeat(5000));
    expect(Math.max(...counts.subarray(0, length))).toBe(255);
  });

  it('survives lone surrogates, emoji sequences, a megabyte, and nothing', () => {
    const counter = createNgramCounter(spec);
    for (const text of [
      '\ud800',
      '\udfff\ud800x',
      '👨‍👩‍👧‍👦🏳️‍🌈',
      'e\u0301'.repeat(100),
      'lorem ipsum '.repeat(90_000),
    ]) {
      expect(counter.count(text).length).toBeGreaterThan(0);
    }
    expect(counter.count('').length).toBe(0);
    expect(counter.count(' \n\t ').length).toBe(0);
  });

  it('refuses a specification that it cannot follow', () => {
    for (const wrong of [
      { buckets: 1000 },
      { charNgrams: [0, 3] as const },
      { wordNgrams: [2, 1] as const },
    ]) {
      expect(() => createNgramCounter({ ...spec, ...wrong })).toThrow(RangeError);
    }
  });
});

describe('the tf-idf vector', () => {
  const idf = Float32Array.from({ length: spec.buckets }, (_, b) => 1 + (b % 7));

  it('has length one, or zero for a text without grams', () => {
    const encoder = createNgramEncoder(spec, idf);
    fc.assert(
      fc.property(anyText, (text) => {
        const { values, length } = encoder.encodeSparse(text);
        const norm = Math.hypot(...values.subarray(0, length));
        expect(norm).toBeCloseTo(foldText(text) === '' ? 0 : 1, 12);
      }),
    );
  });

  it('is sublinear tf times idf', () => {
    const { buckets, values, length } = createNgramEncoder(spec, idf).encodeSparse('to be or not to be');
    const counts = plainCounts('to be or not to be', spec);
    const raw = Array.from(
      { length },
      (_, i) => (1 + Math.log(counts.get(buckets[i]) ?? 0)) * idf[buckets[i]],
    );
    const norm = Math.hypot(...raw);
    raw.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value / norm, 12);
    });
  });

  it('refuses an idf of the wrong length', () => {
    expect(() => createNgramEncoder(spec, new Float32Array(10))).toThrow(/4096 buckets, got 10/);
  });
});
