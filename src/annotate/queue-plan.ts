import { drawCandidates, type Candidate } from '../../db/repositories/draw-candidates.ts';
import type { LookedAt } from '../../db/repositories/gold-draw.ts';
import { getModel } from '../../db/repositories/models.ts';
import { countPrompts } from '../../db/repositories/prompts.ts';
import type { NewQueueItem } from '../../db/repositories/queue-items.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import { uncontrolled, type JobControl } from '../core/progress.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import { checksOf } from './attention-checks.ts';
import { drawItems, drawProbabilities } from './draw-design.ts';
import type { QueueDesignRecord } from './queue-info.ts';
import type { NewQueueInput } from './queue-input.ts';
import { inRandomOrder, withChecks } from './queue-items.ts';
import { scoreCandidates } from './queue-scores.ts';
import { getTask } from './tasks.ts';
import type { ItemReason } from './why-item.ts';

/** A queue as it was drawn, before any of it is stored. Serialisable. */
export interface QueuePlan {
  /** Every prompt that had its draw for this queue; columns of equal length. */
  readonly draws: {
    readonly promptIds: Float64Array;
    readonly propensities: Float64Array;
    readonly isDrawn: Uint8Array;
    readonly lookedAt: LookedAt;
  };
  readonly items: readonly NewQueueItem[];
  readonly record: QueueDesignRecord;
}

/**
 * Draws a queue: one Bernoulli draw for every eligible prompt that had none, with its probability and with what it looked at,
 * and the items of those drawn. Prompts that were drawn before keep their draw: those drawn in join the queue, the others
 * stay out. Reads only: `storeQueue` makes it happen, all of it or nothing.
 */
export function planQueue(
  db: ReadableDb,
  input: NewQueueInput,
  control: JobControl = uncontrolled,
): QueuePlan {
  const { form } = getTask(db, input.taskId);
  const isPair = form.kind === 'verdict';
  const modelIds = requireModels(db, input.models, isPair);
  const all = readCandidates(db, input, { modelIds, isPair }, control);
  const candidates = all.filter((candidate) => !candidate.isGraded);
  const graded = regraded(all, input);
  const fresh = candidates.filter((candidate) => candidate.drawn === null);
  const kept = candidates.filter((candidate) => candidate.drawn?.isRevealed === true);
  requireCandidates(input, fresh.length, kept.length + graded.length, candidates.length);
  control.throwIfCancelled();
  control.report({ stage: 'Weighing prompts', fraction: 0.6 });
  const scored = scoreCandidates(db, input, modelIds, fresh);
  control.throwIfCancelled();
  control.report({ stage: 'Drawing', fraction: 0.85 });
  const budget = Math.min(
    fresh.length,
    Math.max(0, (input.budget ?? candidates.length + graded.length) - kept.length - graded.length),
  );
  const drawing = budget === 0 ? [] : fresh;
  const propensities =
    budget === 0 ? new Float64Array() : drawProbabilities(scored.scores, budget, scored.uniform);
  const references = drawing.map((each) => each.reference);
  const isDrawn = drawItems(propensities, references, input.seed);
  const chosen = [
    ...graded.map((candidate) => ({ candidate, reason: GRADED_REASON })),
    ...kept.map((candidate) => ({ candidate, reason: keptReason(candidate) })),
    ...drawing.flatMap((candidate, i) => {
      if (isDrawn[i] === 0) return [];
      const drawn = { propensity: propensities[i], lookedAt: scored.lookedAt };
      return [{ candidate, reason: { ...drawn, ...scored.reasonOf(i) } }];
    }),
  ];
  control.throwIfCancelled();
  const checks = checksOf(db, input.taskId).slice(0, input.checks);
  return {
    draws: {
      promptIds: Float64Array.from(drawing, (each) => each.promptId),
      propensities,
      isDrawn,
      lookedAt: scored.lookedAt,
    },
    items: [...withChecks(inRandomOrder(chosen, { modelIds, isPair }, input), checks, input.seed)],
    record: {
      models: [...input.models],
      design: input.design,
      split: input.split,
      budget: input.budget ?? null,
      eligible: drawing.length,
      drawn: isDrawn.reduce((sum, one) => sum + one, 0),
      warnings: [...scored.warnings, ...drawWarnings(input, { candidates, kept, fresh, graded })],
    },
  };
}

