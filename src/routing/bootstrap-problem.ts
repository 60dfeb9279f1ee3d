import { FOLD_COUNT, makeFolds, type FoldScheme } from '../causal/folds.ts';
import {
  inverseProbabilityWeights,
  judgingSources,
  pairingOf,
  preferencePropensity,
  rowsWhere,
  selectRows,
  type Pairing,
  type Sample,
  type SourceLabels,
} from '../causal/sample.ts';
import type { Matrix } from '../core/matrix.ts';
import { createCell, type MomentCell } from '../stats/bootstrap-moments.ts';
import { effectiveSampleSize } from '../stats/descriptive.ts';

/**
 * A training sample as second moments of u = (1, x, y_1 … y_J, |y_1| … |y_J|, r), by fold of cross-fitting, fold of auto's
 * cross-validation and kinds of labels: all that estimators with ridge heads read. Serialisable, its large parts in shared
 * memory.
 */
export interface BootstrapProblem {
  /** Features. */
  readonly dim: number;
  readonly cells: readonly ProblemCell[];
  readonly goldRows: number;
  /** The effective number of gold prompts under their weights 1/π. */
  readonly effectiveGold: number;
  /** Those that judged anything. */
  readonly sources: readonly (Pairing & {
    /** How many prompts it judged. */
    readonly rows: number;
  })[];
  /** π is the same everywhere: mean-shift then compares plain means. */
  readonly isUniform: boolean;
}

export interface ProblemCell {
  readonly fold: number;
  /** In which fold of auto's cross-validation the prompt is held out; null: it carries no gold. */
  readonly held: number | null;
  readonly hasGold: boolean;
  /** The sources that judged, one bit each. */
  readonly judges: number;
  readonly moments: MomentCell;
}

/** Of cross-fitting. */
export const FOLDS: readonly number[] = Array.from({ length: FOLD_COUNT }, (_, k) => k);

/** Where things are in u. */
export interface Columns {
  /** 1 and x: what is regressed on. */
  readonly features: number;
  readonly preference: (source: number) => number;
  readonly strength: (source: number) => number;
  readonly gold: number;
  /** Length of u. */
  readonly all: number;
}

export function columnsOf(dim: number, count: number): Columns {
  const features = dim + 1;
  return {
    features,
    preference: (source) => features + source,
    strength: (source) => features + count + source,
    gold: features + 2 * count,
    all: features + 2 * count + 1,
  };
}

/** Factors of the moments, by position. p = π/(π + π_j) is the R-learner's propensity for source j. */
export const KIND = {
  plain: 0,
  /** 1/π. */
  gold: 1,
  /** 1/π_j. */
  preference: (source: number): number => 2 + 4 * source,
  /** (1 − p)². */
  treatedSquare: (source: number): number => 3 + 4 * source,
  /** p². */
  controlSquare: (source: number): number => 4 + 4 * source,
  /** p(1 − p). */
  product: (source: number): number => 5 + 4 * source,
} as const;

/**
 * Numbers what a draw gives one weight: prompts, or blocks of prompts. Heads of one run share a numbering, so that a draw
 * gives a prompt the same weight in each.
 */
export interface UnitNumbers {
  readonly of: (key: number | string) => number;
  readonly count: () => number;
}

export function unitNumbers(): UnitNumbers {
  const known = new Map<number | string, number>();
  return {
    of: (key) => {
      const unit = known.get(key) ?? known.size;
      known.set(key, unit);
      return unit;
    },
    count: () => known.size,
  };
}

/** Beyond so many multiplications a draw, prompts are weighed in blocks. */
const DIRECT_COST = 60e6;
/** Blocks over all folds for each kind of labels: the standard error of a bootstrap standard error is then under 4 %. */
const BLOCKS = 500;

