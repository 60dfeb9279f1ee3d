/**
 * Memory that is taken piece by piece and given back at once. What one bootstrap draw works out in megabytes of small arrays the
 * next one overwrites: without it a quarter of the time goes into allocating and collecting them.
 */
export interface Arena {
  /** An array whose entries are whatever was there before. Valid until the next `reset`. */
  readonly take: (length: number) => Float64Array;
  readonly reset: () => void;
}

const CHUNK = 1 << 18;

export function createArena(): Arena {
  const chunks: Float64Array[] = [];
  let chunk = 0;
  let used = 0;
  return {
    take: (length) => {
      if (chunk < chunks.length && used + length > chunks[chunk].length) {
        chunk++;
        used = 0;
      }
      if (chunk === chunks.length) chunks.push(new Float64Array(Math.max(CHUNK, length)));
      // A chunk of an earlier round may be smaller than what is wanted now.
      if (chunks[chunk].length < length) chunks[chunk] = new Float64Array(length);
      const from = used;
      used += length;
      return chunks[chunk].subarray(from, used);
    },
    reset: () => {
      chunk = 0;
      used = 0;
    },
  };
}
