import { describe, expect, it } from 'vitest';
import { hashTexts } from '../../../src/features/text-counts.ts';
import type { HashedNgramSpec } from '../../../src/runtime/manifest.ts';
import { createNgramCounter, type BucketCounts } from '../../../src/runtime/ngrams.ts';

const spec: HashedNgramSpec = {
  version: 1,
  buckets: 1 << 14,
  wordNgrams: [1, 2],
  charNgrams: [3, 5],
  maxCodePoints: 16_384,
};

/** The entries of counts in their order, as text. */
function print({ buckets, counts, length }: BucketCounts): string {
  return `${buckets.subarray(0, length).join()} ${counts.subarray(0, length).join()}`;
}

describe('the counts of texts', () => {
  const long = Array.from({ length: 4000 }, (_, i) => `word${(i * 7919) % 10_007}`).join(' ');
  const texts = ['', null, 'to be or not to be', ...Array<string>(60).fill(long), '東京 😀', ''];

  it('are those of the encoder, in its order, in rows and chunks of any length', () => {
    const kept = hashTexts(texts, spec);
    const counter = createNgramCounter(spec);
    texts.forEach((text, i) => {
      expect(print(kept.row(i))).toBe(print(counter.count(text ?? '')));
    });
    expect(kept.rows).toBe(texts.length);
  });

  it('are the same where only a part is kept', () => {
    const kept = hashTexts(texts, spec);
    const partly = hashTexts(texts, spec, { maxKeptEntries: 50_000 });
    const hashed = hashTexts(texts, spec, { maxKeptEntries: 0 });
    texts.forEach((_, i) => {
      expect(print(partly.row(i))).toBe(print(kept.row(i)));
      expect(print(hashed.row(i))).toBe(print(kept.row(i)));
    });
  });

  it('can be cancelled', () => {
    const throwIfCancelled = (): void => {
      throw new Error('cancelled');
    };
    expect(() =>
      hashTexts(texts, spec, { control: { report: () => undefined, throwIfCancelled } }),
    ).toThrow();
  });
});
