/**
 * The `hashed-ngram` encoder, version 1: text → sparse, L2-normalised tf–idf over hashed word and character n-grams. The
 * only implementation: training and production run this code. All arithmetic on hashes is modulo 2^32 on code points.
 *
 * Input: T = foldText(text) (fold-text.ts), P = ' ' + T + ' '. An empty T has no grams.
 *
 *  - step(h, c) = (h XOR c) · 0x01000193                                                 (FNV-1a over 32-bit units)
 *  - finish(h): h ^= h >>> 16; h *= 0x85ebca6b; h ^= h >>> 13; h *= 0xc2b2ae35; h ^= h >>> 16    (murmur3's finaliser)
 *  - bucket(h) = finish(h) AND (buckets − 1)
 *
 * Character n-grams: for each n of charNgrams[0] … charNgrams[1] and each n consecutive code points of P,
 * h = 0x811c9dc5, then step over the n code points.
 *
 * Words: the maximal runs of LETTER code points of T, and each IDEOGRAPH by itself (code-points.ts). Word n-grams: for each
 * n of wordNgrams[0] … wordNgrams[1] and each n consecutive words (whatever separates them), h = 0x9747b28c, then step over
 * the code points of the words joined by one 0x20.
 *
 * tf(b) = min(255, number of grams in bucket b)     value(b) = (1 + ln tf(b)) · idf[b]     vector = value / ‖value‖₂
 *
 * with idf[b] = ln((1 + n) / (1 + df(b))) + 1 over the n fitting texts, rounded to float32 and stored. A text without grams
 * is the zero vector. Sums are float64, in order of first occurrence of the buckets: character grams by start then
 * length, then word grams by last word then number of words; another order differs by rounding only.
 */
import { CLASS_OF, IDEOGRAPH, LETTER, classOf } from './code-points.ts';
import { foldInto, type CodePointBuffer } from './fold-text.ts';
import type { HashedNgramSpec } from './manifest.ts';

const PRIME = 0x01000193;
const CHAR_SEED = 0x811c9dc5 | 0;
const WORD_SEED = 0x9747b28c | 0;
const MAX_COUNT = 255;

/** 1 + ln(tf) by tf. */
const SUBLINEAR = Float64Array.from({ length: MAX_COUNT + 1 }, (_, tf) => (tf === 0 ? 0 : 1 + Math.log(tf)));

/** How often each bucket occurs; only the first `length` entries. The arrays belong to their maker and are reused. */
export interface BucketCounts {
  readonly buckets: Int32Array | Uint16Array;
  readonly counts: Uint8Array;
  readonly length: number;
}

/** A sparse vector: only the first `length` entries. The arrays belong to their maker and are reused. */
export interface SparseVector {
  readonly buckets: Int32Array | Uint16Array;
  readonly values: Float64Array;
  readonly length: number;
}

export interface NgramCounter {
  /** The counts of a text, valid until the next call. */
  readonly count: (text: string) => BucketCounts;
}

function checkSpec({ version, buckets, wordNgrams, charNgrams, maxCodePoints }: HashedNgramSpec): void {
  const isRange = ([low, high]: readonly [number, number]): boolean => low >= 1 && low <= high && high <= 16;
  const isPowerOfTwo = buckets >= 2 && buckets <= 65536 && (buckets & (buckets - 1)) === 0;
  if (!isPowerOfTwo || !isRange(wordNgrams) || !isRange(charNgrams) || !(maxCodePoints >= 1)) {
    throw new RangeError(
      `hashed-ngram version ${version}: expected a power of two of buckets up to 65536, n-gram ranges within 1 to 16 and ` +
        `a positive maxCodePoints; got ${buckets}, ${wordNgrams.join('–')}, ${charNgrams.join('–')}, ${maxCodePoints}.`,
    );
  }
}

/**
 * Counts the grams of texts. It holds the scratch memory, so that a call allocates nothing.
 *
 * @throws RangeError where the specification is impossible
 */
