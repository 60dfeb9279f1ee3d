import type { ReadableDb } from '../sqlite.ts';
import { VISIBLE_GOLD } from './data-page.ts';
import type { Verdict } from './grading.ts';

/** What is said about prompts: grades in force that people may see, and what sources say. Models by name. */

export interface GradeLine {
  readonly promptId: number;
  readonly eventId: string;
  readonly createdMs: number;
  readonly rater: string;
  readonly raterKind: 'person' | 'imported';
  readonly modelA: string;
  /** Null for a grade of a single response. */
  readonly modelB: string | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly scaleLo: number | null;
  readonly scaleHi: number | null;
  readonly verdict: Verdict | null;
  readonly strength: number | null;
}

export interface ScoreLine {
  readonly promptId: number;
  readonly source: string;
  readonly model: string;
  readonly score: number;
}

export interface VerdictLine {
  readonly promptId: number;
  readonly source: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly shown: 'ab' | 'ba' | 'both' | '';
  readonly verdict: Verdict | null;
  readonly strength: number | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
}

const MOST_LINES = 5_000;

/** Oldest first. */
export function gradeLines(db: ReadableDb, promptIds: readonly number[]): readonly GradeLine[] {
  return db
    .prepare<[string], GradeLine>(
      `SELECT g.prompt_id AS promptId, g.id AS eventId, g.created_ms AS createdMs, r.name AS rater,
         r.kind AS raterKind,
         (SELECT name FROM model WHERE id = g.model_a_id) AS modelA,
         (SELECT name FROM model WHERE id = g.model_b_id) AS modelB,
         g.score_a AS scoreA, g.score_b AS scoreB, g.scale_lo AS scaleLo, g.scale_hi AS scaleHi, g.verdict,
         g.strength
       ${VISIBLE_GOLD} AND g.prompt_id IN (SELECT value FROM json_each(?))
       ORDER BY g.created_ms, g.id LIMIT ${MOST_LINES}`,
    )
    .all(JSON.stringify(promptIds));
}

export function scoreLines(db: ReadableDb, promptIds: readonly number[]): readonly ScoreLine[] {
  return db
    .prepare<[string], ScoreLine>(
      `SELECT p.prompt_id AS promptId, s.name AS source, m.name AS model, p.score
       FROM source s CROSS JOIN json_each(?) j
       CROSS JOIN preference_score p ON p.source_id = s.id AND p.prompt_id = j.value
       JOIN model m ON m.id = p.model_id
       ORDER BY s.name, m.name LIMIT ${MOST_LINES}`,
    )
    .all(JSON.stringify(promptIds));
}

export function verdictLines(db: ReadableDb, promptIds: readonly number[]): readonly VerdictLine[] {
  return db
    .prepare<[string], VerdictLine>(
      `SELECT v.prompt_id AS promptId, s.name AS source, a.name AS modelA, b.name AS modelB, v.shown, v.verdict,
         v.strength, v.score_a AS scoreA, v.score_b AS scoreB
       FROM source s CROSS JOIN json_each(?) j
       CROSS JOIN preference_verdict v ON v.source_id = s.id AND v.prompt_id = j.value
       JOIN model a ON a.id = v.model_a_id JOIN model b ON b.id = v.model_b_id
       ORDER BY s.name, a.name, b.name LIMIT ${MOST_LINES}`,
    )
    .all(JSON.stringify(promptIds));
}

/** How many scores and verdicts each prompt has. */
export function preferenceCounts(db: ReadableDb, promptIds: readonly number[]): ReadonlyMap<number, number> {
  const rows = db
    .prepare<[string], { promptId: number; preferences: number }>(
      `SELECT j.value AS promptId,
         (SELECT count(*) FROM source s CROSS JOIN preference_score p
          ON p.source_id = s.id AND p.prompt_id = j.value) +
         (SELECT count(*) FROM source s CROSS JOIN preference_verdict v
          ON v.source_id = s.id AND v.prompt_id = j.value) AS preferences
       FROM json_each(?) j`,
    )
    .all(JSON.stringify(promptIds));
  return new Map(rows.map((row) => [row.promptId, row.preferences]));
}

export interface DrawLine {
  readonly isRevealed: 0 | 1;
  readonly propensity: number;
  readonly method: string;
}

/** Whether the gold of a prompt was drawn, and how; null where it never was. */
export function drawOf(db: ReadableDb, promptId: number): DrawLine | null {
  const row = db
    .prepare<[number], DrawLine>(
      'SELECT is_revealed AS isRevealed, propensity, method FROM gold_draw WHERE prompt_id = ?',
    )
    .get(promptId);
  return row ?? null;
}
