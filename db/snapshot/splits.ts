import { SPLIT } from '../../src/routing/snapshot.ts';
import type { ReadableDb } from '../sqlite.ts';

/** One in five prompts without a split is a test prompt. */
const TEST_SHARE = 0.2;

/**
 * The split of every prompt, by the hash of its normalised text, so that a prompt that occurs twice has one. Imported splits
 * decide, and where they disagree test wins over dev and dev over train; where there are none, the hash does.
 */
export interface Splits {
  readonly of: (normHash: string) => number;
  /** Whether the splits imported with this prompt disagree. */
  readonly isConflict: (normHash: string) => boolean;
}

export function loadSplits(db: ReadableDb): Splits {
  return toSplits(db.prepare<[], SplitRow>(SPLITS).all());
}

/** The same, for prompts with one of these hashes only: what it answers about others is not to be used. */
export function loadSplitsOf(db: ReadableDb, normHashes: Iterable<string>): Splits {
  const among = JSON.stringify([...new Set(normHashes)]);
  return toSplits(db.prepare<[string], SplitRow>(SPLITS_AMONG).all(among));
}

/**
 * The same for prompts that are read with their own split: only what occurs more than once is looked up, so that of a million
 * prompts no table is made.
 */
export function loadSharedSplits(
  db: ReadableDb,
): (prompt: { readonly normHash: string; readonly split: string | null }) => number {
  const shared = new Map(
    db
      .prepare<[], SplitRow>(SPLITS_SHARED)
      .all()
      .map((row) => [row.normHash, row.split]),
  );
  return ({ normHash, split }) =>
    shared.get(normHash) ?? (split === null ? splitByHash(normHash) : codeOf(split));
}

const codeOf = (split: string): number =>
  split === 'test' ? SPLIT.test : split === 'dev' ? SPLIT.dev : SPLIT.train;

interface SplitRow {
  readonly normHash: string;
  readonly split: number;
  readonly kinds: number;
}

const SELECT_SPLITS = `SELECT norm_hash AS normHash, count(DISTINCT split) AS kinds,
    max(CASE split WHEN 'test' THEN ${SPLIT.test} WHEN 'dev' THEN ${SPLIT.dev} ELSE ${SPLIT.train} END) AS split
  FROM prompt`;
const SPLITS = `${SELECT_SPLITS} WHERE split IS NOT NULL GROUP BY norm_hash`;
/** Of hashes that occur more than once: a prompt without a split takes that of the others. */
const SPLITS_SHARED = `${SELECT_SPLITS} GROUP BY norm_hash HAVING count(*) > 1 AND count(split) > 0`;
const SPLITS_AMONG = `${SELECT_SPLITS} WHERE split IS NOT NULL AND norm_hash IN (SELECT value FROM json_each(?)) GROUP BY norm_hash`;

function toSplits(rows: readonly SplitRow[]): Splits {
  const imported = new Map(rows.map((row) => [row.normHash, row.split]));
  const conflicts = new Set(rows.filter((row) => row.kinds > 1).map((row) => row.normHash));
  return {
    of: (normHash) => imported.get(normHash) ?? splitByHash(normHash),
    isConflict: (normHash) => conflicts.has(normHash),
  };
}

/** The first 32 bits of the hash as a fraction of 1: the same prompt is a test prompt in every project. */
export function splitByHash(normHash: string): number {
  return Number.parseInt(normHash.slice(0, 8), 16) / 2 ** 32 < TEST_SHARE ? SPLIT.test : SPLIT.train;
}
