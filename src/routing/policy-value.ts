import { gainCurve, meanEfficiencyGain, efficiencyArea, rankByGain } from './gain-curve.ts';

/** The cost weights at which every evaluation reports V(w). */
export const COST_WEIGHTS: readonly number[] = [0, 0.05, 0.1, 0.2];

/**
 * V(w) = mean of 1{ψ̂ > w} (r − w): quality over always-cheap minus what the strong calls cost, in gold units, where w is
 * the worth of the mean cost difference. Always-cheap has V = 0, always-strong mean r − w.
 */
export function policyValue(
  predicted: Float64Array,
  gains: Float64Array,
  weights: Float64Array,
  w: number,
): number {
  let value = 0;
  let total = 0;
  for (let i = 0; i < gains.length; i++) {
    total += weights[i];
    if (predicted[i] > w) value += weights[i] * (gains[i] - w);
  }
  return value / total;
}

/** Share of prompts with ψ̂ > threshold. */
export function shareAbove(predicted: Float64Array, weights: Float64Array, threshold: number): number {
  let above = 0;
  let total = 0;
  for (let i = 0; i < predicted.length; i++) {
    total += weights[i];
    if (predicted[i] > threshold) above += weights[i];
  }
  return above / total;
}

/** mean (ψ̂ − r)² / var r: 1 is as good as knowing the mean; noise in r keeps 0 out of reach. */
export function relativeMse(predicted: Float64Array, gains: Float64Array, weights: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < gains.length; i++) {
    total += weights[i];
    sum += weights[i] * gains[i];
  }
  const mean = sum / total;
  let error = 0;
  let spread = 0;
  for (let i = 0; i < gains.length; i++) {
    error += weights[i] * (predicted[i] - gains[i]) ** 2;
    spread += weights[i] * (gains[i] - mean) ** 2;
  }
  return error / total / Math.max(spread / total, 1e-12);
}

/** The figures of one ranking on one set of gains, with unit weights. */
export interface Scores {
  readonly egMean: number;
  readonly egTruncatedMean: number;
  readonly area: number;
  readonly meanGain: number;
  readonly gainRelMse: number;
  /** V(w) for each of COST_WEIGHTS. */
  readonly policyValue: readonly number[];
}

export function scorePredictions(predicted: Float64Array, gains: Float64Array): Scores {
  const unit = new Float64Array(gains.length).fill(1);
  const curve = gainCurve(rankByGain(predicted), gains, unit);
  return {
    egMean: meanEfficiencyGain(curve),
    egTruncatedMean: meanEfficiencyGain(curve, shareAbove(predicted, unit, 0)),
    area: efficiencyArea(curve),
    meanGain: curve.meanGain,
    gainRelMse: relativeMse(predicted, gains, unit),
    policyValue: COST_WEIGHTS.map((w) => policyValue(predicted, gains, unit, w)),
  };
}
