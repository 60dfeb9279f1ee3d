import { predict, combine, dimOf, type Model } from '../learners/model.ts';
import { effectiveSampleSize, mean, variance } from '../stats/descriptive.ts';
import type { Problem } from './nuisances.ts';

/**
 * How far auto's predictions are allowed to spread around their mean (docs/adr/0025-spread-of-auto.md). Where x says
 * nothing of the gain, ψ̂ spreads all the same, by noise alone, and is further from the truth than its own mean.
 */
export interface Spread {
  readonly model: Model;
  /** s: the part of the spread that was kept. */
  readonly kept: number;
}

/** Above 0, so that no ranking is lost: EG, and every routing by shares, are those of the members as they were. */
export const LEAST_SPREAD = 0.05;

/**
 * Positive-part shrinkage of James and Stein (Efron & Morris 1973, doi 10.2307/2284155):
 *   s = 1 − σ² / (n Var ψ̂), at least LEAST_SPREAD.
 * σ²/(n Var ψ̂) is the variance with which n gold prompts can tell the slope of r on ψ̂.
 *
 * @param spread Var ψ̂ over the training prompts
 * @param noise σ², the mean squared error on gold that was held out
 * @param goldPrompts n; of unequal weights the effective number
 */
export function keptSpread(spread: number, noise: number, goldPrompts: number): number {
  if (!(spread > 0)) return 1;
  return Math.max(LEAST_SPREAD, 1 - noise / (goldPrompts * spread));
}

/** m + s (ψ̂ − m), m the mean of ψ̂ over the training prompts, which stand for all prompts. */
export function shrinkSpread(model: Model, { sample, goldWeights }: Problem, noise: number): Spread {
  const predicted = predict(model, sample.x);
  const kept = keptSpread(variance(predicted, 0), noise, effectiveSampleSize(goldWeights));
  const level: Model = {
    kind: 'linear',
    intercept: mean(predicted),
    coefficients: new Float64Array(dimOf(model)),
  };
  return {
    model: combine([
      { weight: kept, model },
      { weight: 1 - kept, model: level },
    ]),
    kept,
  };
}
