import type { Warning } from '../../src/core/warning.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

interface StagedSource {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly scale_lo: number | null;
  readonly scale_hi: number | null;
  readonly has_scores: 0 | 1;
}

export interface MergedSources {
  readonly added: number;
  readonly alreadyThere: number;
  readonly warnings: readonly Warning[];
}

/**
 * Finds or makes the project's source for each staged one, and writes staged id → id into `temp.map_source`.
 *
 * A name is shared only where kind and scale agree: a simulated judge never joins the real one of its name, and scores on two
 * scales never mix. A source that disagrees gets a longer name, and a warning says so.
 */
export function mergeSources(db: WritableDb, alias: string): MergedSources {
  const staged = db.prepare<[], StagedSource>(`SELECT * FROM ${alias}.source ORDER BY id`).all();
  const intoMap = db.prepare('INSERT INTO temp.map_source (staged_id, id) VALUES (?, ?)');
  const used = new Map<number, StagedSource>();
  const warnings: Warning[] = [];
  let added = 0;
  for (const source of staged) {
    const { id, name, isNew } = settle(db, source, used);
    if (isNew) added++;
    if (name !== source.name) {
      warnings.push({
        code: 'source-renamed',
        message: `There is another source “${source.name}”, of another kind or scale; the file's was stored as “${name}”.`,
      });
    }
    used.set(id, source);
    intoMap.run(source.id, id);
  }
  return { added, alreadyThere: staged.length - added, warnings };
}

function settle(db: WritableDb, source: StagedSource, used: ReadonlyMap<number, StagedSource>) {
  const byName = db.prepare<[string], StagedSource>(
    'SELECT id, name, kind, scale_lo, scale_hi, 0 AS has_scores FROM source WHERE name = ?',
  );
  for (const name of namesFor(source)) {
    const known = byName.get(name);
    if (known === undefined) {
      const inserted = db
        .prepare('INSERT INTO source (name, kind, scale_lo, scale_hi) VALUES (?, ?, ?, ?)')
        .run(name, source.kind, source.scale_lo, source.scale_hi);
      return { id: Number(inserted.lastInsertRowid), name, isNew: true };
    }
    if (known.kind !== source.kind) continue;
    const isSameScale = known.scale_lo === source.scale_lo && known.scale_hi === source.scale_hi;
    // Verdicts need no scale.
    if (isSameScale || source.has_scores === 0) return { id: known.id, name, isNew: false };
    if (known.scale_lo === null && used.get(known.id)?.has_scores !== 1 && !hasScores(db, known.id)) {
      db.prepare('UPDATE source SET scale_lo = ?, scale_hi = ? WHERE id = ?').run(
        source.scale_lo,
        source.scale_hi,
        known.id,
      );
      return { id: known.id, name, isNew: false };
    }
  }
  throw new Error('There is always another name');
}

function* namesFor(source: StagedSource): Generator<string, void, undefined> {
  yield source.name;
  yield `${source.name} (${source.kind})`;
  const scale =
    source.scale_lo === null || source.scale_hi === null
      ? 'no scale'
      : `${source.scale_lo} to ${source.scale_hi}`;
  yield `${source.name} (${source.kind}, ${scale})`;
  for (let i = 2; ; i++) yield `${source.name} (${source.kind}, ${scale}, ${i})`;
}

function hasScores(db: ReadableDb, sourceId: number): boolean {
  const found = db
    .prepare<[number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM preference_score WHERE source_id = ?)
         OR EXISTS (SELECT 1 FROM preference_verdict WHERE source_id = ? AND (score_a IS NOT NULL OR score_b IS NOT NULL))`,
    )
    .pluck()
    .get(sourceId, sourceId);
  return found === 1;
}