/** Without the checks of the task: a prompt with a known answer is no item of it, raters would see it twice. */
function readCandidates(
  db: ReadableDb,
  { taskId, split }: NewQueueInput,
  { modelIds, isPair }: { readonly modelIds: readonly number[]; readonly isPair: boolean },
  control: JobControl,
): readonly Candidate[] {
  const total = countPrompts(db);
  const isCheck = new Set(checksOf(db, taskId).map((check) => check.promptId));
  return drawCandidates(db, { modelIds, needsAll: isPair, split }, (done) => {
    control.throwIfCancelled();
    control.report({
      stage: 'Reading prompts',
      fraction: (0.6 * done) / Math.max(1, total),
      done,
      total,
      unit: 'prompts',
    });
  }).filter((candidate) => !isCheck.has(candidate.promptId));
}

function requireModels(db: ReadableDb, names: readonly string[], isPair: boolean): readonly number[] {
  const ids = [...new Set(names.map((name) => getModel(db, name).id))].sort((a, b) => a - b);
  if (isPair && ids.length !== 2) {
    throw new AppError('usage', 'A verdict is between two different models: name two.');
  }
  return ids;
}

function requireCandidates(input: NewQueueInput, fresh: number, kept: number, all: number): void {
  if (input.split === 'test' && input.design.kind !== 'random') {
    throw new AppError(
      'usage',
      'Test prompts are drawn evenly, so that an evaluation is of all of them: use a random queue.',
    );
  }
  if (fresh + kept > 0) return;
  throw new AppError(
    'not-enough-data',
    all === 0
      ? 'There is no prompt left to grade for these models: each has a grade already, or no responses with text. ' +
          'To grade prompts again that have a grade, say so when drawing.'
      : `All ${all} ungraded prompts were drawn before and not chosen; a draw is never repeated.`,
  );
}

/** Prompts with gold that are to be graded again: some by chance where the budget is for fewer. */
function regraded(all: readonly Candidate[], { design, budget, seed }: NewQueueInput): readonly Candidate[] {
  if (design.kind !== 'random' || !design.includesGraded) return [];
  const graded = all.filter((candidate) => candidate.isGraded);
  const order = createRng(deriveSeed(seed, 'regraded')).permutation(graded.length);
  const chosen = new Set(order.subarray(0, budget ?? graded.length));
  return graded.filter((_, i) => chosen.has(i));
}

const GRADED_REASON: ItemReason = { propensity: null, lookedAt: null, why: 'graded-before' };

function keptReason({ drawn }: Candidate): ItemReason {
  return {
    propensity: drawn?.propensity ?? null,
    lookedAt: drawn?.lookedAt ?? 'nothing',
    why: 'drawn-before',
  };
}

function drawWarnings(
  { budget }: NewQueueInput,
  all: {
    /** Not graded yet: drawn before (`kept`: drawn in), or `fresh`. */
    readonly candidates: readonly Candidate[];
    readonly kept: readonly Candidate[];
    readonly fresh: readonly Candidate[];
    readonly graded: readonly Candidate[];
  },
): readonly Warning[] {
  const [kept, fresh] = [all.kept.length, all.fresh.length];
  const before = all.candidates.length - fresh;
  const most = fresh + kept + all.graded.length;
  const warnings: Warning[] = [];
  if (before > 0) {
    warnings.push({
      code: 'drawn-before',
      message: `${before} prompts were drawn before and keep their draw: ${kept} of them are in this queue, ${before - kept} stay out.`,
    });
  }
  if (budget !== undefined && budget > most) {
    warnings.push({
      code: 'budget-above-items',
      message: `${budget} prompts were asked for, and there are ${most}: all are in the queue.`,
    });
  }
  return warnings;
}
