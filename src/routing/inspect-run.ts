import { intervalOfMean } from '../causal/mean-bias.ts';
import { featuresOf } from '../features/block-rows.ts';
import { mean } from '../stats/descriptive.ts';
import { CURVE_SHARES } from './evaluation.ts';
import type { Candidate } from './evaluation-draw.ts';
import { policyCurveOf } from './many-policies.ts';
import { candidatesOf, pairCandidates } from './evaluate-run.ts';
import { prepareStored, type StoredRun } from './evaluate-stored.ts';
import { evaluationSet, type EvaluationSet } from './evaluation-set.ts';
import { gainAtShares, gainCurve, rankByGain } from './gain-curve.ts';
import { manySet } from './many-set.ts';
import { promptIntervals } from './prompt-intervals.ts';
import { pairOf, type Snapshot } from './snapshot.ts';

/**
 * What lies behind an evaluation, to be looked at: the curve of every candidate, calibration, and the held-out prompts one
 * by one. Reads gold of held-out prompts only, as evaluation may.
 */
export interface Inspection {
  readonly n: number;
  /** Quality and mean cost at each of CURVE_SHARES, by candidate; the first is the run's router. */
  readonly curves: Readonly<Record<string, readonly InspectedPoint[]>>;
  /** Of more than two models, in place of the curves: quality and mean cost over w. */
  readonly policyCurves: Readonly<Record<string, readonly InspectedPolicy[]>>;
  readonly calibration: readonly CalibrationBin[];
  /** For each held-out prompt with gold, in the order of the snapshot. */
  readonly rows: Int32Array;
  readonly predictedGain: Float64Array;
  /** Of each predicted gain, from refits on redrawn labels; null where there are none. */
  readonly predictedCi95: readonly (readonly [number, number])[] | null;
  readonly goldGain: Float64Array;
}

export interface InspectedPoint {
  readonly strongShare: number;
  readonly quality: number;
  readonly cost: number;
}

export interface InspectedPolicy {
  readonly w: number;
  readonly quality: number;
  readonly cost: number;
}

export interface CalibrationBin {
  readonly n: number;
  readonly meanPredicted: number;
  readonly meanGold: number;
  readonly ci95: readonly [number, number] | null;
}

const MOST_BINS = 10;
/** Fewer prompts a bin than this give intervals that say nothing. */
const LEAST_IN_BIN = 10;

export function inspectStored(snapshot: Snapshot, run: StoredRun, split: 'test' | 'dev'): Inspection {
  if (snapshot.models.length > 1) return inspectSeveral(snapshot, run, split);
  const set = evaluationSet(pairOf(snapshot), split);
  if (set.rows.length === 0) return { ...NOTHING, rows: set.rows };
  const prepared = prepareStored(snapshot, run, split);
  const { router, others } = pairCandidates(prepared, set.rows);
  const oracle: Candidate = { name: 'oracle', predicted: set.gain };
  const random: Candidate = { name: 'random', predicted: new Float64Array(set.rows.length) };
  return {
    n: set.rows.length,
    curves: Object.fromEntries(
      [router, ...others, oracle, random].map((candidate) => [candidate.name, pointsOf(candidate, set)]),
    ),
    policyCurves: {},
    calibration: calibrationBins(router.predicted, set.gain),
    rows: set.rows,
    predictedGain: router.predicted,
    predictedCi95:
      run.refits === undefined || run.refits.length === 0
        ? null
        : promptIntervals(run.refits, featuresOf(prepared.prepared, prepared.blocks, set.rows)),
    goldGain: set.gain,
  };
}

const NOTHING: Inspection = {
  n: 0,
  curves: {},
  policyCurves: {},
  calibration: [],
  rows: new Int32Array(0),
  predictedGain: new Float64Array(0),
  predictedCi95: null,
  goldGain: new Float64Array(0),
};

/** Gains of several models have no one ranking: the curves over w are what there is to see. */
function inspectSeveral(snapshot: Snapshot, run: StoredRun, split: 'test' | 'dev'): Inspection {
  const set = manySet(snapshot, split);
  if (set.rows.length === 0) return NOTHING;
  const { router, others } = candidatesOf(prepareStored(snapshot, run, split), set.rows);
  const oracle = { name: 'oracle', predicted: set.gains.slice(0, -1) };
  return {
    ...NOTHING,
    n: set.rows.length,
    policyCurves: Object.fromEntries(
      [router, ...others, oracle].map((candidate) => [candidate.name, policyCurveOf(set, candidate)]),
    ),
  };
}

/** A candidate that ties everything goes up evenly: that is random routing. */
function pointsOf(candidate: Candidate, set: EvaluationSet): InspectedPoint[] {
  const unit = new Float64Array(set.rows.length).fill(1);
  const ranking = rankByGain(candidate.predicted);
  const gain = gainAtShares(gainCurve(ranking, set.gain, unit), CURVE_SHARES);
  const extraCost = gainAtShares(gainCurve(ranking, set.extraCost, unit), CURVE_SHARES);
  const baseCost = mean(set.cheapCost);
  const baseQuality = mean(set.cheapQuality);
  return CURVE_SHARES.map((strongShare, k) => ({
    strongShare,
    quality: baseQuality + gain[k],
    cost: baseCost + extraCost[k],
  }));
}

/** Mean gold gain in equal parts of the ranking by predicted gain. */
export function calibrationBins(predicted: Float64Array, gold: Float64Array): CalibrationBin[] {
  const order = Array.from(predicted.keys()).sort((a, b) => predicted[a] - predicted[b] || a - b);
  const count = Math.min(MOST_BINS, Math.floor(order.length / LEAST_IN_BIN));
  return Array.from({ length: count }, (_, k) => {
    const rows = order.slice(
      Math.floor((k * order.length) / count),
      Math.floor(((k + 1) * order.length) / count),
    );
    const unit = new Float64Array(rows.length).fill(1);
    const { mean: meanGold, ci95 } = intervalOfMean(
      Float64Array.from(rows, (i) => gold[i]),
      unit,
    );
    return { n: rows.length, meanPredicted: mean(rows.map((i) => predicted[i])), meanGold, ci95 };
  });
}