export function createNgramCounter(spec: HashedNgramSpec): NgramCounter {
  checkSpec(spec);
  const mask = spec.buckets - 1;
  const [charMin, charMax] = spec.charNgrams;
  const [wordMin, wordMax] = spec.wordNgrams;
  const text: CodePointBuffer = { data: new Int32Array(1024), length: 0 };
  const tally = new Uint8Array(spec.buckets);
  const touched = new Int32Array(spec.buckets);
  const touchedCounts = new Uint8Array(spec.buckets);
  // ending[k] and ended[k]: the running hash of the gram of k + 1 words that ends in this word, in the last word
  let ending = new Int32Array(wordMax);
  let ended = new Int32Array(wordMax);
  let length = 0;

  function add(hash: number): void {
    let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    const bucket = (h ^ (h >>> 16)) & mask;
    const before = tally[bucket];
    if (before === 0) touched[length++] = bucket;
    if (before < MAX_COUNT) tally[bucket] = before + 1;
  }

  function addCharacterGrams(): void {
    const { data, length: end } = text;
    for (let start = 0; start + charMin <= end; start++) {
      const stop = Math.min(end, start + charMax);
      let hash = CHAR_SEED;
      for (let i = start; i < stop; i++) {
        hash = Math.imul(hash ^ data[i], PRIME);
        if (i - start + 1 >= charMin) add(hash);
      }
    }
  }

  /** One word, the code points data[start … end); `before` = words before it. */
  function addWord(data: Int32Array, start: number, end: number, before: number): void {
    const grams = Math.min(wordMax, before + 1);
    for (let k = 0; k < grams; k++) {
      let hash = k === 0 ? WORD_SEED : Math.imul(ended[k - 1] ^ 0x20, PRIME);
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ data[i], PRIME);
      ending[k] = hash;
      if (k + 1 >= wordMin) add(hash);
    }
    const held = ended;
    ended = ending;
    ending = held;
  }

  function addWordGrams(): void {
    const { data, length: end } = text;
    let words = 0;
    let start = -1;
    for (let i = 0; i < end; i++) {
      const code = data[i];
      const kind = code < 0x10000 ? CLASS_OF[code] : classOf(code);
      if (kind === LETTER) {
        if (start < 0) start = i;
        continue;
      }
      if (start >= 0) addWord(data, start, i, words++);
      start = -1;
      if (kind === IDEOGRAPH) addWord(data, i, i + 1, words++);
    }
  }

  return {
    count: (input) => {
      foldInto(input, spec.maxCodePoints, text);
      length = 0;
      addCharacterGrams();
      addWordGrams();
      for (let i = 0; i < length; i++) {
        touchedCounts[i] = tally[touched[i]];
        tally[touched[i]] = 0;
      }
      return { buckets: touched, counts: touchedCounts, length };
    },
  };
}

/** tf–idf of counts, L2-normalised, into `values` (at least `length` long). All zero where there is no gram. */
export function weighCounts(
  { buckets, counts, length }: BucketCounts,
  idf: ArrayLike<number>,
  values: Float64Array,
): void {
  let sumOfSquares = 0;
  for (let i = 0; i < length; i++) {
    const value = SUBLINEAR[counts[i]] * idf[buckets[i]];
    values[i] = value;
    sumOfSquares += value * value;
  }
  const norm = Math.sqrt(sumOfSquares);
  if (norm > 0) for (let i = 0; i < length; i++) values[i] /= norm;
}

export interface NgramEncoder {
  /** The tf–idf vector of a text, valid until the next call. */
  readonly encodeSparse: (text: string) => SparseVector;
}

/**
 * The encoder with a stored idf.
 *
 * @throws RangeError where the idf does not have one entry a bucket
 * @example
 * const { buckets, values, length } = createNgramEncoder(block.encoder, idf).encodeSparse('Why is the sky blue?');
 */
export function createNgramEncoder(spec: HashedNgramSpec, idf: Float32Array): NgramEncoder {
  if (idf.length !== spec.buckets) {
    throw new RangeError(`hashed-ngram: expected an idf of ${spec.buckets} buckets, got ${idf.length}.`);
  }
  const counter = createNgramCounter(spec);
  const values = new Float64Array(spec.buckets);
  return {
    encodeSparse: (text) => {
      const counts = counter.count(text);
      weighCounts(counts, idf, values);
      return { buckets: counts.buckets, values, length: counts.length };
    },
  };
}
