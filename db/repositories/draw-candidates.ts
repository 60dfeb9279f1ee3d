import { SPLIT } from '../../src/routing/snapshot.ts';
import { loadSharedSplits } from '../snapshot/splits.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { LookedAt } from './gold-draw.ts';

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
    readonly lookedAt: LookedAt;
  } | null;
}

export interface WantedCandidates {
  readonly modelIds: readonly number[];
  /** With a response of every model (a verdict), else of at least one. */
  readonly needsAll: boolean;
  readonly split: 'train' | 'test';
}

interface CandidateRow {
  readonly promptId: number;
  readonly reference: string;
  readonly normHash: string;
  readonly split: string | null;
  readonly category: string | null;
  readonly language: string | null;
  /** Null where every one has a response. */
  readonly modelIds: string | null;
  readonly isRevealed: 0 | 1 | null;
  readonly propensity: number | null;
  readonly lookedAt: LookedAt | null;
}

/** With text, of one prompt. */
const PRESENT = `FROM response r WHERE r.prompt_id = p.id AND r.text IS NOT NULL
  AND r.model_id IN (SELECT value FROM json_each(@models))`;

/**
 * Prompts of a split with responses of these models, and whether anybody has graded them where it can be seen: as a pair or
 * one by one.
 *
 * @param onPrompt told how many prompts have been looked at, each time some more have; may throw to stop.
 */
export function drawCandidates(
  db: ReadableDb,
  { modelIds, needsAll, split }: WantedCandidates,
  onPrompt: (done: number) => void = () => undefined,
): readonly Candidate[] {
  const splitOf = loadSharedSplits(db);
  const graded = gradedPrompts(db, modelIds);
  const filter = { models: JSON.stringify(modelIds), all: modelIds.length };
  const rows = db
    .prepare<[typeof filter], CandidateRow>(
      `SELECT p.id AS promptId, d.name || '/' || p.external_id AS reference, p.norm_hash AS normHash, p.split,
         p.category, p.language, g.is_revealed AS isRevealed, g.propensity, g.looked_at AS lookedAt,
         CASE WHEN (SELECT count(*) ${PRESENT}) = @all THEN NULL
           ELSE (SELECT coalesce(group_concat(r.model_id), '') ${PRESENT}) END AS modelIds
       FROM prompt p CROSS JOIN dataset d ON d.id = p.dataset_id LEFT JOIN gold_draw g ON g.prompt_id = p.id
       ORDER BY p.id`,
    )
    .iterate(filter);
  const candidates: Candidate[] = [];
  let done = 0;
  for (const row of rows) {
    if (++done % REPORT_EVERY === 0) onPrompt(done);
    const present = row.modelIds === null ? modelIds : idsOf(row.modelIds);
    if (needsAll ? row.modelIds !== null : present.length === 0) continue;
    if ((splitOf(row) === SPLIT.test) !== (split === 'test')) continue;
    const { promptId, reference, category, language, isRevealed, propensity, lookedAt } = row;
    candidates.push({
      promptId,
      reference,
      category,
      language,
      modelIds: present,
      isGraded: graded.has(promptId),
      drawn:
        isRevealed === null || propensity === null || lookedAt === null
          ? null
          : { isRevealed: isRevealed === 1, propensity, lookedAt },
    });
  }
  return candidates;
}

const REPORT_EVERY = 5_000;

function idsOf(list: string): readonly number[] {
  return list === ''
    ? []
    : list
        .split(',')
        .map(Number)
        .sort((a, b) => a - b);
}

/** Prompts with a grade about these models that can be seen. */
function gradedPrompts(db: ReadableDb, modelIds: readonly number[]): ReadonlySet<number> {
  const rows = db
    .prepare<[{ models: string }], number>(
      `SELECT DISTINCT c.prompt_id FROM current_grade c JOIN rater k ON k.id = c.rater_id
         LEFT JOIN gold_draw g ON g.prompt_id = c.prompt_id
       WHERE (g.is_revealed IS NOT 0 OR k.kind = 'person')
         AND c.model_a_id IN (SELECT value FROM json_each(@models))
         AND (c.model_b_id IS NULL OR c.model_b_id IN (SELECT value FROM json_each(@models)))`,
    )
    .pluck()
    .all({ models: JSON.stringify(modelIds) });
  return new Set(rows);
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
