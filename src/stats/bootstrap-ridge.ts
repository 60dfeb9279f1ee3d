import { solvePositiveDefinite } from './linalg.ts';

/**
 * Ridge regression from second moments alone: Σ w z zᵀ and Σ w z y of each fold, z = (1, x). The same model as
 * `learners/ridge` at the same penalty: a free intercept, λ = (Σ w) · 10^exponent.
 */
export interface FoldRegression {
  /** Also the name of its penalty: the folds of a regression share one. */
  readonly name: string;
  /** For each fold, m × m with the intercept first. */
  readonly grams: readonly Float64Array[];
  /** For each fold, m: Σ w z y. */
  readonly crosses: readonly Float64Array[];
}

/** Exponents by name of the regression; those that are not there yet are chosen and kept. */
export type PenaltyBook = Map<string, number>;

const EXPONENTS: readonly number[] = Array.from({ length: 13 }, (_, i) => -3 + i / 2);

/** θ = (intercept, coefficients). @throws RangeError where the folds together carry no weight. */
export function fitFolds(regression: FoldRegression, book: PenaltyBook): Float64Array {
  return solveRidge(addAll(regression.grams), addAll(regression.crosses), penaltyOf(regression, book));
}

/** For each fold the θ of all the others. */
export function fitWithoutEach(regression: FoldRegression, book: PenaltyBook): Float64Array[] {
  return solveWithoutEach(regression, penaltyOf(regression, book));
}

function penaltyOf(regression: FoldRegression, book: PenaltyBook): number {
  const exponent = book.get(regression.name) ?? choosePenalty(regression);
  book.set(regression.name, exponent);
  return exponent;
}

/** The exponent of least held-out error over the folds, all of it from moments: Σ w (y − zθ)² = const − 2 θᵀc + θᵀGθ. */
function choosePenalty(regression: FoldRegression): number {
  const errors = EXPONENTS.map((exponent) =>
    solveWithoutEach(regression, exponent).reduce(
      (error, theta, fold) =>
        error + quadratic(regression.grams[fold], theta) - 2 * dot(regression.crosses[fold], theta),
      0,
    ),
  );
  return EXPONENTS[errors.indexOf(Math.min(...errors))];
}

function solveWithoutEach({ grams, crosses }: FoldRegression, exponent: number): Float64Array[] {
  const gram = addAll(grams);
  const cross = addAll(crosses);
  return grams.map((own, fold) => solveRidge(less(gram, own), less(cross, crosses[fold]), exponent));
}

function less(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  return out;
}

/** @param gram m × m with the intercept first; @param cross m. */
export function solveRidge(gram: Float64Array, cross: Float64Array, exponent: number): Float64Array {
  const m = cross.length;
  const total = gram[0];
  if (!(total > 0)) throw new RangeError('solveRidge: the rows carry no weight');
  const d = m - 1;
  const penalty = total * 10 ** exponent;
  const centred = new Float64Array(d * d);
  const target = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    const meanJ = gram[j + 1] / total;
    target[j] = cross[j + 1] - meanJ * cross[0];
    for (let k = 0; k < d; k++) centred[j * d + k] = gram[(j + 1) * m + k + 1] - meanJ * gram[k + 1];
    centred[j * d + j] += penalty;
  }
  const theta = new Float64Array(m);
  theta.set(solvePositiveDefinite(centred, target), 1);
  theta[0] = cross[0] / total;
  for (let j = 1; j < m; j++) theta[0] -= (gram[j] / total) * theta[j];
  return theta;
}

export function addAll(parts: readonly Float64Array[]): Float64Array {
  const sum = Float64Array.from(parts[0]);
  for (let p = 1; p < parts.length; p++) for (let i = 0; i < sum.length; i++) sum[i] += parts[p][i];
  return sum;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** θᵀGθ for G m × m. */
export function quadratic(gram: Float64Array, theta: Float64Array): number {
  const m = theta.length;
  let sum = 0;
  for (let j = 0; j < m; j++) {
    let row = 0;
    for (let k = 0; k < m; k++) row += gram[j * m + k] * theta[k];
    sum += theta[j] * row;
  }
  return sum;
}
