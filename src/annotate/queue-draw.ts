import { disagreedPrompts, drawCandidates, type Candidate } from '../../db/repositories/draw-candidates.ts';
import { insertGoldDraws, type LookedAt } from '../../db/repositories/gold-draw.ts';
import { getModel } from '../../db/repositories/models.ts';
import { insertQueueItems, type NewQueueItem } from '../../db/repositories/queue-items.ts';
import { insertQueue, setQueueRaters } from '../../db/repositories/queues.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { queueDesign } from '../contract/queues.ts';
import type { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import { activeScores } from './active-scores.ts';
import { checksOf } from './attention-checks.ts';
import { drawItems, drawProbabilities } from './draw-design.ts';
import type { GradingDeps } from './grading-deps.ts';
import { queueInfo, type QueueDesignRecord, type QueueInfo } from './queue-info.ts';
import { getTask } from './tasks.ts';
import type { ItemReason } from './why-item.ts';

export type QueueDesign = Frozen<z.output<typeof queueDesign>>;

export interface NewQueueInput {
  readonly name: string;
  readonly taskId: string;
  readonly models: readonly string[];
  readonly design: QueueDesign;
  readonly budget?: number | undefined;
  readonly overlap: number;
  readonly raters: readonly string[];
  readonly split: 'train' | 'test';
  readonly checks: number;
  readonly seed: number;
}

/** How the draw sees each undrawn prompt. */
interface Scored {
  /** u ≥ 0, one a candidate. */
  readonly scores: Float64Array;
  readonly uniform: number;
  readonly lookedAt: LookedAt;
  readonly reasonOf: (i: number) => Omit<ItemReason, 'propensity' | 'lookedAt'>;
  readonly warnings: readonly Warning[];
}

/**
 * Draws a queue: one Bernoulli draw for every eligible prompt that had none, logged with its probability and with what it
 * looked at, and the items of those drawn in an order by chance (so that whoever stops half way has graded a random part).
 * Prompts that were drawn before keep their draw: those drawn in join the queue, the others stay out.
 */
export function createQueue(deps: GradingDeps, input: NewQueueInput): QueueInfo {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    const { form } = getTask(db, input.taskId);
    const modelIds = requireModels(db, input.models, form.kind === 'verdict');
    // A prompt with a known answer is no item of its task: raters would see it twice.
    const isCheck = new Set(checksOf(db, input.taskId).map((check) => check.promptId));
    const all = drawCandidates(db, {
      modelIds,
      needsAll: form.kind === 'verdict',
      split: input.split,
    }).filter((candidate) => !isCheck.has(candidate.promptId));
    const candidates = all.filter((candidate) => !candidate.isGraded);
    const graded = regraded(all, input);
    const fresh = candidates.filter((candidate) => candidate.drawn === null);
    const kept = candidates.filter((candidate) => candidate.drawn?.isRevealed === true);
    requireCandidates(input, fresh.length, kept.length + graded.length, candidates.length);
    const scored = scoreCandidates(db, input, modelIds, fresh);
    const budget = Math.min(
      fresh.length,
      Math.max(0, (input.budget ?? candidates.length + graded.length) - kept.length - graded.length),
    );
    const probabilities = budget === 0 ? null : drawProbabilities(scored.scores, budget, scored.uniform);
    const drawn =
      probabilities === null
        ? new Uint8Array(fresh.length)
        : drawItems(
            probabilities,
            fresh.map((each) => each.reference),
            input.seed,
          );
    if (probabilities !== null) {
      insertGoldDraws(
        db,
        fresh.map(({ promptId }, i) => ({
          promptId,
          isRevealed: drawn[i] === 1,
          propensity: probabilities[i],
          lookedAt: scored.lookedAt,
          method: `queue-${input.design.kind}`,
          seed: input.seed,
          createdMs: deps.clock(),
        })),
      );
    }
    const chosen = [
      ...graded.map((candidate) => ({ candidate, reason: GRADED_REASON })),
      ...kept.map((candidate) => ({ candidate, reason: keptReason(candidate) })),
      ...fresh.flatMap((candidate, i) =>
        drawn[i] === 0
          ? []
          : [
              {
                candidate,
                reason: {
                  propensity: probabilities?.[i] ?? null,
                  lookedAt: scored.lookedAt,
                  ...scored.reasonOf(i),
                },
              },
            ],
      ),
    ];
    const record: QueueDesignRecord = {
      models: [...input.models],
      design: input.design,
      split: input.split,
      budget: input.budget ?? null,
      eligible: probabilities === null ? 0 : fresh.length,
      drawn: drawn.reduce((sum, one) => sum + one, 0),
      warnings: [...scored.warnings, ...drawWarnings(candidates, kept.length, input, fresh.length)],
    };
    const queueId = insertQueue(db, {
      name: input.name,
      taskId: input.taskId,
      kind: input.design.kind,
      overlap: input.overlap,
      seed: input.seed,
      design: record,
      createdMs: deps.clock(),
    });
    const items = inRandomOrder(chosen, modelIds, form.kind === 'verdict', input);
    insertQueueItems(db, queueId, [...withChecks(deps, items, input)]);
    setQueueRaters(
      db,
      queueId,
      input.raters.map((name) => ensureRater(db, name, 'person')),
    );
    return queueInfo(db, queueId);
  });
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
      ? 'There is no prompt left to grade for these models: each has a grade already, or no responses with text.'
      : `All ${all} ungraded prompts were drawn before and not chosen; a draw is never repeated.`,
  );
}

