import { AppError } from '../core/errors.ts';
import { type JobControl, subProgress } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import { doublyRobustScores, medianOverRepeats } from '../causal/bias.ts';
import { LEAST_GOLD } from '../causal/fit.ts';
import { makeFolds } from '../causal/folds.ts';
import { estimateMeanBias, intervalOfMean, type MeanBias } from '../causal/mean-bias.ts';
import { createProblem, type Problem, type SourceProblem } from '../causal/nuisances.ts';
import { resolvePropensity } from '../causal/propensity.ts';
import { featuresOf } from '../features/block-rows.ts';
import { prepareFeatureInputs } from '../features/feature-inputs.ts';
import { fitBlocks } from '../features/fit-blocks.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { rowsWhere, type Sample } from '../causal/sample.ts';
import { LENGTHS, SLICINGS, slicingsOf, type SliceKind } from './bias-slices.ts';
import { checkOverlap, type Overlap } from './overlap.ts';
import { withNearDuplicates } from './near-duplicate-groups.ts';
import { SPLIT, type PairSnapshot } from './snapshot.ts';
import { countLabels, EVERY_GOLD, toSample, trainingRows, type LabelCounts } from './training-rows.ts';

/** Gold minus preference for one source: over all prompts, and by slice. Training prompts with revealed gold only. */
export interface BiasReport extends LabelCounts {
  readonly source: string | null;
  readonly isSimulated: boolean;
  readonly bias: MeanBias;
  /** By category, language, length and form; slices too small to say anything are counted in a warning. */
  readonly slices: readonly BiasSlice[];
  /** Gains of prompts with both labels, equal ones together; of many prompts a random part. */
  readonly points: readonly GainPoint[];
  readonly overlap: Overlap | null;
  readonly warnings: readonly Warning[];
}

export interface BiasSlice {
  readonly by: SliceKind;
  readonly value: string;
  /** What the slice means, where its name does not say so. */
  readonly note?: string;
  readonly rows: number;
  readonly mean: number;
  readonly ci95: readonly [number, number];
}

export interface GainPoint {
  readonly gold: number;
  readonly preference: number;
  readonly prompts: number;
}

/** More points than this only hide each other. */
const MOST_POINTS = 2000;

/** Fewer labels than this in a slice give no interval worth reading. */
const LEAST_IN_SLICE = 10;

/** @throws AppError `not-enough-data` without gold or without preferences of the source. */
export function estimateBias(
  snapshot: PairSnapshot,
  config: { readonly seed: number; readonly dimensions: number; readonly repeats: number },
  control: JobControl,
): BiasReport {
  const training = trainingRows(withNearDuplicates(snapshot).snapshot, EVERY_GOLD, {});
  const source = snapshot.preferences.at(0);
  const counts = countLabels(training);
  if (counts.nGold < LEAST_GOLD || counts.nPreference === 0) {
    throw new AppError(
      'not-enough-data',
      `The bias of ${source?.source ?? 'a source'} needs gold and preferences outside the test set: there are ` +
        `${counts.nGold} gold prompts (at least ${LEAST_GOLD} are needed) and ${counts.nPreference} preferences.`,
      { details: { ...counts } },
    );
  }
  const prepared = prepareFeatureInputs(snapshot);
  const encoderRows = Int32Array.from(snapshot.split.keys()).filter((i) => snapshot.split[i] !== SPLIT.test);
  const blocks = fitBlocks(prepared, encoderRows, {
    dim: config.dimensions,
    seed: config.seed,
    control: subProgress(control, 0, 0.4),
  });
  control.throwIfCancelled();
  control.report({ stage: 'encoder', fraction: 0.4 });
  const x = featuresOf(prepared, blocks, training.rows);
  const propensity = resolvePropensity(
    x,
    training.hasGold,
    training.group,
    training.designedPropensity,
    config.seed,
  );
  const sample = toSample(training, x, propensity.values);
  const problem = createProblem(
    sample,
    makeFolds(sample, { kind: 'grouped', repeats: config.repeats, seed: config.seed }),
  );
  const [judge] = problem.sources;
  const bias = estimateMeanBias(problem, judge);
  control.throwIfCancelled();
  control.report({ stage: 'slices', fraction: 0.8 });
  const overlap = checkOverlap(sample, config.seed);
  const { slices, skipped } = sliceBias(problem, judge, bias, snapshot, training.rows);
  const warnings = [
    ...snapshot.warnings,
    ...training.warnings,
    ...propensity.warnings,
    ...(overlap?.warnings ?? []),
  ];
  if (skipped > 0) {
    warnings.push({
      code: 'small-slices',
      message: `${skipped === 1 ? 'One slice has' : `${skipped} slices have`} fewer than ${LEAST_IN_SLICE} labelled prompts and ${skipped === 1 ? 'is' : 'are'} not shown.`,
    });
  }
  return {
    source: source?.source ?? null,
    isSimulated: snapshot.isSimulated,
    ...counts,
    bias,
    slices,
    points: gainPoints(sample, judge.labels, config.seed),
    overlap,
    warnings,
  };
}

