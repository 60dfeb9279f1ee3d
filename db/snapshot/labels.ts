import type { PairSnapshot } from '../../src/routing/snapshot.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { GoldGrades } from './gold.ts';
import { goldForm, pairGold } from './gold.ts';
import type { Preferences } from './preferences.ts';
import { noPreferences, pairPreference } from './preferences.ts';

export interface PairLabels {
  readonly columns: Pick<
    PairSnapshot,
    | 'goldGain'
    | 'allGoldGain'
    | 'allGoldCheapQuality'
    | 'preferenceGain'
    | 'preferenceCount'
    | 'designedPropensity'
    | 'designLookedAt'
  >;
  readonly scalesDeclared: boolean;
  /** Whose scores are on no declared scale. */
  readonly undeclared: readonly ('gold' | 'source')[];
}

/**
 * The labels of every row, as gains of the strong model. `goldGain` is made of the grades that may be seen, `allGoldGain`
 * of all: a person's grade of a masked prompt gives both, and they may differ.
 */
export function pairLabels(
  db: ReadableDb,
  input: {
    /** Prompt ids, row by row. */
    readonly ids: readonly number[];
    readonly pair: { readonly modelAId: number; readonly modelBId: number };
    /** Whether the strong model is a, so that a's gain over b is the gain. */
    readonly isStrongFirst: boolean;
    readonly gold: GoldGrades;
    readonly preferences: Preferences;
  },
): PairLabels {
  const { ids, pair, isStrongFirst, gold, preferences } = input;
  const { modelAId, modelBId } = pair;
  const absent = (): Float64Array => new Float64Array(ids.length).fill(Number.NaN);
  const columns = {
    goldGain: absent(),
    allGoldGain: absent(),
    allGoldCheapQuality: absent(),
    preferenceGain: absent(),
    preferenceCount: new Int32Array(ids.length),
    ...loadDesign(db, ids),
  };
  // Adding 0 turns the -0 of a negated tie into 0: equal gains must have equal bits.
  const oriented = (gain: number): number => (isStrongFirst ? gain : -gain) + 0;
  ids.forEach((id, row) => {
    const grades = gold.byPrompt.get(id);
    if (grades !== undefined) {
      const all = pairGold(grades, modelAId, modelBId, gold.undeclaredRange);
      const visible = grades.filter((grade) => grade.isVisible === 1);
      const seen =
        visible.length === grades.length ? all : pairGold(visible, modelAId, modelBId, gold.undeclaredRange);
      columns.goldGain[row] = oriented(seen.gain);
      columns.allGoldGain[row] = oriented(all.gain);
      columns.allGoldCheapQuality[row] = isStrongFirst ? all.qualityB : all.qualityA;
    }
    const preference = pairPreference(preferences, id, modelAId, modelBId);
    columns.preferenceGain[row] = oriented(preference.gain);
    columns.preferenceCount[row] = preference.count;
  });
  const goldIs = goldForm([...gold.byPrompt.values()].flat());
  return {
    columns,
    // Verdicts have a scale of their own, the same for both: they need no rescaling either.
    scalesDeclared: goldIs !== 'undeclared' && (goldIs === preferences.form || preferences === noPreferences),
    undeclared: [
      ...(goldIs === 'undeclared' ? (['gold'] as const) : []),
      ...(preferences.form === 'undeclared' ? (['source'] as const) : []),
    ],
  };
}

/** The logged probabilities of being revealed, and the most that any of these draws looked at. */
function loadDesign(
  db: ReadableDb,
  ids: readonly number[],
): Pick<PairSnapshot, 'designedPropensity' | 'designLookedAt'> {
  const rows = db
    .prepare<[], { promptId: number; propensity: number; lookedAt: PairSnapshot['designLookedAt'] }>(
      'SELECT prompt_id AS promptId, propensity, looked_at AS lookedAt FROM gold_draw',
    )
    .all();
  const draws = new Map(rows.map((row) => [row.promptId, row]));
  const drawn = ids.map((id) => draws.get(id));
  const lookedAt = new Set(drawn.map((draw) => draw?.lookedAt));
  return {
    designedPropensity: Float64Array.from(drawn, (draw) => draw?.propensity ?? Number.NaN),
    designLookedAt: lookedAt.has('verdict') ? 'verdict' : lookedAt.has('prompt') ? 'prompt' : 'nothing',
  };
}
