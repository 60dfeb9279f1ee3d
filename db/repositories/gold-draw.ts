import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** What a design looked at when it chose prompts for experts. */
export type LookedAt = 'nothing' | 'prompt' | 'verdict';

/** One prompt of a draw: whether its gold was revealed, and with what probability. */
export interface GoldDraw {
  readonly promptId: number;
  readonly isRevealed: boolean;
  readonly propensity: number;
  readonly lookedAt: LookedAt;
  readonly method: string;
  readonly seed: number;
  readonly createdMs: number;
}

/** Logs a draw, all of it or nothing. `conflict` where a prompt has been drawn before: nothing is redrawn. */
export function insertGoldDraws(db: WritableDb, draws: Iterable<GoldDraw>): void {
  const insert = db.prepare(
    `INSERT INTO gold_draw (prompt_id, is_revealed, propensity, looked_at, method, seed, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (prompt_id) DO NOTHING`,
  );
  db.transaction(() => {
    for (const draw of draws) {
      const { changes } = insert.run(
        draw.promptId,
        draw.isRevealed ? 1 : 0,
        draw.propensity,
        draw.lookedAt,
        draw.method,
        draw.seed,
        draw.createdMs,
      );
      if (changes === 0) {
        throw new AppError(
          'conflict',
          'Which gold is revealed has been drawn for some of these prompts already, and a draw is never repeated.',
          { details: { promptId: draw.promptId } },
        );
      }
    }
  })();
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
