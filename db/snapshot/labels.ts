import type { PreferenceColumn, ModelColumns, Snapshot } from '../../src/routing/snapshot.ts';
import type { Source } from '../repositories/sources.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { GoldGrades } from './gold.ts';
import { goldForm, pairGold } from './gold.ts';
import type { GainForm } from './scores.ts';
import type { Preferences } from './preferences.ts';
import { pairPreference } from './preferences.ts';

export interface PairLabels extends Omit<ModelColumns, 'model' | 'cost'> {
  /** Whose scores are on no declared scale: null for gold, else the source. */
  readonly undeclared: readonly (string | null)[];
}

interface LabelInput {
  /** Prompt ids, row by row. */
  readonly ids: readonly number[];
  readonly pair: { readonly modelAId: number; readonly modelBId: number };
  /** Whether the model against the anchor is a, so that a's gain over b is the gain. */
  readonly isModelFirst: boolean;
  readonly gold: GoldGrades;
  readonly preferences: readonly { readonly source: Source; readonly loaded: Preferences }[];
}

/**
 * The labels of every row, as gains of a model over the anchor. `allGoldGain` is made of all grades, `goldGain` of those that
 * the draw allows: a prompt that it left out has none, whoever graded it (ADR "One draw in an item's life").
 */
export function pairLabels(input: LabelInput): PairLabels {
  const { ids, pair, isModelFirst, gold } = input;
  const { modelAId, modelBId } = pair;
  const absent = (): Float64Array => new Float64Array(ids.length).fill(Number.NaN);
  const columns = { goldGain: absent(), allGoldGain: absent(), allGoldAnchorQuality: absent() };
  ids.forEach((id, row) => {
    const grades = gold.byPrompt.get(id);
    if (grades === undefined) return;
    const all = pairGold(grades, modelAId, modelBId, gold.undeclaredRange);
    const drawn = grades.filter((grade) => grade.isDrawn === 1);
    const seen =
      drawn.length === grades.length ? all : pairGold(drawn, modelAId, modelBId, gold.undeclaredRange);
    columns.goldGain[row] = oriented(seen.gain, isModelFirst);
    columns.allGoldGain[row] = oriented(all.gain, isModelFirst);
    columns.allGoldAnchorQuality[row] = isModelFirst ? all.qualityB : all.qualityA;
  });
  const goldIs = goldForm([...gold.byPrompt.values()].flat());
  return {
    ...columns,
    preferences: input.preferences.map((each) => preferenceColumn(input, each, goldIs)),
    undeclared: [
      ...(goldIs === 'undeclared' ? [null] : []),
      ...input.preferences
        .filter(({ loaded }) => loaded.form === 'undeclared')
        .map(({ source }) => source.name),
    ],
  };
}

function preferenceColumn(
  { ids, pair, isModelFirst }: LabelInput,
  { source, loaded }: LabelInput['preferences'][number],
  goldIs: GainForm,
): PreferenceColumn {
  const gain = new Float64Array(ids.length).fill(Number.NaN);
  const count = new Int32Array(ids.length);
  ids.forEach((id, row) => {
    const preference = pairPreference(loaded, id, pair.modelAId, pair.modelBId);
    gain[row] = oriented(preference.gain, isModelFirst);
    count[row] = preference.count;
  });
  return {
    source: source.name,
    isSimulated: source.kind === 'simulated',
    gain,
    count,
    // Verdicts have a scale of their own, the same for both: they need no rescaling either.
    scalesDeclared: goldIs !== 'undeclared' && goldIs === loaded.form,
  };
}

/** Adding 0 turns the -0 of a negated tie into 0: equal gains must have equal bits. */
function oriented(gain: number, isModelFirst: boolean): number {
  return (isModelFirst ? gain : -gain) + 0;
}

/** The logged probabilities of being revealed, and the most that any of these draws looked at. */
export function loadDesign(
  db: ReadableDb,
  ids: readonly number[],
): Pick<Snapshot, 'designedPropensity' | 'designLookedAt'> {
  const rows = db
    .prepare<[], { promptId: number; propensity: number; lookedAt: Snapshot['designLookedAt'] }>(
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
