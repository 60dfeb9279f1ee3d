import { disagreedPrompts, type Candidate } from '../../db/repositories/draw-candidates.ts';
import type { LookedAt } from '../../db/repositories/gold-draw.ts';
import { getModel } from '../../db/repositories/models.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { Warning } from '../core/warning.ts';
import { activeScores } from './active-scores.ts';
import type { NewQueueInput } from './queue-input.ts';
import type { ItemReason } from './why-item.ts';

/** How a draw sees each undrawn prompt. */
export interface Scored {
  /** u ≥ 0, one a candidate. */
  readonly scores: Float64Array;
  readonly uniform: number;
  readonly lookedAt: LookedAt;
  readonly reasonOf: (i: number) => Omit<ItemReason, 'propensity' | 'lookedAt'>;
  readonly warnings: readonly Warning[];
}

const VERDICT_WARNING: Warning = {
  code: 'selection-on-verdict',
  message:
    'This draw looked at verdicts. The R-learner then leaves auto, and estimators that fit on prompts alone warn; the surrogate estimators stay valid.',
};

/** @param fresh prompts without a draw. */
export function scoreCandidates(
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
      const strongId = getModel(db, input.models[0] ?? '').id;
      const active = activeScores(db, { ...design, strongId }, modelIds, fresh);
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
