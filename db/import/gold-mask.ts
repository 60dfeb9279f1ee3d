import type { Clock } from '../../src/core/clock.ts';
import { AppError } from '../../src/core/errors.ts';
import { createRng } from '../../src/core/rng.ts';
import { SPLIT } from '../../src/routing/snapshot.ts';
import { insertGoldDraws } from '../repositories/gold-draw.ts';
import { loadSplits } from '../snapshot/splits.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** How much imported gold is revealed: exactly so many prompts, or each with that probability. */
export type GoldAmount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number };

export interface GoldMaskOptions {
  readonly seed: number;
  readonly clock: Clock;
  /** The prompts that an import just named; every prompt of the project where left out. */
  readonly among?: ReadonlySet<number> | undefined;
}

export interface GoldDrawReport {
  /** Prompts with imported gold outside the test set. */
  readonly eligible: number;
  readonly revealed: number;
  readonly masked: number;
  /** Whether this call drew, or every one of these prompts had been drawn before. */
  readonly isNew: boolean;
}

interface Candidate {
  readonly id: number;
  readonly normHash: string;
  /** As drawn before; null where it was not. */
  readonly isRevealed: 0 | 1 | null;
}

/**
 * Draws which imported gold is revealed (statistics, section 1, "Mask"), and logs it as designed: the draw looked at nothing.
 *
 * Eligible are prompts with imported gold outside the test set. `count` reveals exactly that many of those without a draw,
 * each with π = count / eligible; `fraction` reveals each with that π. What was drawn before stands. Prompts are drawn one by
 * one, also those with the same normalised text: π is then the same for all, and folds keep such prompts together anyway. The
 * order in which prompts are drawn is that of their names, so that it does not depend on the order of import.
 *
 * Errors: `usage` (an amount that cannot be), `not-enough-data` (no gold, or less than `count` without a draw).
 */
export function drawGold(db: WritableDb, amount: GoldAmount, options: GoldMaskOptions): GoldDrawReport {
  requireAmount(amount);
  const candidates = eligiblePrompts(db, options.among);
  const undrawn = candidates.filter((prompt) => prompt.isRevealed === null);
  const drawn = candidates.filter((prompt) => prompt.isRevealed !== null);
  const revealedBefore = drawn.filter((prompt) => prompt.isRevealed === 1).length;
  if (undrawn.length === 0 && drawn.length > 0) {
    const masked = drawn.length - revealedBefore;
    return { eligible: drawn.length, revealed: revealedBefore, masked, isNew: false };
  }
  requireEnough(amount, undrawn.length, drawn.length);
  const rng = createRng(options.seed);
  const propensity = amount.kind === 'count' ? amount.count / undrawn.length : amount.fraction;
  const isRevealed = new Uint8Array(undrawn.length);
  if (amount.kind === 'count') {
    for (const i of rng.permutation(undrawn.length).subarray(0, amount.count)) isRevealed[i] = 1;
  } else {
    for (let i = 0; i < isRevealed.length; i++) isRevealed[i] = rng.uniform() < propensity ? 1 : 0;
  }
  insertGoldDraws(
    db,
    {
      lookedAt: 'nothing',
      method: `import-${amount.kind}`,
      seed: options.seed,
      createdMs: options.clock(),
    },
    undrawn.map(({ id }, i) => ({ promptId: id, isRevealed: isRevealed[i] === 1, propensity })),
  );
  const revealed = revealedBefore + isRevealed.reduce((sum, one) => sum + one, 0);
  return { eligible: candidates.length, revealed, masked: candidates.length - revealed, isNew: true };
}

/** Prompts with imported gold outside the test set, by name. */
function eligiblePrompts(db: ReadableDb, among: ReadonlySet<number> | undefined): readonly Candidate[] {
  const splits = loadSplits(db);
  return db
    .prepare<[], Candidate>(
      `SELECT p.id, p.norm_hash AS normHash, g.is_revealed AS isRevealed
       FROM prompt p JOIN dataset d ON d.id = p.dataset_id LEFT JOIN gold_draw g ON g.prompt_id = p.id
       WHERE p.id IN (SELECT prompt_id FROM current_grade WHERE import_id IS NOT NULL)
       ORDER BY d.name, p.external_id`,
    )
    .all()
    .filter(({ id, normHash }) => splits.of(normHash) !== SPLIT.test && (among?.has(id) ?? true));
}

function requireAmount(amount: GoldAmount): void {
  const isPossible =
    amount.kind === 'count'
      ? Number.isSafeInteger(amount.count) && amount.count > 0
      : amount.fraction > 0 && amount.fraction <= 1;
  if (isPossible) return;
  throw new AppError(
    'usage',
    amount.kind === 'count'
      ? 'The number of gold prompts to reveal must be a whole number from 1.'
      : 'The fraction of gold to reveal must be above 0 and at most 1.',
  );
}

function requireEnough(amount: GoldAmount, undrawn: number, drawn: number): void {
  if (undrawn > 0 && (amount.kind === 'fraction' || amount.count <= undrawn)) return;
  const earlier =
    drawn === 0 ? '' : ` (${drawn} more were drawn by an earlier import, and a draw is never repeated)`;
  const wanted =
    amount.kind === 'count' ? `${amount.count} gold prompts were to be revealed` : 'Gold was to be revealed';
  const advice = undrawn === 0 ? 'Import gold first' : `Ask for at most ${undrawn}`;
  throw new AppError(
    'not-enough-data',
    `${wanted}, and there are ${undrawn} with gold outside the test set${earlier}. ${advice}.`,
    { details: { eligible: undrawn, alreadyDrawn: drawn } },
  );
}
