import { getModelById } from '../../db/repositories/models.ts';
import type { Candidate } from '../../db/repositories/draw-candidates.ts';
import { promptTexts } from '../../db/repositories/prompt-texts.ts';
import { loadPairGrades, pairGold } from '../../db/snapshot/gold.ts';
import { loadPreferences, pairPreference } from '../../db/snapshot/preferences.ts';
import { resolveRequest } from '../../db/snapshot/request.ts';
import { loadSplits } from '../../db/snapshot/splits.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { Warning } from '../core/warning.ts';
import { SPLIT } from '../routing/snapshot.ts';
import { activeFeatures } from './active-features.ts';
import { activeUtility, estimateActive } from './active-model.ts';
import type { ItemReason } from './why-item.ts';

/** Fewer graded prompts than this say nothing about where the preference is off. */
const LEAST_GOLD = 20;

export interface ActiveScores {
  readonly scores: Float64Array;
  /** Too little gold: all alike. */
  readonly isUniform: boolean;
  readonly reasonOf: (i: number) => Omit<ItemReason, 'propensity' | 'lookedAt'>;
  readonly warnings: readonly Warning[];
}

/**
 * u of each candidate (Zrnic & Candès 2024, section 3.2): the expected error of the corrected preference over its mean, plus
 * how close the expected gain is to the decision. Gold outside the test set teaches it; gold that a draw left out does not.
 */
export function activeScores(
  db: ReadableDb,
  design: {
    readonly source?: string | undefined;
    /** w: the gain of the strong model over the cheap one at which the decision turns. */
    readonly costWeight: number;
    readonly strongId: number;
    readonly looksAt: 'prompt' | 'verdict';
  },
  modelIds: readonly number[],
  candidates: readonly Candidate[],
): ActiveScores {
  if (modelIds.length < 2) {
    throw new AppError(
      'usage',
      'An active queue needs two models: it looks at the gain of one over the other.',
    );
  }
  const [modelAId, modelBId] = modelIds;
  const { sources } = resolveRequest(db, {
    models: [getModelById(db, modelAId).name],
    anchor: getModelById(db, modelBId).name,
    sources: design.source === undefined ? [] : [design.source],
    stage: 'route',
    signals: [],
  });
  const source = sources.at(0);
  if (source === undefined) {
    throw new AppError(
      'not-enough-data',
      'An active queue corrects a preference, and the project has no source of any.',
    );
  }
  const gold = visibleGains(db, modelAId, modelBId);
  if (gold.size < LEAST_GOLD) {
    return {
      scores: new Float64Array(candidates.length).fill(1),
      isUniform: true,
      reasonOf: () => ({ why: 'random' }),
      warnings: [
        {
          code: 'not-enough-gold',
          message: `${gold.size} prompts have gold for these models, and an active draw learns from ${LEAST_GOLD} or more: this draw was uniform.`,
        },
      ],
    };
  }
  const ids = [...candidates.map((candidate) => candidate.promptId), ...gold.keys()];
  const preferences = loadPreferences(db, source, { pair: { modelAId, modelBId } });
  const texts = promptTexts(db, ids);
  const rows = ids.map((id) => ({
    text: texts.get(id)?.text ?? '',
    category: texts.get(id)?.category ?? null,
    language: texts.get(id)?.language ?? null,
    preference: pairPreference(preferences, id, modelAId, modelBId).gain,
  }));
  const { error, gain } = estimateActive({
    features: activeFeatures(rows, design.looksAt === 'verdict'),
    preference: Float64Array.from(rows, (row) => row.preference),
    gold: Float64Array.from(ids, (id, i) =>
      i < candidates.length ? Number.NaN : (gold.get(id) ?? Number.NaN),
    ),
    seed: 0,
  });
  const n = candidates.length;
  const { scores, errorRatio, closeness } = activeUtility(
    error.subarray(0, n),
    gain.subarray(0, n),
    design.strongId === modelAId ? design.costWeight : -design.costWeight,
  );
  return {
    scores,
    isUniform: false,
    reasonOf: (i) => ({ why: 'active', errorRatio: errorRatio[i], closeness: closeness[i] }),
    warnings: [],
  };
}

function visibleGains(db: ReadableDb, modelAId: number, modelBId: number): ReadonlyMap<number, number> {
  const grades = loadPairGrades(db, modelAId, modelBId);
  const splits = loadSplits(db);
  const texts = promptTexts(db, [...grades.byPrompt.keys()]);
  const gains = new Map<number, number>();
  for (const [id, all] of grades.byPrompt) {
    const drawn = all.filter((grade) => grade.isDrawn === 1);
    const { gain } = pairGold(drawn, modelAId, modelBId, grades.undeclaredRange);
    const isTest = splits.of(texts.get(id)?.normHash ?? '') === SPLIT.test;
    if (Number.isFinite(gain) && !isTest) gains.set(id, gain);
  }
  return gains;
}
