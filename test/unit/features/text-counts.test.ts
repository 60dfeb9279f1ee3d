import { describe, expect, it } from 'vitest';
import { hashTexts, type TextCounts } from '../../../src/features/text-counts.ts';
import type { HashedNgramSpec } from '../../../src/runtime/manifest.ts';
import { createNgramCounter } from '../../../src/runtime/ngrams.ts';

const spec: HashedNgramSpec = {
  version: 1,
  buckets: 1 << 14,
  wordNgrams: [1, 2],
  charNgrams: [3, 5],
  maxCodePoints: 16_384,
};

function entries(counts: TextCounts, i: number): [number, number][] {
  const { buckets, counts: found, length } = counts.row(i);
  return Array.from({ length }, (_, e) => [buckets[e], found[e]]);
}

describe('the counts of texts', () => {
  const long = Array.from({ length: 4000 }, (_, i) => `word${(i * 7919) % 10_007}`).join(' ');
  const texts = ['', null, 'to be or not to be', ...Array<string>(60).fill(long), '東京 😀', ''];

  it('are those of the encoder, in its order, in rows and chunks of any length', () => {
    const kept = hashTexts(texts, spec);
    const counter = createNgramCounter(spec);
    texts.forEach((text, i) => {
      const { buckets, counts, length } = counter.count(text ?? '');
      expect(entries(kept, i)).toEqual(Array.from({ length }, (_, e) => [buckets[e], counts[e]]));
    });
    expect(kept.rows).toBe(texts.length);
  });

  it('are the same where only a part is kept', () => {
    const kept = hashTexts(texts, spec);
    const partly = hashTexts(texts, spec, { maxKeptEntries: 50_000 });
    const hashed = hashTexts(texts, spec, { maxKeptEntries: 0 });
    texts.forEach((_, i) => {
      expect(entries(partly, i)).toEqual(entries(kept, i));
      expect(entries(hashed, i)).toEqual(entries(kept, i));
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
