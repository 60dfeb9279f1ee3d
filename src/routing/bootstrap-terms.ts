import { rowStart } from '../stats/ridge-factor.ts';
import {
  addAll,
  fitFolds,
  fitWithoutEach,
  foldGram,
  times,
  type FoldGram,
  type FoldRegression,
  type PenaltyBook,
} from '../stats/bootstrap-ridge.ts';
import {
  EVERYONE,
  GOLD,
  judgedBy,
  type CellSet,
  type DrawMoments,
  type FoldMoments,
} from './bootstrap-draw.ts';
import { columnsOf, FOLDS, KIND, type BootstrapProblem, type Columns } from './bootstrap-problem.ts';

/**
 * What the estimators from second moments share. Everything they regress is linear in (1, x, y, |y|, r) and in out-of-fold
 * predictions that are linear themselves, so every Σ w z (target) is a product of moments and coefficients. Notation as in
 * `src/causal`; θ = (intercept, coefficients); what is by fold has one entry a fold.
 */
export interface Terms {
  readonly problem: BootstrapProblem;
  readonly columns: Columns;
  /** Σ w z zᵀ of moments by fold, the first `size` columns. */
  readonly gramOf: (folds: readonly Float64Array[], size: number) => FoldGram;
  readonly of: (set: CellSet, kind: number) => FoldMoments;
  readonly fit: (regression: FoldRegression) => Float64Array;
  /** For each fold the θ of all the others. */
  readonly fitOutOfFold: (regression: FoldRegression) => Float64Array[];
  /** Every prompt once. */
  readonly everyone: FoldMoments;
  /** Gold, weighted by 1/π, and as it is. */
  readonly gold: FoldMoments;
  readonly goldPlain: FoldMoments;
  readonly goldRegression: FoldRegression;
  /** μ̂₁ out of fold. */
  readonly mu1: readonly Float64Array[];
  readonly sources: readonly SourceTerms[];
}

export interface SourceTerms {
  readonly index: number;
  readonly regression: FoldRegression;
  readonly moments: FoldMoments;
  /** η̂_j. */
  readonly eta: Float64Array;
  /** μ̂_j out of fold. */
  readonly mu0: readonly Float64Array[];
  /** η̂_j at the rows of each fold: out of fold where labels are paired. */
  readonly etaAt: readonly Float64Array[];
}

/** @param without the fold of auto's cross-validation whose gold prompts are left out entirely */
export function createTerms(
  problem: BootstrapProblem,
  moments: DrawMoments,
  book: PenaltyBook,
  without: number | null,
): Terms {
  const columns = columnsOf(problem.dim, problem.sources.length);
  const of = (set: CellSet, kind: number): FoldMoments => moments.of(set, kind, without);
  const fitOutOfFold = (regression: FoldRegression): Float64Array[] => fitWithoutEach(regression, book);
  const fit = (regression: FoldRegression): Float64Array => fitFolds(regression, book);
  const gold = of(GOLD, KIND.gold);
  const goldRegression = { name: 'gold', gram: gold.gram, crosses: crossesOf(gold, columns, columns.gold) };
  return {
    problem,
    columns,
    gramOf: (folds, size) => foldGram(folds, size, moments.arena),
    of,
    fit,
    fitOutOfFold,
    everyone: of(EVERYONE, KIND.plain),
    gold,
    goldPlain: of(GOLD, KIND.plain),
    goldRegression,
    mu1: fitOutOfFold(goldRegression),
    sources: problem.sources.map(({ isPaired }, index): SourceTerms => {
      const own = of(judgedBy(index), KIND.plain);
      const regression = {
        name: `preference/${index}`,
        isPlentiful: true,
        gram: own.gram,
        crosses: crossesOf(own, columns, columns.preference(index)),
      };
      const eta = fit(regression);
      const mu0 = fitOutOfFold(regression);
      return {
        index,
        regression,
        moments: own,
        eta,
        mu0,
        etaAt: isPaired ? mu0 : FOLDS.map(() => eta),
      };
    }),
  };
}

/** Σ w a z u_column, by fold. */
export function crossesOf({ folds }: FoldMoments, columns: Columns, column: number): Float64Array[] {
  return folds.map((moments) => crossOf(moments, columns, column));
}

/** Σ w a z u_column: what stands in the row of a column that comes after the features. */
export function crossOf(moments: Float64Array, { features }: Columns, column: number): Float64Array {
  return moments.subarray(rowStart(column), rowStart(column) + features);
}

/** Σ w a u_row u_column, column ≤ row. */
export function momentAt(moments: Float64Array, row: number, column: number): number {
  return moments[rowStart(row) + column];
}

/** Σ w a z (zθ), for θ of each fold. */
export function predictedCrosses({ folds }: FoldMoments, thetas: readonly Float64Array[]): Float64Array[] {
  return folds.map((moments, k) => times(moments, thetas[k]));
}

/** Sums of vectors with factors, by fold. */
export function combineFolds(terms: readonly (readonly [number, readonly Float64Array[]])[]): Float64Array[] {
  return FOLDS.map((k) => combine(terms.map(([factor, folds]) => [factor, folds[k]] as const)));
}

export function combine(terms: readonly (readonly [number, Float64Array])[]): Float64Array {
  const out = new Float64Array(terms[0][1].length);
  for (const [factor, values] of terms) for (let i = 0; i < out.length; i++) out[i] += factor * values[i];
  return out;
}

export function constant(value: number, size: number): Float64Array {
  const theta = new Float64Array(size);
  theta[0] = value;
  return theta;
}

/** Moments of several sets of rows together, by fold. */
export function addMoments(parts: readonly FoldMoments[]): Float64Array[] {
  return FOLDS.map((k) => addAll(parts.map(({ folds }) => folds[k])));
}

/** a / b, and 0 where a draw or a fold left nothing to divide by. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
