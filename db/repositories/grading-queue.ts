import type { ReadableDb } from '../sqlite.ts';

/** What is left to grade for a pair of models. A prompt whose gold is masked counts as not graded: nobody is told. */

export interface GradingQueue {
  /** Two models, the smaller id first. */
  readonly modelAId: number;
  readonly modelBId: number;
  /** What this rater skipped is not offered to them again. */
  readonly raterId: number;
  /** Also prompts that the draw of a queue left out: their grades are kept and train nothing. */
  readonly includesLeftOut: boolean;
}

export interface UngradedPrompt {
  readonly promptId: number;
  readonly prompt: string;
  readonly responseAId: number;
  readonly textA: string;
  readonly responseBId: number;
  readonly textB: string;
  /** The draw left it out, that of a queue or of an import. */
  readonly isLeftOut: boolean;
}

/**
 * Prompts with the text of both responses, without a visible grade of the pair or of both responses. CROSS JOIN walks the
 * prompts in the order of their ids: the first that fits is the answer, and nothing is sorted.
 */
const UNGRADED = `FROM prompt p LEFT JOIN gold_draw d ON d.prompt_id = p.id
  CROSS JOIN response a ON a.prompt_id = p.id AND a.model_id = @modelAId AND a.text IS NOT NULL
  CROSS JOIN response b ON b.prompt_id = p.id AND b.model_id = @modelBId AND b.text IS NOT NULL
  WHERE (@includesLeftOut OR d.is_revealed IS NOT 0 OR d.method NOT LIKE 'queue-%')
    AND NOT EXISTS (
      SELECT 1 FROM current_grade g JOIN rater r ON r.id = g.rater_id
      WHERE g.prompt_id = p.id AND (d.is_revealed IS NOT 0 OR r.kind = 'person')
        AND g.model_a_id = @modelAId AND g.model_b_id = @modelBId)
    AND (
      SELECT count(DISTINCT g.model_a_id) FROM current_grade g JOIN rater r ON r.id = g.rater_id
      WHERE g.prompt_id = p.id AND (d.is_revealed IS NOT 0 OR r.kind = 'person')
        AND g.model_b_id IS NULL AND g.model_a_id IN (@modelAId, @modelBId)) < 2
    AND NOT EXISTS (
      SELECT 1 FROM grading_event s
      WHERE s.prompt_id = p.id AND s.rater_id = @raterId AND s.action = 'skip'
        AND s.model_a_id = @modelAId AND s.model_b_id = @modelBId
        AND NOT EXISTS (SELECT 1 FROM grading_event u WHERE u.target_id = s.id AND u.action = 'undo'))`;

/** The next prompt to grade after the given one, in the order of import; null when none is left. */
export function nextUngraded(db: ReadableDb, queue: GradingQueue, afterPromptId = 0): UngradedPrompt | null {
  const row = db
    .prepare<[Filter & { afterPromptId: number }], Omit<UngradedPrompt, 'isLeftOut'> & { isLeftOut: 0 | 1 }>(
      `SELECT p.id AS promptId, p.text AS prompt, a.id AS responseAId, a.text AS textA, b.id AS responseBId,
         b.text AS textB, d.is_revealed IS 0 AS isLeftOut
       ${UNGRADED} AND p.id > @afterPromptId ORDER BY p.id LIMIT 1`,
    )
    .get({ ...filterOf(queue), afterPromptId });
  return row === undefined ? null : { ...row, isLeftOut: row.isLeftOut === 1 };
}

/** How many there are among the prompts with ids from `fromId` to `toId`: a part at a time where there are many. */
export function countUngraded(
  db: ReadableDb,
  queue: GradingQueue,
  { fromId = 0, toId = Number.MAX_SAFE_INTEGER }: { readonly fromId?: number; readonly toId?: number } = {},
): number {
  const filter = { ...filterOf(queue), fromId, toId };
  return (
    db
      .prepare<[typeof filter], number>(`SELECT count(*) ${UNGRADED} AND p.id BETWEEN @fromId AND @toId`)
      .pluck()
      .get(filter) ?? 0
  );
}

interface Filter extends Omit<GradingQueue, 'includesLeftOut'> {
  readonly includesLeftOut: 0 | 1;
}

function filterOf({ includesLeftOut, ...queue }: GradingQueue): Filter {
  return { ...queue, includesLeftOut: includesLeftOut ? 1 : 0 };
}