export function createBootstrapProblem(
  sample: Sample,
  scheme: FoldScheme,
  crossValidationScheme: FoldScheme,
  units: UnitNumbers,
): BootstrapProblem {
  const sources = judgingSources(sample);
  const judges = judgesOf(sample, sources);
  const [folds] = makeFolds(sample, scheme);
  const goldRows = rowsWhere(sample.hasGold);
  const held = heldFolds(sample, goldRows, crossValidationScheme);
  const rows = extendedRows(sample, sources);
  const factors = factorsOf(sample, sources);
  const isBlocked = rows.rows * rows.cols * rows.cols * factors.length > 2 * DIRECT_COST;
  const cells = [...groupRows(sample, judges, folds, held)].map(([name, members]): ProblemCell => {
    const [first] = members;
    const chosen = Int32Array.from(members);
    const isHeld = held[first] >= 0;
    return {
      fold: folds[first],
      held: isHeld ? held[first] : null,
      hasGold: sample.hasGold[first] === 1,
      judges: judges[first],
      moments: createCell(
        rows,
        {
          rows: chosen,
          group: chosen.map((i) => sample.group[i]),
          factors: factors.map((f) => Float64Array.from(chosen, (i) => f[i])),
        },
        // A prompt that is here twice under different labels needs one weight, which blocks cannot give it.
        isBlocked && !name.endsWith('/mixed')
          ? Math.ceil(BLOCKS / (FOLD_COUNT * (isHeld ? FOLD_COUNT : 1)))
          : 0,
        units.of,
        name,
      ),
    };
  });
  return {
    dim: sample.x.cols,
    cells,
    goldRows: goldRows.length,
    effectiveGold: effectiveSampleSize(inverseProbabilityWeights(sample.propensity, goldRows)),
    sources: sources.map((labels) => ({
      ...pairingOf(sample, labels),
      rows: rowsWhere(labels.hasPreference).length,
    })),
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

/** Rows by "fold/held/gold/judges", with "/mixed" behind where a prompt occurs under several kinds of labels. */
function groupRows(
  sample: Sample,
  judges: Int32Array,
  folds: Int32Array,
  held: Int32Array,
): Map<string, number[]> {
  const labels = judges.map((mask, i) => 2 * mask + sample.hasGold[i]);
  const labelsOfGroup = new Map<number, number>();
  const mixed = new Set<number>();
  sample.group.forEach((group, i) => {
    if ((labelsOfGroup.get(group) ?? labels[i]) !== labels[i]) mixed.add(group);
    labelsOfGroup.set(group, labels[i]);
  });
  const cells = new Map<string, number[]>();
  folds.forEach((fold, i) => {
    const name = `${fold}/${held[i]}/${labels[i]}${mixed.has(sample.group[i]) ? '/mixed' : ''}`;
    const members = cells.get(name) ?? [];
    members.push(i);
    cells.set(name, members);
  });
  return cells;
}

function judgesOf(sample: Sample, sources: readonly SourceLabels[]): Int32Array {
  return Int32Array.from(sample.hasGold, (_, i) =>
    sources.reduce((mask, { hasPreference }, j) => mask + hasPreference[i] * 2 ** j, 0),
  );
}

/** u of each row, 0 where a label is absent: no moment of an absent label is ever read. */
function extendedRows(sample: Sample, sources: readonly SourceLabels[]): Matrix {
  const { rows, cols } = sample.x;
  const columns = columnsOf(cols, sources.length);
  const data = new Float64Array(rows * columns.all);
  for (let i = 0; i < rows; i++) {
    const at = i * columns.all;
    data[at] = 1;
    data.set(sample.x.data.subarray(i * cols, (i + 1) * cols), at + 1);
    sources.forEach(({ hasPreference, preferenceGain }, j) => {
      if (hasPreference[i] !== 1) return;
      data[at + columns.preference(j)] = preferenceGain[i];
      data[at + columns.strength(j)] = Math.abs(preferenceGain[i]);
    });
    if (sample.hasGold[i] === 1) data[at + columns.gold] = sample.goldGain[i];
  }
  return { rows, cols: columns.all, data };
}

/** In the order of KIND. */
function factorsOf(sample: Sample, sources: readonly SourceLabels[]): Float64Array[] {
  const { propensity } = sample;
  return [
    new Float64Array(propensity.length).fill(1),
    propensity.map((pi) => 1 / pi),
    ...sources.flatMap((source) => {
      const preference = preferencePropensity(sample, source);
      const p = propensity.map((pi, i) => pi / (pi + preference[i]));
      return [
        // Where nobody could have had a preference none is read.
        preference.map((v) => (v > 0 ? 1 / v : 0)),
        p.map((v) => (1 - v) ** 2),
        p.map((v) => v ** 2),
        p.map((v) => v * (1 - v)),
      ];
    }),
  ];
}
