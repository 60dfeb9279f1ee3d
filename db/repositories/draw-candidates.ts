import { SPLIT } from '../../src/routing/snapshot.ts';
import { loadSplits } from '../snapshot/splits.ts';
import type { ReadableDb } from '../sqlite.ts';

/** A prompt that could be sent to experts. */
export interface Candidate {
  readonly promptId: number;
  /** `dataset/external id`: what a draw hangs on, so that the order of import does not matter. */
  readonly reference: string;
  readonly category: string | null;
  readonly language: string | null;
  /** Which of the models have a response with text. */
  readonly modelIds: readonly number[];
  /** Has gold for these models that can be seen. */
  readonly isGraded: boolean;
  /** As drawn before; null where this prompt had no draw. */
  readonly drawn: {
    readonly isRevealed: boolean;
    readonly propensity: number;
    readonly lookedAt: string;
  } | null;
}

interface CandidateRow {
  readonly promptId: number;
  readonly reference: string;
  readonly normHash: string;
  readonly category: string | null;
  readonly language: string | null;
  readonly modelIds: string;
  readonly isGraded: 0 | 1;
  readonly isRevealed: 0 | 1 | null;
  readonly propensity: number | null;
  readonly lookedAt: string | null;
}

/**
 * Prompts of a split with responses of these models, and whether anybody has graded them where it can be seen: as a pair or
 * one by one. `needsAll`: of every model (a verdict), else of at least one.
 */
export function drawCandidates(
  db: ReadableDb,
  wanted: {
    readonly modelIds: readonly number[];
    readonly needsAll: boolean;
    readonly split: 'train' | 'test';
  },
): readonly Candidate[] {
  const splits = loadSplits(db);
  const filter = {
    models: JSON.stringify(wanted.modelIds),
    least: wanted.needsAll ? wanted.modelIds.length : 1,
  };
  return db
    .prepare<[typeof filter], CandidateRow>(
      `SELECT p.id AS promptId, d.name || '/' || p.external_id AS reference, p.norm_hash AS normHash, p.category,
         p.language, group_concat(r.model_id) AS modelIds, g.is_revealed AS isRevealed, g.propensity,
         g.looked_at AS lookedAt, EXISTS (
           SELECT 1 FROM current_grade c JOIN rater k ON k.id = c.rater_id
           WHERE c.prompt_id = p.id AND (g.is_revealed IS NOT 0 OR k.kind = 'person')
             AND c.model_a_id IN (SELECT value FROM json_each(@models))
             AND (c.model_b_id IS NULL OR c.model_b_id IN (SELECT value FROM json_each(@models)))) AS isGraded
       FROM response r JOIN prompt p ON p.id = r.prompt_id JOIN dataset d ON d.id = p.dataset_id
       LEFT JOIN gold_draw g ON g.prompt_id = p.id
       WHERE r.model_id IN (SELECT value FROM json_each(@models)) AND r.text IS NOT NULL
       GROUP BY p.id HAVING count(*) >= @least ORDER BY p.id`,
    )
    .all(filter)
    .filter(({ normHash }) => (splits.of(normHash) === SPLIT.test) === (wanted.split === 'test'))
    .map(({ normHash: _, isRevealed, propensity, lookedAt, modelIds, isGraded, ...rest }) => ({
      ...rest,
      isGraded: isGraded === 1,
      modelIds: modelIds
        .split(',')
        .map(Number)
        .sort((a, b) => a - b),
      drawn:
        isRevealed === null || propensity === null || lookedAt === null
          ? null
          : { isRevealed: isRevealed === 1, propensity, lookedAt },
    }));
}

/** Prompts at which the sources' verdicts or scores name different winners of two models. */
export function disagreedPrompts(db: ReadableDb, modelAId: number, modelBId: number): ReadonlySet<number> {
  const rows = db
    .prepare<[{ a: number; b: number }], number>(
      `WITH said AS (
         SELECT prompt_id, CASE verdict WHEN 'a' THEN 1 WHEN 'b' THEN -1 ELSE sign(coalesce(score_a - score_b, 0)) END AS sign
         FROM preference_verdict WHERE model_a_id = @a AND model_b_id = @b
         UNION ALL
         SELECT x.prompt_id, sign(x.score - y.score) FROM preference_score x JOIN preference_score y
           ON y.source_id = x.source_id AND y.prompt_id = x.prompt_id AND y.model_id = @b AND y.vote = x.vote
         WHERE x.model_id = @a)
       SELECT prompt_id FROM said GROUP BY prompt_id HAVING min(sign) <> max(sign)`,
    )
    .pluck()
    .all({ a: modelAId, b: modelBId });
  return new Set(rows);
}
