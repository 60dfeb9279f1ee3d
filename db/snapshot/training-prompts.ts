import { SPLIT } from '../../src/routing/snapshot.ts';
import type { ReadableDb } from '../sqlite.ts';
import { loadSplitsOf } from './splits.ts';

/** Those of the prompts that are not in the test set: what may be shown of gold before a run is judged. */
export function outsideTest(db: ReadableDb, promptIds: readonly number[]): readonly number[] {
  const hashes = db
    .prepare<[string], { id: number; normHash: string }>(
      'SELECT id, norm_hash AS normHash FROM prompt WHERE id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(promptIds));
  const splits = loadSplitsOf(
    db,
    hashes.map((prompt) => prompt.normHash),
  );
  return hashes.filter((prompt) => splits.of(prompt.normHash) !== SPLIT.test).map((prompt) => prompt.id);
}
