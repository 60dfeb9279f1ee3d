import type { Warning } from '../core/warning.ts';
import type { Measured } from '../runtime/manifest.ts';
import type { CostQualityPoint } from './cost-quality.ts';
import type { EvaluationSet } from './evaluation-set.ts';

/** What is said of a router on held-out gold: figures, each with an interval or the reason why it has none. */

export interface CurvePoint {
  readonly strongShare: number;
  readonly quality: number;
  readonly ci95: readonly [number, number];
  /** Mean cost per prompt, in the snapshot's cost unit. */
  readonly cost: number;
}

/** One model for every prompt. */
export interface FixedPolicy {
  readonly policy: string;
  readonly model: string;
  readonly quality: Measured;
  /** Mean cost per prompt, in the snapshot's cost unit. */
  readonly cost: Measured;
}

/** What the router does at one w, on average over the evaluation set. */
export interface PolicyPoint {
  readonly w: number;
  /** Share of prompts by model; they add up to 1. */
  readonly shares: Readonly<Record<string, Measured>>;
  readonly quality: Measured;
  readonly cost: Measured;
}

export interface CandidateScores {
  readonly egMean: Measured;
  readonly gainRelMse: Measured;
  readonly policyValue: Readonly<Record<string, Measured>>;
}

export interface Evaluation {
  readonly n: number;
  /** Of two models, by the share of strong calls; else empty. */
  readonly curve: readonly CurvePoint[];
  /** Of more than two models, by w; else empty. */
  readonly policyCurve: readonly PolicyPoint[];
  /** At the run's own w; null where nothing can be evaluated. */
  readonly point: PolicyPoint | null;
  readonly fixed: readonly FixedPolicy[];
  /** Hull of the fixed policies in (cost, quality): what tossing coins between models reaches without any router. */
  readonly mixtures: readonly CostQualityPoint[];
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly policyValue: Readonly<Record<string, Measured>>;
  readonly estimators: Readonly<Record<string, CandidateScores>>;
  readonly warnings: readonly Warning[];
  readonly qualityUnit: EvaluationSet['qualityUnit'];
  /** What the bootstrap redrew, and how often. */
  readonly redrawn: 'test';
  readonly draws: number;
}

export const CURVE_SHARES: readonly number[] = Array.from({ length: 51 }, (_, i) => i / 50);

/** What is measured of the evaluated router, besides its curve and V(w). */
export const METRIC_NAMES = [
  'egMean',
  'egTruncatedMean',
  'meanGain',
  'gainRelMse',
  'strongShare',
  'pgr',
  'apgr',
  'cpt20',
  'cpt50',
  'cpt80',
  'aiq',
  'aiqPerMaximumCost',
  'regretToOracle',
] as const;
