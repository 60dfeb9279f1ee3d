import { AppError } from '../core/errors.ts';
import { deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import type { Measured } from '../runtime/manifest.ts';
import { bootstrapWeights, percentileInterval } from '../stats/bootstrap.ts';
import { nonDecreasingHull, type CostQualityPoint } from './cost-quality.ts';
import type { FixedPolicy } from './evaluation.ts';
import { fixedPolicyName } from './fixed-policies.ts';
import { measure } from './measured.ts';
import { prepareStored, type StoredRun } from './evaluate-stored.ts';
import { pairSide, severalSide, type Side } from './compare-sides.ts';
import { heldOutRows } from './many-set.ts';
import { modelNames, SPLIT, type Snapshot } from './snapshot.ts';

/** One of two runs that are laid side by side. */
export interface RunToCompare {
  readonly snapshot: Snapshot;
  readonly run: StoredRun;
}

export interface ComparedCurvePoint {
  /** What the point is reached with: a share of strong calls (two models), or a w. */
  readonly strongShare: number | null;
  readonly w: number | null;
  readonly cost: number;
  readonly quality: number;
  readonly ci95: readonly [number, number];
}

/** A run on the prompts that both are judged on. */
export interface ComparedRun {
  readonly curve: readonly ComparedCurvePoint[];
  /** At the run's own w. */
  readonly point: { readonly w: number; readonly quality: Measured; readonly cost: Measured };
}

export interface ComparedFigure {
  readonly name: string;
  readonly first: Measured;
  readonly second: Measured;
  /** Second minus first, the same prompts redrawn for both. */
  readonly difference: Measured;
}

export interface Comparison {
  /** Test prompts with gold for every model of both runs. */
  readonly n: number;
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  readonly runs: readonly [ComparedRun, ComparedRun];
  readonly fixed: readonly FixedPolicy[];
  /** Hull of the fixed policies. */
  readonly mixtures: readonly CostQualityPoint[];
  readonly figures: readonly ComparedFigure[];
  readonly warnings: readonly Warning[];
}

/** Fewer prompts than this are no comparison. */
const LEAST = 10;

/**
 * Two runs on the same test prompts, with the same draws of the bootstrap for both: a paired comparison, and one picture of
 * quality over cost for routes, cascades and fixed policies. Where gold has no level, quality is the gain over the anchor.
 * @throws AppError `not-enough-data` where the runs share too few test prompts, `usage` where their costs or anchors cannot
 * be compared.
 */
export function compareRuns(first: RunToCompare, second: RunToCompare, seed: number): Comparison {
  if (first.snapshot.costUnit !== second.snapshot.costUnit) {
    throw new AppError(
      'usage',
      'One of the runs counts its costs in dollars and the other in calls: they have no common axis. Give every model ' +
        'prices and every response token counts, or costs, and train again.',
    );
  }
  const rows = commonRows(first.snapshot, second.snapshot);
  const sides = [sideOf(first, rows[0]), sideOf(second, rows[1])] as const;
  const isScored = sides.every((side) => side.qualityUnit === 'gold-score');
  if (!isScored && first.snapshot.anchor !== second.snapshot.anchor) {
    throw new AppError(
      'usage',
      `Gold is a verdict without a level here, and the runs measure gains against different models ` +
        `(${first.snapshot.anchor}, ${second.snapshot.anchor}): they have no common axis.`,
    );
  }
  const unit = new Float64Array(rows[0].length).fill(1);
  const group = Int32Array.from(rows[0], (row) => first.snapshot.group[row]);
  const point = sides.map((side) => side.measure(unit));
  const draws = Array.from(bootstrapWeights(group, deriveSeed(seed, 'compare')), (weights) =>
    sides.map((side) => side.measure(weights)),
  );
  const fixed = fixedPolicies([first.snapshot, second.snapshot], point, draws);
  const described = sides.map((side, s): ComparedRun => {
    const over = (pick: (figures: (typeof point)[number]) => number): Measured =>
      measure(
        pick(point[s]),
        draws.map((draw) => pick(draw[s])),
        'no figure',
      );
    return {
      curve: side.curve.map((at, k) => ({
        ...at,
        ...point[s].curve[k],
        ci95: percentileInterval(draws.map((draw) => draw[s].curve[k].quality)),
      })),
      point: { w: side.w, quality: over((f) => f.routed.quality), cost: over((f) => f.routed.cost) },
    };
  });
  return {
    n: rows[0].length,
    qualityUnit: isScored ? 'gold-score' : 'gain-over-cheap',
    runs: [described[0], described[1]],
    fixed,
    mixtures: nonDecreasingHull(
      fixed.flatMap(({ cost, quality }) =>
        cost.value === null || quality.value === null ? [] : [{ cost: cost.value, quality: quality.value }],
      ),
    ),
    figures: comparedFigures(point, draws),
    warnings: comparisonWarnings(first.snapshot, second.snapshot),
  };
}

function sideOf({ snapshot, run }: RunToCompare, rows: Int32Array): Side {
  const prepared = prepareStored(snapshot, run, 'test');
  return snapshot.models.length === 1 ? pairSide(prepared, rows) : severalSide(prepared, rows);
}

/** The rows of either snapshot for the test prompts that both can be judged on, in the order of the first. */
function commonRows(first: Snapshot, second: Snapshot): readonly [Int32Array, Int32Array] {
  const known = new Map(
    Array.from(heldOutRows(second, SPLIT.test), (row) => [second.promptIds[row], row] as const),
  );
  const common = Array.from(heldOutRows(first, SPLIT.test)).flatMap((row) => {
    const other = known.get(first.promptIds[row]);
    return other === undefined ? [] : [[row, other] as const];
  });
  if (common.length < LEAST) {
    throw new AppError(
      'not-enough-data',
      `The runs share ${common.length} test prompts with gold for all their models; a comparison needs at least ${LEAST}.`,
      { details: { prompts: common.length, needed: LEAST } },
    );
  }
  return [Int32Array.from(common, ([row]) => row), Int32Array.from(common, ([, row]) => row)];
}

type Measurement = ReturnType<Side['measure']>;

/** Every model of either run once. */
function fixedPolicies(
  snapshots: readonly Snapshot[],
  point: readonly Measurement[],
  draws: readonly (readonly Measurement[])[],
): FixedPolicy[] {
  const names = snapshots.map(modelNames);
  const all = [...new Set(names.flat())];
  const isOnePair = all.length === 2;
  return all.map((model) => {
    const s = names.findIndex((of) => of.includes(model));
    const k = names[s].indexOf(model);
    const over = (pick: (at: CostQualityPoint) => number): Measured =>
      measure(
        pick(point[s].fixed[k]),
        draws.map((draw) => pick(draw[s].fixed[k])),
        'no figure',
      );
    return {
      policy: isOnePair ? fixedPolicyName(names[s], k) : `always-${model}`,
      model,
      quality: over((at) => at.quality),
      cost: over((at) => at.cost),
    };
  });
}

function comparedFigures(
  point: readonly Measurement[],
  draws: readonly (readonly Measurement[])[],
): ComparedFigure[] {
  const names = Object.keys(point[0].figures).filter((name) => name in point[1].figures);
  return names.map((name) => {
    const of = (s: number): Measured =>
      measure(
        point[s].figures[name],
        draws.map((draw) => draw[s].figures[name]),
        'not reached by this router',
      );
    const minus = (side: readonly Measurement[]): number | null => {
      const [a, b] = [side[0].figures[name], side[1].figures[name]];
      return a === null || b === null ? null : b - a;
    };
    return {
      name,
      first: of(0),
      second: of(1),
      difference: measure(minus(point), draws.map(minus), 'one of the two has none'),
    };
  });
}

function comparisonWarnings(first: Snapshot, second: Snapshot): Warning[] {
  const warnings: Warning[] = [];
  const dearest = [first, second].map(({ models }) => models.map(({ model }) => model).join(', '));
  if (first.costUnit === 'strong-call' && dearest[0] !== dearest[1]) {
    warnings.push({
      code: 'costs-without-prices',
      message:
        `A cost of 1 is a call of ${dearest[0]} in one run and of ${dearest[1]} in the other. Give prices and token counts ` +
        'to see both in dollars.',
    });
  }
  if (first.isSimulated || second.isSimulated) {
    warnings.push({ code: 'simulated', message: 'Labels of one of the runs come from a simulation.' });
  }
  return warnings;
}
