import { AppError } from '../core/errors.ts';
import { type Matrix, take } from '../core/matrix.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { Sample } from '../causal/sample.ts';
import { scalingFactor, type ScalingMethod } from '../causal/scaling.ts';
import type { Warning } from '../core/warning.ts';
import { SPLIT, type PairSnapshot } from './snapshot.ts';

/** How much of the revealed gold to train on. */
export type GoldAmount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number };

/** The labels of one training: which rows of a snapshot, with what gold, preference and propensity. */
export interface TrainingRows {
  /** Rows of the snapshot that carry a label. */
  readonly rows: Int32Array;
  readonly hasGold: Uint8Array;
  readonly goldGain: Float64Array;
  readonly hasPreference: Uint8Array;
  /** Rescaled where the scales are not declared. */
  readonly preferenceGain: Float64Array;
  /** Logged π (times the subsampling), NaN where nobody logged one. */
  readonly designedPropensity: Float64Array;
  readonly group: Int32Array;
  readonly scaling: { readonly method: ScalingMethod; readonly factor: number };
  readonly warnings: readonly Warning[];
}

export interface TrainingChoice {
  /** Absent: all revealed gold. */
  readonly gold?: GoldAmount | undefined;
  /** Absent: none where scales are declared, else the variance ratio. */
  readonly scaling?: ScalingMethod | undefined;
  readonly seed: number;
}

/** Every prompt outside the test set that carries gold (revealed, and drawn if subsampled) or a preference. */
export function trainingRows(snapshot: PairSnapshot, choice: TrainingChoice): TrainingRows {
  const outsideTest = Int32Array.from(snapshot.split.keys()).filter((i) => snapshot.split[i] !== SPLIT.test);
  const graded = outsideTest.filter((i) => Number.isFinite(snapshot.goldGain[i]));
  const kept = subsampleGold(graded, choice);
  const keptSet = new Set(kept);
  const rows = outsideTest.filter((i) => keptSet.has(i) || Number.isFinite(snapshot.preferenceGain[i]));
  // Where every labelled prompt was graded, who was graded is no secret: everybody.
  const everythingGraded = outsideTest.every(
    (i) => Number.isFinite(snapshot.goldGain[i]) || !Number.isFinite(snapshot.preferenceGain[i]),
  );
  const share = subsampledShare(choice.gold, kept.length, graded.length);
  const propensity = (i: number): number => {
    const logged = snapshot.designedPropensity[i];
    return share * (everythingGraded && Number.isNaN(logged) ? 1 : logged);
  };
  return labelRows(snapshot, rows, (i) => keptSet.has(i), {
    propensity,
    hasPreference: (i) => Number.isFinite(snapshot.preferenceGain[i]),
    gold: snapshot.goldGain,
    scaling: choice.scaling,
  });
}

export interface Labelling {
  readonly propensity: (row: number) => number;
  readonly hasPreference: (row: number) => boolean;
  readonly gold: Float64Array;
  readonly scaling: ScalingMethod | undefined;
}

/** The labels of the given rows of a snapshot. */
export function labelRows(
  snapshot: PairSnapshot,
  rows: Int32Array,
  isGold: (row: number) => boolean,
  labelling: Labelling,
): TrainingRows {
  const hasGold = Uint8Array.from(rows, (i) => Number(isGold(i)));
  const hasPreference = Uint8Array.from(rows, (i) => Number(labelling.hasPreference(i)));
  const goldGain = Float64Array.from(rows, (i) => (isGold(i) ? labelling.gold[i] : Number.NaN));
  const raw = Float64Array.from(rows, (i) =>
    labelling.hasPreference(i) ? snapshot.preferenceGain[i] : Number.NaN,
  );
  const method = labelling.scaling ?? (snapshot.scalesDeclared ? 'none' : 'variance');
  const gold = goldGain.filter(Number.isFinite);
  const preference = raw.filter(Number.isFinite);
  const canScale = gold.length >= 2 && preference.length >= 2;
  const factor = canScale ? scalingFactor(gold, preference, method) : 1;
  return {
    rows,
    hasGold,
    goldGain,
    hasPreference,
    preferenceGain: raw.map((y) => y * factor),
    designedPropensity: Float64Array.from(rows, labelling.propensity),
    group: Int32Array.from(rows, (i) => snapshot.group[i]),
    scaling: { method: canScale ? method : 'none', factor },
    warnings:
      factor === 1
        ? []
        : [
            {
              code: 'preference-rescaled',
              message: `Gold and source do not both declare a scale: preferences were multiplied by ${factor.toFixed(3)} (${method}).`,
            },
          ],
  };
}

function subsampledShare(gold: GoldAmount | undefined, kept: number, graded: number): number {
  if (gold === undefined || graded === 0) return 1;
  return gold.kind === 'fraction' ? gold.fraction : kept / graded;
}

function subsampleGold(graded: Int32Array, choice: TrainingChoice): Int32Array {
  const { gold } = choice;
  if (gold === undefined) return graded;
  const rng = createRng(deriveSeed(choice.seed, 'gold-subsample'));
  if (gold.kind === 'fraction') return graded.filter(() => rng.uniform() < gold.fraction);
  if (gold.count > graded.length) {
    throw new AppError(
      'not-enough-data',
      `Asked to train on ${gold.count} gold prompts, but only ${graded.length} are revealed outside the test set.`,
      { details: { asked: gold.count, available: graded.length } },
    );
  }
  return rng
    .permutation(graded.length)
    .slice(0, gold.count)
    .map((position) => graded[position])
    .sort();
}

/** The sample that the estimators read. */
export function toSample(training: TrainingRows, x: Matrix, propensity: Float64Array): Sample {
  return {
    x,
    hasGold: training.hasGold,
    goldGain: training.goldGain,
    hasPreference: training.hasPreference,
    preferenceGain: training.preferenceGain,
    propensity,
    group: training.group,
  };
}

export interface LabelCounts {
  readonly nGold: number;
  readonly nPreference: number;
  readonly nPaired: number;
}

export function countLabels(training: Pick<TrainingRows, 'hasGold' | 'hasPreference'>): LabelCounts {
  let nGold = 0;
  let nPreference = 0;
  let nPaired = 0;
  training.hasGold.forEach((gold, i) => {
    nGold += gold;
    nPreference += training.hasPreference[i];
    nPaired += gold & training.hasPreference[i];
  });
  return { nGold, nPreference, nPaired };
}

/** Gold gains of the training rows, masked or not: the reference `all-gold`. */
export function allGoldOf(snapshot: PairSnapshot, training: TrainingRows): Float64Array {
  return take(snapshot.allGoldGain, training.rows);
}
