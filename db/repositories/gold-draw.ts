import { AppError } from '../../src/core/errors.ts';
import { insertRows } from '../insert-rows.ts';
import { inTransaction, type ReadableDb, type WritableDb } from '../sqlite.ts';

/** What a design looked at when it chose prompts for experts. */
export type LookedAt = 'nothing' | 'prompt' | 'verdict';

/** One prompt of a draw: whether its gold was revealed, and with what probability. */
export interface DrawnPrompt {
  readonly promptId: number;
  readonly isRevealed: boolean;
  readonly propensity: number;
}

/** What all prompts of a draw have in common. */
export interface DrawMethod {
  readonly lookedAt: LookedAt;
  readonly method: string;
  readonly seed: number;
  readonly createdMs: number;
}

/** Logs a draw, all of it or nothing. `conflict` where a prompt has been drawn before: nothing is redrawn. */
export function insertGoldDraws(
  db: WritableDb,
  { lookedAt, method, seed, createdMs }: DrawMethod,
  draws: Iterable<DrawnPrompt>,
): void {
  let count = 0;
  function* rows(): Generator<readonly number[]> {
    for (const { promptId, isRevealed, propensity } of draws) {
      count++;
      yield [promptId, isRevealed ? 1 : 0, propensity];
    }
  }
  const columns = ['prompt_id', 'is_revealed', 'propensity'];
  const shared = { looked_at: lookedAt, method, seed, created_ms: createdMs };
  inTransaction(db, () => {
    const inserted = insertRows(db, 'gold_draw', columns, rows(), shared);
    if (inserted === count) return;
    throw new AppError(
      'conflict',
      'Which gold is revealed has been drawn for some of these prompts already, and a draw is never repeated.',
      { details: { drawnBefore: count - inserted } },
    );
  });
}

/** Prompts drawn, by outcome. Says nothing about any grade. */
export function countGoldDraws(db: ReadableDb): { readonly revealed: number; readonly masked: number } {
  const row = db
    .prepare<[], { revealed: number; masked: number }>(
      'SELECT coalesce(sum(is_revealed), 0) AS revealed, coalesce(sum(1 - is_revealed), 0) AS masked FROM gold_draw',
    )
    .get();
  return row ?? { revealed: 0, masked: 0 };
}
