import type { Arena } from './arena.ts';
import { factorRidge, rowStart, solveFactored } from './ridge-factor.ts';

/**
 * Ridge regression from second moments alone: Σ w z zᵀ and Σ w z y of each fold, z = (1, x). The same model as
 * `learners/ridge` at the same penalty: a free intercept, λ = (Σ w) · 10^exponent.
 */
export interface FoldRegression {
  /** Also the name of its penalty: the folds of a regression share one. */
  readonly name: string;
  readonly gram: FoldGram;
  /** So many rows that a training would hardly choose another penalty: a draw keeps the one chosen with all weights 1. */
  readonly isPlentiful?: boolean;
  /** For each fold, m: Σ w z y. */
  readonly crosses: readonly Float64Array[];
}

/**
 * Σ w z zᵀ by fold, lower triangles packed row by row, with the factors of it that were asked for: regressions on the same
 * rows share them.
 */
export interface FoldGram {
  /** m: the intercept and the features. */
  readonly size: number;
  /** One a fold, the intercept first; only the corner of m × m is z. */
  readonly folds: readonly Float64Array[];
  /** θ over all folds; 0 where no row carries weight. */
  readonly solve: (exponent: number, cross: Float64Array) => Float64Array;
  /** All weight stands in one fold: of very few labels it may. */
  readonly isAllIn: (fold: number) => boolean;
  /** θ over all folds but one. */
  readonly solveWithout: (fold: number, exponent: number, cross: Float64Array) => Float64Array;
}

export function foldGram(folds: readonly Float64Array[], size: number, arena: Arena): FoldGram {
  const length = rowStart(size);
  let sum: Float64Array | undefined;
  const total = (): Float64Array => (sum ??= addUp(folds, arena.take(length)));
  const outside: (Float64Array | undefined)[] = folds.map(() => undefined);
  const outsideOf = (fold: number): Float64Array =>
    (outside[fold] ??= subtract(total(), folds[fold], arena.take(length)));
  const factors = new Map<string, Float64Array>();
  const factor = (key: string, gram: () => Float64Array, exponent: number): Float64Array => {
    const known = factors.get(key) ?? factorRidge(gram(), size, exponent, arena.take(length));
    factors.set(key, known);
    return known;
  };
  const solve = (exponent: number, cross: Float64Array): Float64Array =>
    total()[0] > 0 ? solveFactored(factor(`${exponent}`, total, exponent), cross) : new Float64Array(size);
  return {
    size,
    folds,
    solve,
    solveWithout: (fold, exponent, cross) =>
      solveFactored(
        factor(`${exponent}/${fold}`, () => outsideOf(fold), exponent),
        cross,
      ),
    isAllIn: (fold) => !(outsideOf(fold)[0] > 1e-9 * total()[0]),
  };
}

/**
 * Exponents by name of the regression. Those that are not there yet are chosen by the least held-out error over the folds
 * and kept.
 */
export interface PenaltyBook {
  readonly exponents: Map<string, number>;
  /** Where a draw starts to look: the exponents chosen with all weights 1. Absent: every exponent is tried. */
  readonly base?: ReadonlyMap<string, number>;
}

const STEP = 0.5;
const LEAST = -3;
const EXPONENTS: readonly number[] = Array.from({ length: 13 }, (_, i) => LEAST + i * STEP);

/**
 * Weights from Exp(1) have E w² = 2 (E w)²: the noise of a weighted cross product has twice the variance that it has in the
 * data, and the best penalty is twice as large. Half of what a draw chooses shrinks as much as a choice on data does.
 */
const NOISE_OF_WEIGHTS = Math.log10(2);

/** θ = (intercept, coefficients). */
export function fitFolds(regression: FoldRegression, book: PenaltyBook): Float64Array {
  return regression.gram.solve(penaltyOf(regression, book), addAll(regression.crosses));
}

