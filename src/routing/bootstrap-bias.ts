import { addAll, times } from '../stats/bootstrap-ridge.ts';
import { GOLD, judgedBy, pairedBy } from './bootstrap-draw.ts';
import { FOLDS, KIND } from './bootstrap-problem.ts';
import {
  addMoments,
  combineFolds,
  constant,
  crossesOf,
  momentAt,
  predictedCrosses,
  ratio,
  type SourceTerms,
  type Terms,
} from './bootstrap-terms.ts';

/** Δ̂_j from second moments: `causal/bias`, once more. Each gives the θ that corrects the rows of each fold. */
export type MomentBias = (terms: Terms, source: SourceTerms) => readonly Float64Array[];

/** Δ̂ by one number, the mean bias of the source. */
export const meanShiftBias: MomentBias = (terms, source) => {
  const shift = constant(meanShift(terms, source), terms.columns.features);
  return FOLDS.map(() => shift);
};

/** Of the differences where labels are paired; else of the means, or, where π varies, of gold against η̂ at the same prompts. */
function meanShift(terms: Terms, source: SourceTerms): number {
  const { problem, columns, of, gold, goldPlain } = terms;
  const y = columns.preference(source.index);
  const r = columns.gold;
  if (problem.sources[source.index].isPaired) {
    const pairs = addAll(of(pairedBy(source.index), KIND.gold).folds);
    return meanOf(pairs, r) - meanOf(pairs, y);
  }
  if (problem.isUniform) {
    return meanOf(addAll(goldPlain.folds), r) - meanOf(addAll(source.moments.folds), y);
  }
  const g = addAll(gold.folds);
  const [expected] = times(g, source.eta);
  return meanOf(g, r) - ratio(expected, g[0]);
}

/** Weighted mean of a column of u. */
function meanOf(moments: Float64Array, column: number): number {
  return ratio(momentAt(moments, column, 0), moments[0]);
}

/**
 * R-learner. Over the rows of both mechanisms Σ w (t − p)(o − p μ̂₁ − (1 − p) μ̂_j) z is put together from the moments weighted
 * by (1 − p)², p² and p(1 − p): (1 − p) = (1 − p)² + p(1 − p) and p = p² + p(1 − p).
 */
export const rLearnerBias: MomentBias = (terms, source) => {
  const { columns, gramOf, of, mu1, fitOutOfFold } = terms;
  const { index, mu0 } = source;
  const treated = of(GOLD, KIND.treatedSquare(index));
  const treatedProduct = of(GOLD, KIND.product(index));
  const control = of(judgedBy(index), KIND.controlSquare(index));
  const controlProduct = of(judgedBy(index), KIND.product(index));
  const r = columns.gold;
  const y = columns.preference(index);
  return fitOutOfFold({
    name: `r-learner/${index}`,
    gram: gramOf(addMoments([treated, control]), columns.features),
    crosses: combineFolds([
      [1, crossesOf(treated, columns, r)],
      [1, crossesOf(treatedProduct, columns, r)],
      [-1, predictedCrosses(treatedProduct, mu1)],
      [-1, predictedCrosses(treated, mu0)],
      [-1, crossesOf(control, columns, y)],
      [-1, crossesOf(controlProduct, columns, y)],
      [1, predictedCrosses(control, mu1)],
      [1, predictedCrosses(controlProduct, mu0)],
    ]),
  });
};

export const drLearnerBias: MomentBias = (terms, source) =>
  terms.fitOutOfFold({
    name: `dr-learner/${source.index}`,
    gram: terms.everyone.gram,
    crosses: robustCrosses(terms, source),
  });

/** Σ w z φ_j of the doubly robust scores, by fold. */
function robustCrosses(terms: Terms, source: SourceTerms): Float64Array[] {
  const { columns, of, everyone, gold, goldRegression, mu1 } = terms;
  const { index, mu0 } = source;
  const weighted = of(judgedBy(index), KIND.preference(index));
  return combineFolds([
    [1, predictedCrosses(everyone, mu1)],
    [-1, predictedCrosses(everyone, mu0)],
    [1, goldRegression.crosses],
    [-1, predictedCrosses(gold, mu1)],
    [-1, crossesOf(weighted, columns, columns.preference(index))],
    [1, predictedCrosses(weighted, mu0)],
  ]);
}

/** r − y_j on x over the prompts that carry both. */
export const pairedDifferenceBias: MomentBias = (terms, source) => {
  const { columns, of, fitOutOfFold } = terms;
  const both = of(pairedBy(source.index), KIND.gold);
  return fitOutOfFold({
    name: `paired-difference/${source.index}`,
    gram: both.gram,
    crosses: combineFolds([
      [1, crossesOf(both, columns, columns.gold)],
      [-1, crossesOf(both, columns, columns.preference(source.index))],
    ]),
  });
};

/** As in causal/mean-bias. */
const ENOUGH_PAIRS = 20;

/** Mean Δ_j: of the pairs where there are enough, else of the doubly robust scores. */
export function meanBias(terms: Terms, source: SourceTerms): number {
  const { problem, columns, of, everyone } = terms;
  if (problem.sources[source.index].pairedRows >= ENOUGH_PAIRS) {
    const pairs = addAll(of(pairedBy(source.index), KIND.gold).folds);
    return meanOf(pairs, columns.gold) - meanOf(pairs, columns.preference(source.index));
  }
  return addAll(robustCrosses(terms, source))[0] / addAll(everyone.folds)[0];
}
