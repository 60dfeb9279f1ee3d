import { FOLD_COUNT, makeFolds, type FoldScheme } from '../causal/folds.ts';
import { preferencePropensity, rowsWhere, selectRows, type Sample } from '../causal/sample.ts';
import type { Matrix } from '../core/matrix.ts';
import { createCell, momentsOf, type MomentCell } from '../stats/bootstrap-moments.ts';

/**
 * A training sample as second moments of u = (1, x, y, |y|, r), by fold of cross-fitting, fold of auto's cross-validation
 * and kind of label: all that estimators with ridge heads read. Serialisable, its large parts in shared memory.
 */
export interface BootstrapProblem {
  /** Features. */
  readonly dim: number;
  readonly cells: readonly ProblemCell[];
  /** How many weights a draw needs. */
  readonly units: number;
  readonly goldRows: number;
  readonly pairedRows: number;
  readonly isPaired: boolean;
  readonly isFullyPaired: boolean;
  /** π is the same everywhere: mean-shift then compares plain means. */
  readonly isUniform: boolean;
}

export interface ProblemCell {
  readonly fold: number;
  /** In which fold of auto's cross-validation the prompt is held out; null: it carries no gold. */
  readonly held: number | null;
  readonly label: Label;
  readonly moments: MomentCell;
}

export type Label = 'gold' | 'both' | 'preference';

/**
 * Factors of the moments. p = π/(π + π_pref) is the R-learner's propensity.
 *   plain 1 · gold 1/π · preference 1/π_pref · treatedSquare (1 − p)² · controlSquare p² · product p(1 − p)
 */
export const KINDS = ['plain', 'gold', 'preference', 'treatedSquare', 'controlSquare', 'product'] as const;
export type Kind = (typeof KINDS)[number];

/** Beyond so many multiplications a draw, prompts are weighed in blocks. */
const DIRECT_COST = 60e6;
/** Blocks over all folds for each label: the standard error of a bootstrap standard error is then under 4 %. */
const BLOCKS = 500;

export function createBootstrapProblem(
  sample: Sample,
  scheme: FoldScheme,
  crossValidationScheme: FoldScheme,
): BootstrapProblem {
  if (sample.sources.length > 1) throw new RangeError('createBootstrapProblem: more than one source');
  const hasPreference = preferenceFlags(sample);
  const [folds] = makeFolds(sample, scheme);
  const goldRows = rowsWhere(sample.hasGold);
  const held = heldFolds(sample, goldRows, crossValidationScheme);
  const rows = extendedRows(sample);
  const factors = factorsOf(sample);
  const isBlocked = rows.rows * rows.cols * rows.cols * KINDS.length > 2 * DIRECT_COST;
  const units = new Map<number | string, number>();
  const unitOfGroup = (key: number | string): number => {
    const known = units.get(key) ?? units.size;
    units.set(key, known);
    return known;
  };
  const cells = [...groupRows(sample, hasPreference, folds, held)].map(([name, members]) => {
    const [fold, heldText, label] = name.split('/');
    const chosen = Int32Array.from(members);
    return {
      fold: Number(fold),
      held: heldText === '' ? null : Number(heldText),
      label: labelOf(label),
      moments: createCell(
        rows,
        {
          rows: chosen,
          group: chosen.map((i) => sample.group[i]),
          factors: factors.map((f) => Float64Array.from(chosen, (i) => f[i])),
        },
        // A prompt that is here twice under different labels needs one weight, which blocks cannot give it.
        isBlocked && !name.endsWith('/mixed')
          ? Math.ceil(BLOCKS / (FOLD_COUNT * (heldText === '' ? 1 : FOLD_COUNT)))
          : 0,
        unitOfGroup,
        name,
      ),
    };
  });
  const pairedRows = goldRows.filter((i) => hasPreference[i] === 1).length;
  return {
    dim: sample.x.cols,
    cells,
    units: units.size,
    goldRows: goldRows.length,
    pairedRows,
    isPaired: pairedRows > 0,
    isFullyPaired: pairedRows > 0 && hasPreference.every((h) => h === 1),
    isUniform: sample.propensity.every((p) => p === sample.propensity[0]),
  };
}

/** For each row, the fold in which its prompt is held out of auto's cross-validation; −1: it carries no gold. */
function heldFolds(sample: Sample, goldRows: Int32Array, scheme: FoldScheme): Int32Array {
  const [ofGold] = makeFolds(selectRows(sample, goldRows), scheme);
  const ofGroup = new Map<number, number>();
  goldRows.forEach((row, i) => ofGroup.set(sample.group[row], ofGold[i]));
  return sample.group.map((group) => ofGroup.get(group) ?? -1);
}

