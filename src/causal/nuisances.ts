import { joinColumns, type Matrix } from '../core/matrix.ts';
import { mean, standardDeviation } from '../stats/descriptive.ts';
import type { RidgeModel } from '../learners/ridge.ts';
import { FOLD_COUNT, foldRows } from './folds.ts';
import {
  goldRegression,
  regressionOn,
  RIDGE_HEAD,
  scatter,
  type HeadLearner,
  type Regression,
} from './regression.ts';
import {
  inverseProbabilityWeights,
  judgingSources,
  pairingOf,
  preferencePropensity,
  rowsWhere,
  type Pairing,
  type Sample,
  type SourceLabels,
} from './sample.ts';

/** Regressions that several estimators share. Each is fitted when first asked for and kept. */
export interface Problem {
  readonly sample: Sample;
  /** One assignment of rows to folds for each repeat of cross-fitting. */
  readonly foldings: readonly Int32Array[];
  /** What ψ is learnt with. */
  readonly learner: HeadLearner;
  /** What Δ may be learnt with where it does clearly better than ridge; ridge: nothing else is tried. */
  readonly biasLearner: HeadLearner;
  readonly goldRows: Int32Array;
  /** Inverse-probability weights of the gold rows, mean 1. */
  readonly goldWeights: Float64Array;
  /** Those that judged anything. */
  readonly sources: readonly SourceProblem[];
  /** All rows. */
  readonly everyone: () => Regression;
  /** All rows outside a fold. */
  readonly everyoneOutside: (repeat: number, fold: number) => Regression;
  /** The gold rows, weighted by 1/π. */
  readonly gold: () => Regression;
  readonly goldOutside: (repeat: number, fold: number) => Regression;
  /** Out of fold for every row: μ̂₁(x) of the gold gain and μ̂_j(x) of the preference gain of each source, for each repeat. */
  readonly outcomes: (repeat: number) => Outcomes;
  /**
   * Out of fold for every row: f̂(x, y) = E[r | x, y] (papers.md 1.7 h), for each repeat; y of every source that judged all
   * prompts, of which there must be one.
   */
  readonly surrogate: (repeat: number) => Float64Array;
}

/** What concerns one source of preferences. */
export interface SourceProblem {
  readonly labels: SourceLabels;
  /** The rows that it judged. */
  readonly rows: Int32Array;
  readonly pairing: Pairing;
  /** π_j, for every row. */
  readonly propensity: Float64Array;
  /** η̂_j: the preference gain on x, all rows that it judged. */
  readonly model: () => RidgeModel;
  /** The same without a fold. */
  readonly modelOutside: (repeat: number, fold: number) => RidgeModel;
}

export interface Outcomes {
  readonly gold: Float64Array;
  /** One for each source. */
  readonly preferences: readonly Float64Array[];
}

/** The preference models of a problem, for another with the same preferences in the same folds. */
export type PreferenceModels = readonly Pick<SourceProblem, 'model' | 'modelOutside'>[];

export interface ProblemOptions {
  /** Absent: ridge. */
  readonly learner?: HeadLearner;
  /** Absent: ridge. */
  readonly biasLearner?: HeadLearner;
  /** Preference models to take instead of fitting them anew. */
  readonly known?: PreferenceModels | undefined;
}