function scoreCandidates(
  db: ReadableDb,
  input: NewQueueInput,
  modelIds: readonly number[],
  fresh: readonly Candidate[],
): Scored {
  const { design } = input;
  switch (design.kind) {
    case 'random':
      return {
        scores: new Float64Array(fresh.length).fill(1),
        uniform: 1,
        lookedAt: 'nothing',
        reasonOf: () => ({ why: 'random' }),
        warnings: [],
      };
    case 'slice': {
      const { categories, languages, sourcesDisagree } = design.slice;
      const [a = 0, b = 0] = modelIds;
      const disagreed = sourcesDisagree ? disagreedPrompts(db, a, b) : null;
      const isIn = fresh.map(
        ({ category, language, promptId }) =>
          (categories.length === 0 || (category !== null && categories.includes(category))) &&
          (languages.length === 0 || (language !== null && languages.includes(language))) &&
          (disagreed === null || disagreed.has(promptId)),
      );
      if (fresh.length > 0 && !isIn.includes(true)) {
        throw new AppError('not-enough-data', 'No ungraded prompt is in this slice.');
      }
      return {
        scores: Float64Array.from(isIn, Number),
        uniform: design.uniform,
        lookedAt: sourcesDisagree ? 'verdict' : 'prompt',
        reasonOf: (i) => ({ why: 'slice', isInSlice: isIn[i] ?? false }),
        warnings: sourcesDisagree ? [VERDICT_WARNING] : [],
      };
    }
    case 'active': {
      const active = activeScores(
        db,
        { ...design, strongId: getModel(db, input.models[0] ?? '').id },
        modelIds,
        fresh,
      );
      return {
        scores: active.scores,
        uniform: active.isUniform ? 1 : design.uniform,
        lookedAt: active.isUniform ? 'nothing' : design.looksAt,
        reasonOf: active.isUniform ? () => ({ why: 'random' }) : active.reasonOf,
        warnings: [
          ...active.warnings,
          ...(design.looksAt === 'verdict' && !active.isUniform ? [VERDICT_WARNING] : []),
        ],
      };
    }
  }
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

const VERDICT_WARNING: Warning = {
  code: 'selection-on-verdict',
  message:
    'This draw looked at verdicts. The R-learner then leaves auto, and estimators that fit on prompts alone warn; the surrogate estimators stay valid.',
};

function keptReason({ drawn }: Candidate): ItemReason {
  const lookedAt = drawn?.lookedAt;
  return {
    propensity: drawn?.propensity ?? null,
    lookedAt: lookedAt === 'verdict' ? 'verdict' : lookedAt === 'prompt' ? 'prompt' : 'nothing',
    why: 'drawn-before',
  };
}

function drawWarnings(
  candidates: readonly Candidate[],
  kept: number,
  input: NewQueueInput,
  fresh: number,
): readonly Warning[] {
  const out = candidates.length - fresh - kept;
  return [
    ...(candidates.length === fresh
      ? []
      : [
          {
            code: 'drawn-before',
            message: `${kept + out} prompts were drawn before and keep their draw: ${kept} of them are in this queue, ${out} stay out.`,
          },
        ]),
    ...(input.budget !== undefined && input.budget > fresh + kept
      ? [
          {
            code: 'budget-above-items',
            message: `${input.budget} prompts were asked for, and there are ${fresh + kept}: all are in the queue.`,
          },
        ]
      : []),
  ];
}

/** The responses to one prompt stay together: a gain needs both. */
function inRandomOrder(
  chosen: readonly { readonly candidate: Candidate; readonly reason: ItemReason }[],
  modelIds: readonly number[],
  isPair: boolean,
  input: NewQueueInput,
): readonly NewQueueItem[] {
  const order = createRng(deriveSeed(input.seed, 'order')).permutation(chosen.length);
  return Array.from(order).flatMap((at): readonly NewQueueItem[] => {
    const each = chosen.at(at);
    if (each === undefined) return [];
    const { promptId, modelIds: present } = each.candidate;
    const base = { promptId, checkId: null, reason: each.reason, wanted: input.overlap };
    if (isPair) return [{ ...base, modelAId: modelIds[0] ?? 0, modelBId: modelIds[1] ?? 0 }];
    const rng = createRng(deriveSeed(input.seed, 'responses', promptId));
    return Array.from(rng.permutation(present.length)).map((i) => ({
      ...base,
      modelAId: present[i] ?? 0,
      modelBId: null,
    }));
  });
}

/** Checks look like any other item, and every rater gets them. */
function* withChecks(
  deps: GradingDeps,
  items: readonly NewQueueItem[],
  input: NewQueueInput,
): Generator<NewQueueItem> {
  const rng = createRng(deriveSeed(input.seed, 'checks'));
  const checks = checksOf(deps.db, input.taskId).slice(0, input.checks);
  const places = checks.map(() => Math.floor(rng.uniform() * (items.length + 1))).sort((a, b) => a - b);
  let next = 0;
  for (let i = 0; i <= items.length; i++) {
    for (; places[next] === i; next++) {
      const check = checks.at(next);
      if (check === undefined) continue;
      const { promptId, modelAId, modelBId, id } = check;
      yield { promptId, modelAId, modelBId, checkId: id, reason: null, wanted: EVERY_RATER };
    }
    const item = items.at(i);
    if (i < items.length && item !== undefined) yield item;
  }
}

const EVERY_RATER = 1_000_000;