/** The same quantity as the overall bias, averaged inside each slice. */
function sliceBias(
  problem: Problem,
  source: SourceProblem,
  bias: MeanBias,
  snapshot: PairSnapshot,
  rows: Int32Array,
): { slices: BiasSlice[]; skipped: number } {
  const { sample } = problem;
  const isPaired = bias.method === 'paired-difference';
  const scores = isPaired
    ? sample.goldGain.map((r, i) => r - source.labels.preferenceGain[i])
    : medianOverRepeats(problem.foldings.map((_, repeat) => doublyRobustScores(problem, source, repeat)));
  const slices: BiasSlice[] = [];
  let skipped = 0;
  for (const { by, valueOf, noteOf } of slicingsOf(snapshot, rows)) {
    const members = new Map<string, number[]>();
    rows.forEach((row, i) => {
      const value = valueOf(row);
      if (value === null || !Number.isFinite(scores[i])) return;
      const slice = members.get(value) ?? [];
      slice.push(i);
      members.set(value, slice);
    });
    // One slice is the whole.
    if (members.size < 2) continue;
    for (const [value, slice] of members) {
      if (slice.length < LEAST_IN_SLICE) {
        skipped++;
        continue;
      }
      const weights = Float64Array.from(slice, (i) => (isPaired ? 1 / sample.propensity[i] : 1));
      const { mean, ci95 } = intervalOfMean(
        Float64Array.from(slice, (i) => scores[i]),
        weights,
      );
      const note = noteOf(value);
      slices.push({ by, value, ...(note === undefined ? {} : { note }), rows: slice.length, mean, ci95 });
    }
  }
  const group = (slice: BiasSlice): number => SLICINGS.indexOf(slice.by);
  // Lengths have an order of their own; the others are told by how far off they are.
  const place = (slice: BiasSlice): number =>
    slice.by === 'length' ? LENGTHS.findIndex((name) => name === slice.value) : slice.mean;
  return { slices: slices.sort((a, b) => group(a) - group(b) || place(a) - place(b)), skipped };
}

function gainPoints(
  sample: Sample,
  { hasPreference, preferenceGain }: SourceProblem['labels'],
  seed: number,
): readonly GainPoint[] {
  const paired = rowsWhere(sample.hasGold).filter((i) => hasPreference[i] === 1);
  const rng = createRng(deriveSeed(seed, 'gain-points'));
  const shown =
    paired.length <= MOST_POINTS
      ? paired
      : rng
          .permutation(paired.length)
          .slice(0, MOST_POINTS)
          .map((at) => paired[at]);
  const points = new Map<string, { gold: number; preference: number; prompts: number }>();
  for (const i of shown) {
    const [gold, preference] = [sample.goldGain[i], preferenceGain[i]];
    const key = `${gold} ${preference}`;
    const known = points.get(key);
    if (known === undefined) points.set(key, { gold, preference, prompts: 1 });
    else known.prompts++;
  }
  return [...points.values()];
}
