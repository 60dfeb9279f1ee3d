import { AppError } from '../core/errors.ts';
import { type Matrix, take } from '../core/matrix.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { Sample } from '../causal/sample.ts';
import { scalingFactor, type ScalingMethod } from '../causal/scaling.ts';
import type { Warning } from '../core/warning.ts';
import { SPLIT, type PairSnapshot, type Snapshot } from './snapshot.ts';

/** How much of the revealed gold to train on. */
export type GoldAmount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number };

/** How a source's gains were put on the scale of gold. */
export interface Scaling {
  readonly method: ScalingMethod;
  readonly factor: number;
}

/** The labels of one source in a training. */
export interface SourceLabels {
  readonly name: string;
  readonly isSimulated: boolean;
  readonly hasPreference: Uint8Array;
  /** Rescaled where the scales are not declared; NaN where the source says nothing. */
  readonly preferenceGain: Float64Array;
  readonly scaling: Scaling;
}

/** The labels of one training of one pair: which rows of a snapshot, with what gold, preferences and propensity. */
export interface TrainingRows {
  /** Rows of the snapshot that carry a label. */
  readonly rows: Int32Array;
  readonly hasGold: Uint8Array;
  readonly goldGain: Float64Array;
  /** Of any source. */
  readonly hasPreference: Uint8Array;
  readonly sources: readonly SourceLabels[];
  /** Logged π (times the subsampling), NaN where nobody logged one. */
  readonly designedPropensity: Float64Array;
  readonly group: Int32Array;
  readonly warnings: readonly Warning[];
}

export interface TrainingChoice {
  /** Absent: all revealed gold. */
  readonly gold?: GoldAmount | undefined;
  /** Absent: none where scales are declared, else the variance ratio. */
  readonly scaling?: ScalingMethod | undefined;
  /** The split `dev` trains nothing: it is kept for a certificate. */
  readonly holdOutDev?: boolean | undefined;
  readonly seed: number;
}

/** Which of the graded prompts train, and the share of them that was drawn. */
export interface GoldDraw {
  readonly isKept: (row: number) => boolean;
  readonly share: number;
}

/** All the revealed gold. */
export const EVERY_GOLD: GoldDraw = { isKept: () => true, share: 1 };

/** Draws the gold to train on from the prompts outside the test set that are graded for any of the models. */
export function drawGold(snapshot: Snapshot, choice: TrainingChoice): GoldDraw {
  const graded = trainingPrompts(snapshot, choice).filter((i) =>
    snapshot.models.some(({ goldGain }) => Number.isFinite(goldGain[i])),
  );
  const kept = subsampleGold(graded, choice);
  const keptSet = new Set(kept);
  return {
    isKept: (row) => keptSet.has(row),
    share: subsampledShare(choice.gold, kept.length, graded.length),
  };
}

/** Every prompt outside the test set that carries gold (revealed, and drawn if subsampled) or a preference. */
export function trainingRows(
  pair: PairSnapshot,
  draw: GoldDraw,
  choice: Pick<TrainingChoice, 'scaling' | 'holdOutDev'>,
): TrainingRows {
  const candidates = trainingPrompts(pair, choice);
  const isGraded = (i: number): boolean => Number.isFinite(pair.goldGain[i]);
  const isGold = (i: number): boolean => draw.isKept(i) && isGraded(i);
  const isJudged = (i: number): boolean => pair.preferences.some(({ gain }) => Number.isFinite(gain[i]));
  const rows = candidates.filter((i) => isGold(i) || isJudged(i));
  // Where every labelled prompt was graded, who was graded is no secret: everybody.
  const everythingGraded = candidates.every((i) => isGraded(i) || !isJudged(i));
  const propensity = (i: number): number => {
    const logged = pair.designedPropensity[i];
    return draw.share * (everythingGraded && Number.isNaN(logged) ? 1 : logged);
  };
  return labelRows(pair, rows, isGold, {
    propensity,
    mayCarryPreference: () => true,
    gold: pair.goldGain,
    scaling: choice.scaling,
  });
}

export interface Labelling {
  readonly propensity: (row: number) => number;
  /** Whether a row's preferences, where it has any, are labels. */
  readonly mayCarryPreference: (row: number) => boolean;
  readonly gold: Float64Array;
  readonly scaling: ScalingMethod | undefined;
}

/** The labels of the given rows of a pair. */
export function labelRows(
  pair: PairSnapshot,
  rows: Int32Array,
  isGold: (row: number) => boolean,
  labelling: Labelling,
): TrainingRows {
  const goldGain = Float64Array.from(rows, (i) => (isGold(i) ? labelling.gold[i] : Number.NaN));
  const gold = goldGain.filter(Number.isFinite);
  const sources = pair.preferences.map((column): SourceLabels => {
    const raw = Float64Array.from(rows, (i) =>
      labelling.mayCarryPreference(i) ? column.gain[i] : Number.NaN,
    );
    const preference = raw.filter(Number.isFinite);
    const method = labelling.scaling ?? (column.scalesDeclared ? 'none' : 'variance');
    const canScale = gold.length >= 2 && preference.length >= 2;
    const factor = canScale ? scalingFactor(gold, preference, method) : 1;
    return {
      name: column.source,
      isSimulated: column.isSimulated,
      hasPreference: Uint8Array.from(raw, (y) => Number(Number.isFinite(y))),
      preferenceGain: raw.map((y) => y * factor),
      scaling: { method: canScale ? method : 'none', factor },
    };
  });
  return {
    rows,
    hasGold: Uint8Array.from(rows, (i) => Number(isGold(i))),
    goldGain,
    hasPreference: Uint8Array.from(rows, (_, k) =>
      Number(sources.some((source) => source.hasPreference[k] === 1)),
    ),
    sources,
    designedPropensity: Float64Array.from(rows, labelling.propensity),
    group: Int32Array.from(rows, (i) => pair.group[i]),
    warnings: sources.filter(({ scaling }) => scaling.factor !== 1).map(describeRescaling),
  };
}

function describeRescaling({ name, scaling: { factor, method } }: SourceLabels): Warning {
  return {
    code: 'preference-rescaled',
    message:
      `Gold and “${name}” do not both declare a scale: its preferences were multiplied by ${factor.toFixed(3)} ` +
      `(${method}).`,
  };
}

/** The prompts that may teach anything: labels, encoder or thresholds. */
export function trainingPrompts(
  { split }: Pick<Snapshot, 'split'>,
  { holdOutDev = false }: Pick<TrainingChoice, 'holdOutDev'>,
): Int32Array {
  return Int32Array.from(split.keys()).filter(
    (i) => split[i] !== SPLIT.test && !(holdOutDev && split[i] === SPLIT.dev),
  );
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
    sources: training.sources.filter(({ hasPreference }) => hasPreference.includes(1)),
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
export function allGoldOf(pair: PairSnapshot, training: TrainingRows): Float64Array {
  return take(pair.allGoldGain, training.rows);
}
