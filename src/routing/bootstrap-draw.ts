import type { Arena } from '../stats/arena.ts';
import { momentsOf } from '../stats/bootstrap-moments.ts';
import { addScaled, foldGram, type FoldGram } from '../stats/bootstrap-ridge.ts';
import { rowStart } from '../stats/ridge-factor.ts';
import { columnsOf, FOLDS, KIND, type BootstrapProblem, type ProblemCell } from './bootstrap-problem.ts';

/** Some of the cells of a problem. */
export interface CellSet {
  readonly name: string;
  readonly has: (cell: ProblemCell) => boolean;
}

const judged = (cell: ProblemCell, source: number): boolean => (cell.judges & (1 << source)) !== 0;

export const EVERYONE: CellSet = { name: 'everyone', has: () => true };
export const GOLD: CellSet = { name: 'gold', has: (cell) => cell.hasGold };
export const judgedBy = (source: number): CellSet => ({
  name: `judged/${source}`,
  has: (cell) => judged(cell, source),
});
/** With gold and judged. */
export const pairedBy = (source: number): CellSet => ({
  name: `paired/${source}`,
  has: (cell) => cell.hasGold && judged(cell, source),
});
/** Without gold, and judged by exactly these sources. */
export const aloneBy = (judges: number): CellSet => ({
  name: `alone/${judges}`,
  has: (cell) => !cell.hasGold && cell.judges === judges,
});

/** Moments Σ w a u uᵀ of some cells, by fold, packed; zeros where there is no such cell. */
export interface FoldMoments {
  readonly folds: readonly Float64Array[];
  /** Of (1, x). */
  readonly gram: FoldGram;
}

/** The moments of one draw, worked out when first asked for and kept. */
export interface DrawMoments {
  readonly arena: Arena;
  /** @param without a fold of auto's cross-validation whose prompts are left out; null: none */
  readonly of: (set: CellSet, kind: number, without: number | null) => FoldMoments;
  /** The gold held out in one fold of auto's cross-validation, weighted by 1/π. */
  readonly heldGold: (held: number) => Float64Array;
}

/** @param arena where the moments are kept: they are valid until it is reset */
export function drawMoments(problem: BootstrapProblem, weights: Float64Array, arena: Arena): DrawMoments {
  const { cells } = problem;
  const { features, all } = columnsOf(problem.dim, problem.sources.length);
  const ofCell: (key: string, index: number, kind: number) => Float64Array = remembered((_, index, kind) =>
    momentsOf(cells[index].moments, kind, weights, () => ofCell(`${index}/${KIND.plain}`, index, KIND.plain)),
  );
  const add = (total: Float64Array, sign: 1 | -1, kind: number, members: readonly number[]): Float64Array => {
    for (const index of members) addScaled(total, sign, ofCell(`${index}/${kind}`, index, kind));
    return total;
  };
  const scaled = (moments: Float64Array, factor: number): Float64Array => {
    const copy = arena.take(moments.length);
    for (let i = 0; i < copy.length; i++) copy[i] = factor * moments[i];
    return copy;
  };
  const zeros = (): Float64Array => arena.take(rowStart(all)).fill(0);
  const inFold = (members: readonly number[], fold: number): number[] =>
    members.filter((index) => cells[index].fold === fold);
  // Sets of the same cells are one set: with every prompt judged, for instance, those who were judged and everyone.
  const membersOf = remembered((_: string, set: CellSet) =>
    cells.flatMap((cell, index) => (set.has(cell) ? [index] : [])),
  );
  const fromFolds = (folds: readonly Float64Array[]): FoldMoments => ({
    folds,
    gram: foldGram(folds, features, arena),
  });
  const sums = remembered(
    (_: string, members: readonly number[], kind: number, without: number | null): FoldMoments => {
      const factor = commonFactor(problem, members, kind);
      if (kind !== KIND.plain && factor !== null) {
        const plain = momentsFor(members, KIND.plain, without);
        return fromFolds(plain.folds.map((moments) => scaled(moments, factor)));
      }
      if (without === null) {
        return fromFolds(FOLDS.map((fold) => add(zeros(), 1, kind, inFold(members, fold))));
      }
      const whole = momentsFor(members, kind, null);
      const out = members.filter((index) => cells[index].held === without);
      return fromFolds(
        whole.folds.map((moments, fold) => add(scaled(moments, 1), -1, kind, inFold(out, fold))),
      );
    },
  );
  const momentsFor = (members: readonly number[], kind: number, without: number | null): FoldMoments =>
    sums(`${members.join()}/${kind}/${without}`, members, kind, without);
  return {
    arena,
    of: (set, kind, without) => {
      const members = membersOf(set.name, set);
      const isTouched = members.some((index) => cells[index].held === without);
      return momentsFor(members, kind, isTouched ? without : null);
    },
    heldGold: (held) =>
      add(
        zeros(),
        1,
        KIND.gold,
        cells.flatMap((cell, index) => (cell.held === held && cell.hasGold ? [index] : [])),
      ),
  };
}

/** The factor of a kind where it is the same number for all these cells. */
function commonFactor({ cells }: BootstrapProblem, members: readonly number[], kind: number): number | null {
  const [first, ...others] = members.map((index) => cells[index].moments.factors[kind]);
  return typeof first === 'number' && others.every((factor) => factor === first) ? first : null;
}

/** Keeps what was worked out under a key. */
function remembered<Rest extends readonly unknown[], Value>(
  compute: (key: string, ...rest: Rest) => Value,
): (key: string, ...rest: Rest) => Value {
  const known = new Map<string, Value>();
  return (key, ...rest) => {
    const value = known.get(key) ?? compute(key, ...rest);
    known.set(key, value);
    return value;
  };
}