/** For each fold the θ of all the others. */
export function fitWithoutEach(regression: FoldRegression, book: PenaltyBook): Float64Array[] {
  return solveWithoutEach(regression, addAll(regression.crosses), penaltyOf(regression, book));
}

function penaltyOf(regression: FoldRegression, { exponents, base }: PenaltyBook): number {
  const { name, isPlentiful = false } = regression;
  const kept = base?.get(name);
  const choose = (): number => {
    if (kept === undefined) return leastOf(EXPONENTS, heldOutError(regression));
    return isPlentiful ? kept : descend(kept, heldOutError(regression)) - NOISE_OF_WEIGHTS;
  };
  const exponent = exponents.get(name) ?? choose();
  exponents.set(name, exponent);
  return exponent;
}

/** Held-out error over the folds up to a constant, all of it from moments: Σ w (y − zθ)² = const − 2 θᵀc + θᵀGθ. */
function heldOutError(regression: FoldRegression): (exponent: number) => number {
  const { gram, crosses } = regression;
  const cross = addAll(crosses);
  return (exponent) => {
    let error = 0;
    solveWithoutEach(regression, cross, exponent).forEach((theta, fold) => {
      error += quadratic(gram.folds[fold], theta) - 2 * dot(crosses[fold], theta);
    });
    return error;
  };
}

function leastOf(exponents: readonly number[], errorAt: (exponent: number) => number): number {
  const errors = exponents.map(errorAt);
  return exponents[errors.indexOf(Math.min(...errors))];
}

/** From a start to the nearest exponent of the grid that is better than both its neighbours. */
function descend(start: number, errorAt: (exponent: number) => number): number {
  let best = start;
  let least = errorAt(start);
  for (const step of [STEP, -STEP]) {
    for (;;) {
      const next = best + step;
      if (next < LEAST || next > EXPONENTS[EXPONENTS.length - 1]) break;
      const error = errorAt(next);
      if (!(error < least)) break;
      best = next;
      least = error;
    }
    // Downhill on one side is uphill on the other.
    if (best !== start) break;
  }
  return best;
}

function solveWithoutEach(
  { gram, crosses }: FoldRegression,
  cross: Float64Array,
  exponent: number,
): Float64Array[] {
  return crosses.map((own, fold) =>
    gram.isAllIn(fold)
      ? gram.solve(exponent, cross)
      : gram.solveWithout(fold, exponent, subtract(cross, own, new Float64Array(own.length))),
  );
}

/** The sum of the parts, as far as `out` goes. */
function addUp(parts: readonly Float64Array[], out: Float64Array): Float64Array {
  out.set(parts[0].subarray(0, out.length));
  for (const part of parts.slice(1)) addScaled(out, 1, part);
  return out;
}

/** a − b, as far as a goes. */
function subtract(a: Float64Array, b: Float64Array, out: Float64Array): Float64Array {
  for (let i = 0; i < a.length; i++) out[i] = a[i] - b[i];
  return out;
}

/** sum += factor · part, as far as the sum goes. */
export function addScaled(sum: Float64Array, factor: number, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += factor * part[i];
}

export function addAll(parts: readonly Float64Array[]): Float64Array {
  return addUp(parts, new Float64Array(parts[0].length));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** θᵀGθ for the corner of G, packed. */
export function quadratic(gram: Float64Array, theta: Float64Array): number {
  return dot(theta, times(gram, theta));
}

/** Gθ for the corner of G, packed. */
export function times(gram: Float64Array, theta: Float64Array): Float64Array {
  const m = theta.length;
  const out = new Float64Array(m);
  let at = 0;
  for (let j = 0; j < m; j++) {
    const own = theta[j];
    let sum = 0;
    for (let k = 0; k < j; k++, at++) {
      sum += gram[at] * theta[k];
      out[k] += gram[at] * own;
    }
    out[j] = sum + gram[at++] * own;
  }
  return out;
}