/** Rows by "fold/held/label", with "/mixed" behind where a prompt occurs under several labels. */
function groupRows(
  sample: Sample,
  hasPreference: Uint8Array,
  folds: Int32Array,
  held: Int32Array,
): Map<string, number[]> {
  const labelAt = (i: number): Label =>
    sample.hasGold[i] === 0 ? 'preference' : hasPreference[i] === 1 ? 'both' : 'gold';
  const labelOfGroup = new Map<number, Label | 'mixed'>();
  sample.group.forEach((group, i) => {
    const label = labelAt(i);
    const known = labelOfGroup.get(group) ?? label;
    labelOfGroup.set(group, known === label ? label : 'mixed');
  });
  const cells = new Map<string, number[]>();
  folds.forEach((fold, i) => {
    const mixed = labelOfGroup.get(sample.group[i]) === 'mixed' ? '/mixed' : '';
    const name = `${fold}/${held[i] < 0 ? '' : held[i]}/${labelAt(i)}${mixed}`;
    const members = cells.get(name) ?? [];
    members.push(i);
    cells.set(name, members);
  });
  return cells;
}

function preferenceFlags(sample: Sample): Uint8Array {
  return sample.sources.at(0)?.hasPreference ?? new Uint8Array(sample.x.rows);
}

function labelOf(text: string): Label {
  return text === 'gold' || text === 'both' ? text : 'preference';
}

/** u = (1, x, y, |y|, r), 0 where a label is absent: no moment of an absent label is ever read. */
function extendedRows(sample: Sample): Matrix {
  const { rows, cols } = sample.x;
  const source = sample.sources.at(0);
  const q = cols + 4;
  const data = new Float64Array(rows * q);
  for (let i = 0; i < rows; i++) {
    const at = i * q;
    data[at] = 1;
    data.set(sample.x.data.subarray(i * cols, (i + 1) * cols), at + 1);
    if (source?.hasPreference[i] === 1) {
      data[at + cols + 1] = source.preferenceGain[i];
      data[at + cols + 2] = Math.abs(source.preferenceGain[i]);
    }
    if (sample.hasGold[i] === 1) data[at + cols + 3] = sample.goldGain[i];
  }
  return { rows, cols: q, data };
}

function factorsOf(sample: Sample): Float64Array[] {
  const { propensity } = sample;
  const source = sample.sources.at(0);
  const preference =
    source === undefined ? new Float64Array(sample.x.rows) : preferencePropensity(sample, source);
  const p = propensity.map((pi, i) => pi / (pi + preference[i]));
  const of: Record<Kind, Float64Array> = {
    plain: new Float64Array(propensity.length).fill(1),
    gold: propensity.map((pi) => 1 / pi),
    // Where nobody could have had a preference none is read.
    preference: preference.map((v) => (v > 0 ? 1 / v : 0)),
    treatedSquare: p.map((v) => (1 - v) ** 2),
    controlSquare: p.map((v) => v ** 2),
    product: p.map((v) => v * (1 - v)),
  };
  return KINDS.map((kind) => of[kind]);
}

/** Moments of one draw: by cell, worked out when first asked for. */
export interface DrawMoments {
  /**
   * Σ over the cells of a fold whose label is one of `labels`, without those held out in `without`.
   * q × q, q = dim + 4, row-major; zeros where there is no such cell.
   */
  readonly sum: (fold: number, labels: readonly Label[], kind: Kind, without: number | null) => Float64Array;
  /** The gold held out in one fold of auto's cross-validation, weighted by 1/π. */
  readonly heldGold: (held: number) => Float64Array;
}

export function drawMoments(problem: BootstrapProblem, weights: Float64Array): DrawMoments {
  const q = problem.dim + 4;
  const kept = new Map<string, Float64Array>();
  const ofCell = (index: number, kind: Kind): Float64Array => {
    const key = `${index}/${kind}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const value = momentsOf(problem.cells[index].moments, KINDS.indexOf(kind), weights, () =>
      ofCell(index, 'plain'),
    );
    kept.set(key, value);
    return value;
  };
  const addCells = (
    sum: Float64Array,
    sign: 1 | -1,
    kind: Kind,
    isWanted: (cell: ProblemCell) => boolean,
  ): Float64Array => {
    problem.cells.forEach((cell, index) => {
      if (!isWanted(cell)) return;
      const moments = ofCell(index, kind);
      for (let i = 0; i < sum.length; i++) sum[i] += sign * moments[i];
    });
    return sum;
  };
  const totals = new Map<string, Float64Array>();
  const total = (fold: number, labels: readonly Label[], kind: Kind): Float64Array => {
    const key = `${fold}/${labels.join('+')}/${kind}`;
    const known = totals.get(key);
    if (known !== undefined) return known;
    const sum = addCells(
      new Float64Array(q * q),
      1,
      kind,
      (cell) => cell.fold === fold && labels.includes(cell.label),
    );
    totals.set(key, sum);
    return sum;
  };
  return {
    sum: (fold, labels, kind, without) => {
      const all = total(fold, labels, kind);
      const isOut = (cell: ProblemCell): boolean =>
        cell.fold === fold && cell.held === without && labels.includes(cell.label);
      if (without === null || !problem.cells.some(isOut)) return all;
      return addCells(Float64Array.from(all), -1, kind, isOut);
    },
    heldGold: (held) =>
      addCells(
        new Float64Array(q * q),
        1,
        'gold',
        (cell) => cell.held === held && cell.label !== 'preference',
      ),
  };
}
