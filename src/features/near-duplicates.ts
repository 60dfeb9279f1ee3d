import { eachShingle, jaccard, mix, shingleText } from './shingles.ts';

/**
 * Prompts that are nearly the same, found in time linear in their length: MinHash (Broder 1997) with one permutation and
 * optimal densification (Shrivastava 2017, arXiv 1703.04664), in 16 bands of 4. Bands only propose; that the shingles of
 * two prompts overlap by at least `SIMILARITY` is then computed exactly.
 */
export interface NearDuplicates {
  /** As given, but prompts that are nearly the same share the number of the first. */
  readonly group: Int32Array;
  /** Distinct prompts that joined another. */
  readonly joined: number;
  /** Distinct prompts in sets so large that they are a template with other contents, not duplicates: left apart. */
  readonly inTemplates: number;
  /** Pairs whose overlap was computed exactly: at most two in each band for every prompt. */
  readonly compared: number;
}

/** Jaccard similarity of five-character shingles. A few letters changed in a sentence stay above, another subject does not. */
export const SIMILARITY = 0.8;

const BANDS = 16;
const ROWS_OF_A_BAND = 4;
const BINS = BANDS * ROWS_OF_A_BAND;
const BIN_SHIFT = 26;
const EMPTY = 0xffffffff;

/** A set of more prompts than this, and more than this share of all, would leave the folds lopsided. */
const LARGEST_SET = { prompts: 20, share: 0.05 } as const;

/** @param group equal numbers = the same normalised prompt; such rows stay together whatever their text. */
export function groupNearDuplicates(prompts: readonly string[], group: Int32Array): NearDuplicates {
  // One row stands for all of its group.
  const rows: number[] = [];
  const seen = new Set<number>();
  group.forEach((number, row) => {
    if (seen.has(number)) return;
    seen.add(number);
    rows.push(row);
  });
  const texts = rows.map((row) => shingleText(prompts[row]));
  const parent = Int32Array.from(texts.keys());
  const compared = joinSimilar(texts, parent);

  const members = new Map<number, number>();
  for (let i = 0; i < parent.length; i++) {
    const root = find(parent, i);
    members.set(root, (members.get(root) ?? 0) + 1);
  }
  const limit = Math.max(LARGEST_SET.prompts, LARGEST_SET.share * texts.length);
  const target = new Map<number, number>();
  let joined = 0;
  let inTemplates = 0;
  rows.forEach((row, i) => {
    const root = find(parent, i);
    const size = members.get(root) ?? 1;
    if (size > limit) {
      inTemplates++;
      return;
    }
    if (root !== i) joined++;
    target.set(group[row], group[rows[root]]);
  });
  return { group: group.map((number) => target.get(number) ?? number), joined, inTemplates, compared };
}

/** Joins the sets of texts that are similar; the root of a set is its first text. Returns how many pairs it compared. */
function joinSimilar(texts: readonly string[], parent: Int32Array): number {
  let compared = 0;
  const signatures = new Uint32Array(texts.length * BINS);
  texts.forEach((text, i) => {
    sign(text, signatures.subarray(i * BINS, (i + 1) * BINS));
  });
  for (let band = 0; band < BANDS; band++) {
    // Of each bucket the first and the latest: comparing with all would be quadratic where many are alike.
    const first = new Map<number, number>();
    const latest = new Map<number, number>();
    for (let i = 0; i < texts.length; i++) {
      if (texts[i] === '') continue;
      const key = bandKey(signatures, i * BINS + band * ROWS_OF_A_BAND);
      for (const other of [first.get(key), latest.get(key)]) {
        if (other === undefined || find(parent, other) === find(parent, i)) continue;
        compared++;
        if (jaccard(texts[other], texts[i]) >= SIMILARITY) join(parent, other, i);
      }
      if (!first.has(key)) first.set(key, i);
      latest.set(key, i);
    }
  }
  return compared;
}

/** The least hash in each bin; an empty bin borrows from one that the bin and the attempt alone decide. */
function sign(text: string, signature: Uint32Array): void {
  signature.fill(EMPTY);
  eachShingle(text, (hash) => {
    const bin = hash >>> BIN_SHIFT;
    if (hash < signature[bin]) signature[bin] = hash;
  });
  if (text === '') return;
  const isFull = Array.from(signature, (value) => value !== EMPTY);
  for (let bin = 0; bin < BINS; bin++) {
    if (isFull[bin]) continue;
    let attempt = 1;
    let from = bin;
    while (!isFull[from]) from = mix(bin * 0x10001 + attempt++) % BINS;
    signature[bin] = signature[from];
  }
}

function bandKey(signatures: Uint32Array, at: number): number {
  let key = 0;
  for (let r = 0; r < ROWS_OF_A_BAND; r++) key = mix(key ^ signatures[at + r]);
  return key;
}

function find(parent: Int32Array, i: number): number {
  let root = i;
  while (parent[root] !== root) root = parent[root];
  let at = i;
  while (parent[at] !== root) {
    const next = parent[at];
    parent[at] = root;
    at = next;
  }
  return root;
}

function join(parent: Int32Array, a: number, b: number): void {
  const [one, other] = [find(parent, a), find(parent, b)];
  parent[Math.max(one, other)] = Math.min(one, other);
}