export function createProblem(
  sample: Sample,
  foldings: readonly Int32Array[],
  { learner = RIDGE_HEAD, biasLearner = RIDGE_HEAD, known }: ProblemOptions = {},
): Problem {
  const goldRows = rowsWhere(sample.hasGold);
  const everyone = once(() => regressionOn(sample, allRows(sample)));
  const everyoneOutside = perFold((repeat, fold) =>
    regressionOn(sample, foldRows(foldings[repeat], fold, 'outside')),
  );
  const sources = judgingSources(sample).map((labels, j): SourceProblem => {
    const rows = rowsWhere(labels.hasPreference);
    // A source that judged everything shares its regressions with those over all rows.
    const judgedAll = rows.length === sample.x.rows;
    const regression = (repeat: number, fold: number): Regression =>
      judgedAll
        ? everyoneOutside(repeat, fold)
        : regressionOn(sample, onlyWhere(labels.hasPreference, foldings[repeat], fold));
    const model =
      known?.[j].model ??
      once(() => (judgedAll ? everyone() : regressionOn(sample, rows)).fit(labels.preferenceGain));
    return {
      labels,
      rows,
      pairing: pairingOf(sample, labels),
      propensity: preferencePropensity(sample, labels),
      model,
      modelOutside:
        known?.[j].modelOutside ??
        perFold((repeat, fold) => {
          const outside = regression(repeat, fold);
          // Of very few labels all may stand in one fold.
          return outside.rows.length === 0 ? model() : outside.fit(labels.preferenceGain);
        }),
    };
  });
  const goldOutside = perFold((repeat, fold) =>
    goldRegression(sample, onlyWhere(sample.hasGold, foldings[repeat], fold)),
  );
  const crossFit = (repeat: number, modelOutside: SourceProblem['modelOutside']): Float64Array => {
    const fitted = new Float64Array(sample.x.rows);
    for (let fold = 0; fold < FOLD_COUNT; fold++) {
      scatter(fitted, foldRows(foldings[repeat], fold, 'inside'), sample.x, modelOutside(repeat, fold));
    }
    return fitted;
  };
  return {
    sample,
    foldings,
    learner,
    biasLearner,
    goldRows,
    goldWeights: inverseProbabilityWeights(sample.propensity, goldRows),
    sources,
    everyone,
    everyoneOutside,
    gold: once(() => goldRegression(sample, goldRows)),
    goldOutside,
    outcomes: perRepeat((repeat) => ({
      gold: crossFit(repeat, (_, fold) => goldOutside(repeat, fold).fit(sample.goldGain)),
      preferences: sources.map((source) => crossFit(repeat, source.modelOutside)),
    })),
    surrogate: perRepeat((repeat) => crossFitSurrogate(sample, sources, foldings[repeat])),
  };
}

function allRows(sample: Sample): Int32Array {
  return Int32Array.from({ length: sample.x.rows }, (_, i) => i);
}

/** The rows outside a fold that carry a label. */
function onlyWhere(flags: Uint8Array, folds: Int32Array, fold: number): Int32Array {
  return foldRows(folds, fold, 'outside').filter((i) => flags[i] === 1);
}

/** A column on which the penalty hardly acts: standardised, then scaled up. */
const NEARLY_FREE = 5;

function crossFitSurrogate(
  sample: Sample,
  sources: readonly SourceProblem[],
  folds: Int32Array,
): Float64Array {
  const verdicts = sources
    .filter((source) => source.pairing.isFullyPaired)
    .flatMap(({ labels: { preferenceGain: y } }) => [nearlyFreeColumn(y), nearlyFreeColumn(y.map(Math.abs))]);
  const columns = { ...sample, x: joinColumns([sample.x, ...verdicts]) };
  const fitted = new Float64Array(sample.x.rows);
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const model = goldRegression(columns, onlyWhere(sample.hasGold, folds, fold)).fit(sample.goldGain);
    scatter(fitted, foldRows(folds, fold, 'inside'), columns.x, model);
  }
  return fitted;
}

export function nearlyFreeColumn(values: Float64Array): Matrix {
  const { shift, factor } = nearlyFreeScale(values);
  return { rows: values.length, cols: 1, data: values.map((v) => (v - shift) * factor) };
}

/** shift and factor that standardise a column (population standard deviation) and scale it up. */
export function nearlyFreeScale(values: Float64Array): { shift: number; factor: number } {
  return { shift: mean(values), factor: NEARLY_FREE / (standardDeviation(values, 0) + 1e-9) };
}

function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: compute() }).value;
}

function perRepeat<T>(compute: (repeat: number) => T): (repeat: number) => T {
  const kept = new Map<number, T>();
  return (repeat) => {
    const known = kept.get(repeat);
    if (known !== undefined) return known;
    const value = compute(repeat);
    kept.set(repeat, value);
    return value;
  };
}

function perFold<T>(compute: (repeat: number, fold: number) => T): (repeat: number, fold: number) => T {
  const kept = perRepeat((repeat) => perRepeat((fold) => compute(repeat, fold)));
  return (repeat, fold) => kept(repeat)(fold);
}
