import type { ReadableDb } from '../sqlite.ts';
import type { SplitName } from './prompts.ts';

/** Prompts as the Data screen lists them: filtered, in the order of import, from any position. */

export interface DataFilter {
  /** As `toMatchQuery` writes it: in the prompt, or in one of its responses. */
  readonly match: string | null;
  /** `none`: imported without a split. */
  readonly split: SplitName | 'none' | null;
  readonly category: string | null;
  readonly dataset: string | null;
  /** Prompts that this source says something about. */
  readonly source: string | null;
  /** Whether there is gold that people may see. */
  readonly hasGold: boolean | null;
}

/** The prompts of a filter by position. `ids` is null where position p holds the id p + 1: no list is needed then. */
export interface Positions {
  readonly total: number;
  readonly ids: Uint32Array | null;
}

export interface PromptLine {
  readonly promptId: number;
  readonly dataset: string;
  readonly externalId: string;
  readonly excerpt: string;
  readonly split: SplitName | null;
  readonly category: string | null;
  readonly responses: number;
}

export interface Facet {
  readonly value: string;
  readonly prompts: number;
}

const EXCERPT_CHARACTERS = 240;

/** Masked gold is not even counted. */
export const VISIBLE_GOLD = `FROM current_grade g JOIN rater r ON r.id = g.rater_id
  LEFT JOIN gold_draw d ON d.prompt_id = g.prompt_id
  WHERE (r.kind = 'person' OR d.is_revealed IS NOT 0)`;

/** Constant conditions; the values are bound. */
const CONDITIONS = {
  match: `p.id IN (SELECT rowid FROM prompt_search WHERE prompt_search MATCH @match
    UNION SELECT r.prompt_id FROM response_search s JOIN response r ON r.id = s.rowid
    WHERE response_search MATCH @match)`,
  split: "p.split IS nullif(@split, 'none')",
  category: 'p.category = @category',
  dataset: 'p.dataset_id = (SELECT id FROM dataset WHERE name = @dataset)',
  source: `p.id IN (
    SELECT prompt_id FROM preference_score WHERE source_id = (SELECT id FROM source WHERE name = @source)
    UNION SELECT prompt_id FROM preference_verdict WHERE source_id = (SELECT id FROM source WHERE name = @source))`,
} as const;

/** Where each position of a filtered list is. Linear in the prompts; `promptLines` is then quick at any position. */
export function promptPositions(db: ReadableDb, filter: DataFilter): Positions {
  const conditions = [
    filter.match === null ? '' : CONDITIONS.match,
    filter.split === null ? '' : CONDITIONS.split,
    filter.category === null ? '' : CONDITIONS.category,
    filter.dataset === null ? '' : CONDITIONS.dataset,
    filter.source === null ? '' : CONDITIONS.source,
    filter.hasGold === null
      ? ''
      : `p.id ${filter.hasGold ? '' : 'NOT '}IN (SELECT g.prompt_id ${VISIBLE_GOLD})`,
  ].filter((condition) => condition !== '');
  if (conditions.length === 0) {
    const all = db
      .prepare<[], { total: number; last: number }>(
        'SELECT count(*) AS total, coalesce(max(id), 0) AS last FROM prompt',
      )
      .get() ?? { total: 0, last: 0 };
    if (all.total === all.last) return { total: all.total, ids: null };
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const { match, split, category, dataset, source } = filter;
  const ids = db
    .prepare<[Record<string, string | null>], number>(`SELECT p.id FROM prompt p ${where} ORDER BY p.id`)
    .pluck()
    .all({ match, split, category, dataset, source });
  return { total: ids.length, ids: Uint32Array.from(ids) };
}

/** The ids from a position on. */
export function idsAt(positions: Positions, offset: number, limit: number): readonly number[] {
  const end = Math.min(positions.total, offset + limit);
  if (offset >= end) return [];
  if (positions.ids !== null) return Array.from(positions.ids.subarray(offset, end));
  return Array.from({ length: end - offset }, (_, i) => offset + i + 1);
}

/** Prompts by id, in the given order. */
export function promptLines(db: ReadableDb, ids: readonly number[]): readonly PromptLine[] {
  return db
    .prepare<[number, string], PromptLine>(
      `SELECT p.id AS promptId, d.name AS dataset, p.external_id AS externalId, substr(p.text, 1, ?) AS excerpt,
         p.split, p.category, (SELECT count(*) FROM response r WHERE r.prompt_id = p.id) AS responses
       FROM json_each(?) j CROSS JOIN prompt p ON p.id = j.value JOIN dataset d ON d.id = p.dataset_id
       ORDER BY j.key`,
    )
    .all(EXCERPT_CHARACTERS, JSON.stringify(ids));
}

export function categoryFacets(db: ReadableDb): readonly Facet[] {
  return db
    .prepare<[], Facet>(
      `SELECT category AS value, count(*) AS prompts FROM prompt WHERE category IS NOT NULL
       GROUP BY category ORDER BY prompts DESC, category LIMIT 1000`,
    )
    .all();
}
