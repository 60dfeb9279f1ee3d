/**
 * The n-gram counts of many texts. Counts depend on nothing but the text, while idf and projection depend on the rows that
 * an encoder is fitted on: they are computed once and shared by every fit.
 */
import { uncontrolled, type JobControl } from '../core/progress.ts';
import type { HashedNgramSpec } from '../runtime/manifest.ts';
import { createNgramCounter, type BucketCounts } from '../runtime/ngrams.ts';

export interface TextCounts {
  readonly spec: HashedNgramSpec;
  readonly rows: number;
  /** The counts of a row; they may be overwritten by the next call. An absent text has none. */
  readonly row: (i: number) => BucketCounts;
}

/** Entries (three bytes each) that are kept; the rows beyond are hashed again whenever they are read. */
export const MAX_KEPT_ENTRIES = 80_000_000;
const CHUNK = 1 << 18;
const CHECK_EVERY = 1024;

/** Kept rows, in chunks that never move. */
interface Chunk {
  readonly buckets: Uint16Array;
  readonly counts: Uint8Array;
}

export interface HashTextsOptions {
  readonly control?: JobControl;
  readonly maxKeptEntries?: number;
}

/** @param texts null where absent; the list is read again later and must not change */
export function hashTexts(
  texts: readonly (string | null)[],
  spec: HashedNgramSpec,
  { control = uncontrolled, maxKeptEntries = MAX_KEPT_ENTRIES }: HashTextsOptions = {},
): TextCounts {
  const counter = createNgramCounter(spec);
  const chunks: Chunk[] = [];
  const chunkOf = new Int32Array(texts.length);
  const startOf = new Int32Array(texts.length);
  const lengthOf = new Int32Array(texts.length);
  let used = CHUNK;
  let entries = 0;
  let kept = 0;
  for (; kept < texts.length && entries < maxKeptEntries; kept++) {
    if (kept % CHECK_EVERY === 0) control.throwIfCancelled();
    const { buckets, counts, length } = counter.count(texts[kept] ?? '');
    if (chunks.length === 0 || used + length > CHUNK) {
      chunks.push({ buckets: new Uint16Array(CHUNK), counts: new Uint8Array(CHUNK) });
      used = 0;
    }
    const chunk = chunks[chunks.length - 1];
    chunk.buckets.set(buckets.subarray(0, length), used);
    chunk.counts.set(counts.subarray(0, length), used);
    chunkOf[kept] = chunks.length - 1;
    startOf[kept] = used;
    lengthOf[kept] = length;
    used += length;
    entries += length;
  }
  return {
    spec,
    rows: texts.length,
    row: (i) => {
      if (i >= kept) return counter.count(texts[i] ?? '');
      const chunk = chunks[chunkOf[i]];
      const end = startOf[i] + lengthOf[i];
      return {
        buckets: chunk.buckets.subarray(startOf[i], end),
        counts: chunk.counts.subarray(startOf[i], end),
        length: lengthOf[i],
      };
    },
  };
}
