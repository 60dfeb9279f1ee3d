/** From a gain to a decision: the threshold of an operating point, and the sentence that explains the outcome. */
import { RouterInputError } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** How the strong model's cost is weighed. Give one of the two, or none for the first operating point of the manifest. */
export interface OperatingChoice {
  /** What one mean cost difference (strong − cheap) is worth, in units of the gold gain; at least 0. */
  readonly w?: number | undefined;
  /** The share of prompts that the strong model should answer, from 0 (never) to 1 (always). */
  readonly strongShare?: number | undefined;
}

/**
 * The gain above which the strong model answers so that it gets this share of the prompts the encoder was fitted on: the
 * (1 − share) quantile, linear between the percentiles 0, 1 … 100. Share 0 means never, 1 always.
 *
 * @example
 * thresholdOfShare(manifest.gainPercentiles, 0.25); // between percentile 75 and 75: percentile 75 itself
 */
export function thresholdOfShare(percentiles: readonly number[], strongShare: number): number {
  if (strongShare <= 0) return Infinity;
  if (strongShare >= 1) return -Infinity;
  const position = (1 - strongShare) * (percentiles.length - 1);
  const below = Math.min(Math.floor(position), percentiles.length - 2);
  return percentiles[below] + (position - below) * (percentiles[below + 1] - percentiles[below]);
}

/**
 * The strong model answers where gain > threshold.
 *
 * @throws RouterInputError when both are given, or one is out of range
 * @example
 * thresholdOf(manifest, { w: 0.1 }); // 0.1
 * thresholdOf(manifest, {}); // manifest.operatingPoints[0].threshold
 */
export function thresholdOf(manifest: Manifest, choice: OperatingChoice): number {
  const { w, strongShare } = choice;
  if (w !== undefined) {
    if (strongShare !== undefined) throw new RouterInputError('Give w or strongShare, not both.');
    if (typeof w === 'number' && w >= 0 && w < Infinity) return w;
    throw new RouterInputError(`w must be a finite number of at least 0, got ${describe(w)}.`);
  }
  if (strongShare === undefined) return manifest.operatingPoints[0].threshold;
  if (typeof strongShare === 'number' && strongShare >= 0 && strongShare <= 1) {
    return thresholdOfShare(manifest.gainPercentiles, strongShare);
  }
  throw new RouterInputError(`strongShare must be a number from 0 to 1, got ${describe(strongShare)}.`);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}

/** What the sentence of a decision is made of. */
export interface DecisionFacts {
  readonly gain: number;
  readonly threshold: number;
  readonly choice: OperatingChoice;
  /** Length of the feature vector. */
  readonly featureNorm: number;
  /** Names of columns and signals that the bundle reads and the caller did not bring. */
  readonly absent: readonly string[];
}

function describeThreshold(manifest: Manifest, { threshold, choice }: DecisionFacts): string {
  if (choice.w !== undefined) return `the threshold ${round(threshold)} of w = ${choice.w}`;
  if (choice.strongShare === undefined) {
    const [point] = manifest.operatingPoints;
    return `the threshold ${round(threshold)} of the operating point "${point.name}"`;
  }
  if (choice.strongShare <= 0 || choice.strongShare >= 1)
    return `the rule of strong share ${choice.strongShare}`;
  return `the threshold ${round(threshold)} of strong share ${choice.strongShare}`;
}

function round(x: number): string {
  return x.toFixed(4).replace(/^-(?=0\.0000$)/, '');
}

/**
 * One plain sentence (two where there is something to beware of) on why the decision is what it is.
 *
 * @example
 * explain(manifest, facts);
 * // 'Expected gain 0.1312 is above the threshold 0.0500 of w = 0.05, so "large" is worth its cost.'
 */
export function explain(manifest: Manifest, facts: DecisionFacts): string {
  const isStrong = facts.gain > facts.threshold;
  const strong = nameOf(manifest, 'strong');
  const cheap = nameOf(manifest, 'cheap');
  const relation = isStrong ? 'is above' : 'is not above';
  const against = describeThreshold(manifest, facts);
  const limit = manifest.outOfDistribution.maxFeatureNorm;
  let sentence = `Expected gain ${round(facts.gain)} of "${strong}" over "${cheap}" ${relation} ${against}.`;
  if (facts.featureNorm > limit) {
    sentence += ` Beware: this is unlike anything in training (feature length ${round(facts.featureNorm)}, limit ${round(limit)}).`;
  }
  if (facts.absent.length > 0) sentence += ` Not given, so counted as average: ${facts.absent.join(', ')}.`;
  return sentence;
}

/** The name of the model in that role; the manifest has exactly one of each. */
export function nameOf(manifest: Manifest, role: 'strong' | 'cheap'): string {
  return manifest.models.find((model) => model.role === role)?.name ?? '';
}
