/** From gains to a decision: the rule of an operating point, and the sentence that explains the outcome. */
import { RouterInputError } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** How cost is weighed. Give one of the two, or none for the first operating point of the manifest. */
export interface OperatingChoice {
  /** What one mean cost difference (dearest model − anchor) is worth, in units of the gold gain; at least 0. */
  readonly w?: number | undefined;
  /** The share of prompts that the strong model should answer, from 0 (never) to 1 (always). Two models only. */
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
 * What decides at an operating choice. Two models: the strong one answers where gain > threshold. More: the model with the
 * highest gain − w · relativeCost.
 *
 * @throws RouterInputError when both are given, one is out of range, or a share is asked of more than two models
 * @example
 * ruleOf(manifest, { w: 0.1 }); // 0.1
 * ruleOf(manifest, {}); // of two models manifest.operatingPoints[0].threshold, of more its w
 */
export function ruleOf(manifest: Manifest, choice: OperatingChoice): number {
  const { w, strongShare } = choice;
  const { gainPercentiles, operatingPoints } = manifest;
  if (w !== undefined) {
    if (strongShare !== undefined) throw new RouterInputError('Give w or strongShare, not both.');
    if (typeof w === 'number' && w >= 0 && w < Infinity) return w;
    throw new RouterInputError(`w must be a finite number of at least 0, got ${describe(w)}.`);
  }
  if (strongShare === undefined) return operatingPoints[0][gainPercentiles === null ? 'w' : 'threshold'];
  if (gainPercentiles === null) {
    throw new RouterInputError(
      `strongShare needs two models, this router knows ${manifest.models.length}: give w.`,
    );
  }
  if (typeof strongShare === 'number' && strongShare >= 0 && strongShare <= 1) {
    return thresholdOfShare(gainPercentiles, strongShare);
  }
  throw new RouterInputError(`strongShare must be a number from 0 to 1, got ${describe(strongShare)}.`);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}

/** Who answers. */
export interface Choice {
  readonly model: string;
  /** Its expected gain over the anchor; of two models the strong one's, whoever answers. */
  readonly gain: number;
  /** How far the decision is from being another: of the score, or of the gain from the threshold. */
  readonly margin: number;
  /** More than two models: who comes second. */
  readonly second: { readonly model: string; readonly score: number } | null;
}

/** Chooses among the models of a manifest, from the gains of its heads in their order. */
export type Chooser = (gains: ArrayLike<number>, rule: number) => Choice;

/**
 * The chooser of a manifest.
 *
 * @example
 * createChooser(manifest)([0.13], 0.05); // { model: 'large', gain: 0.13, margin: 0.08, second: null }
 */
export function createChooser(manifest: Manifest): Chooser {
  const { models, heads } = manifest;
  if (models.length === 2) {
    const strong = nameOf(manifest, 'strong');
    const cheap = nameOf(manifest, 'cheap');
    return (gains, threshold) => ({
      model: gains[0] > threshold ? strong : cheap,
      gain: gains[0],
      margin: Math.abs(gains[0] - threshold),
      second: null,
    });
  }
  // From cheap to dear, so that of equal scores the cheapest is found first.
  const candidates = models
    .map(({ name, relativeCost }) => ({
      name,
      relativeCost,
      head: heads.findIndex(({ model }) => model === name),
    }))
    .sort((a, b) => a.relativeCost - b.relativeCost);
  return (gains, w) => {
    let best = { model: '', gain: 0, score: -Infinity };
    let second = best;
    for (const { name, relativeCost, head } of candidates) {
      const gain = head < 0 ? 0 : gains[head];
      const scored = { model: name, gain, score: gain - w * relativeCost };
      if (scored.score > best.score) {
        second = best;
        best = scored;
      } else if (scored.score > second.score) second = scored;
    }
    return { model: best.model, gain: best.gain, margin: best.score - second.score, second };
  };
}

/** What the sentence of a decision is made of. */
export interface DecisionFacts {
  readonly choice: Choice;
  readonly rule: number;
  readonly asked: OperatingChoice;
  /** Length of the feature vector. */
  readonly featureNorm: number;
  /** Names of columns and signals that the bundle reads and the caller did not bring. */
  readonly absent: readonly string[];
  /** Of a decision that asks a person: the interval that straddles the threshold. */
  readonly undecided: readonly [number, number] | null;
}

function describeThreshold(manifest: Manifest, { rule, asked }: DecisionFacts): string {
  if (asked.w !== undefined) return `the threshold ${round(rule)} of w = ${asked.w}`;
  if (asked.strongShare === undefined) {
    const [point] = manifest.operatingPoints;
    return `the threshold ${round(rule)} of the operating point "${point.name}"`;
  }
  if (asked.strongShare <= 0 || asked.strongShare >= 1)
    return `the rule of strong share ${asked.strongShare}`;
  return `the threshold ${round(rule)} of strong share ${asked.strongShare}`;
}

function round(x: number): string {
  return x.toFixed(4).replace(/^-(?=0\.0000$)/, '');
}

function comparison(manifest: Manifest, facts: DecisionFacts): string {
  const { choice, rule, asked } = facts;
  if (choice.second === null) {
    const strong = nameOf(manifest, 'strong');
    const cheap = nameOf(manifest, 'cheap');
    const relation = choice.gain > rule ? 'is above' : 'is not above';
    return `Expected gain ${round(choice.gain)} of "${strong}" over "${cheap}" ${relation} ${describeThreshold(manifest, facts)}.`;
  }
  const { second } = choice;
  const origin =
    asked.w === undefined ? `the operating point "${manifest.operatingPoints[0].name}"` : `w = ${asked.w}`;
  return (
    `Of ${manifest.models.length} models "${choice.model}" has the highest gain minus cost, ` +
    `${round(second.score + choice.margin)}; next is "${second.model}" with ${round(second.score)} (${origin}).`
  );
}

/**
 * One plain sentence (more where there is something to beware of) on why the decision is what it is.
 *
 * @example
 * explain(manifest, facts);
 * // 'Expected gain 0.1312 of "large" over "small" is above the threshold 0.0500 of w = 0.05.'
 */
export function explain(manifest: Manifest, facts: DecisionFacts): string {
  const limit = manifest.outOfDistribution.maxFeatureNorm;
  let sentence = comparison(manifest, facts);
  if (facts.undecided !== null) {
    const [low, high] = facts.undecided;
    sentence += ` Its interval [${round(low)}, ${round(high)}] holds the threshold, so a person should decide.`;
  }
  if (facts.featureNorm > limit) {
    sentence += ` Beware: this is unlike anything in training (feature length ${round(facts.featureNorm)}, limit ${round(limit)}).`;
  }
  if (facts.absent.length > 0) sentence += ` Not given, so counted as average: ${facts.absent.join(', ')}.`;
  return sentence;
}

/** The name of the model in that role, where there are two; the manifest has exactly one of each. */
export function nameOf(manifest: Manifest, role: 'strong' | 'cheap'): string {
  return manifest.models.find((model) => model.role === role)?.name ?? '';
}
