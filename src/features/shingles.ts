/** Characters of a shingle: long enough that unrelated texts share few, short enough that one changed word leaves most. */
const LENGTH = 5;

/** The text whose shingles are taken: case and white space do not count. */
export function shingleText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/** Calls back with a hash of every run of five characters; a shorter text is one shingle, an empty one has none. */
export function eachShingle(text: string, use: (hash: number) => void): void {
  if (text === '') return;
  const last = Math.max(text.length - LENGTH, 0);
  for (let at = 0; at <= last; at++) {
    const end = Math.min(at + LENGTH, text.length);
    let hash = 0x811c9dc5;
    for (let i = at; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    use(mix(hash));
  }
}

/** Spreads 32 bits evenly (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** |A ∩ B| / |A ∪ B| of the shingles of two texts as `shingleText` gives them. */
export function jaccard(a: string, b: string): number {
  const ofA = new Set<number>();
  eachShingle(a, (hash) => ofA.add(hash));
  const ofB = new Set<number>();
  eachShingle(b, (hash) => ofB.add(hash));
  let shared = 0;
  for (const hash of ofB) if (ofA.has(hash)) shared++;
  const union = ofA.size + ofB.size - shared;
  return union === 0 ? 0 : shared / union;
}
