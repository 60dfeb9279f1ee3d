import { combine, dimOf, predict, type Model } from '../learners/model.ts';
import { effectiveSampleSize, mean, weightedMean } from '../stats/descriptive.ts';
import type { HeldOutGold } from './auto.ts';
import type { EstimatorName } from './estimators.ts';
import { FOLD_COUNT } from './folds.ts';
import type { Problem } from './nuisances.ts';

/**
 * How far auto's predictions are allowed to spread around their mean (docs/adr/0025-spread-of-auto.md). Where x says
 * nothing of the gain, ψ̂ spreads all the same, by noise alone, and is further from the truth than its own mean.
 */

/** Above 0, so that no ranking is lost: EG, and every routing by shares, are those of the members as they were. */
export const LEAST_SPREAD = 0.05;

/** c: 1 takes off the noise of the slope itself, 2 is Akaike's price of a parameter; between them was best (the ADR). */
const NOISE_FACTOR = 1.5;

/**
 * The part of the spread to keep, by positive-part shrinkage (James & Stein 1961; Efron & Morris 1973,
 * doi 10.2307/2284155):
 *   s = 1 − c σ² / (n Var ψ̂), at least LEAST_SPREAD.
 * σ²/(n Var ψ̂) is the variance with which n gold prompts can tell the slope of r on ψ̂.
 *
 * @param spread Var ψ̂ over gold that was held out
 * @param noise σ², the mean squared error there
 * @param goldPrompts n; of unequal weights the effective number
 */
export function keptSpread(spread: number, noise: number, goldPrompts: number): number {
  if (!(spread > 0)) return 1;
  return Math.max(LEAST_SPREAD, 1 - (NOISE_FACTOR * noise) / (goldPrompts * spread));
}

/**
 * The same for the weighted sum of auto's members. Var ψ̂ is taken within the folds: every fold was predicted by a fit of its
 * own, with a level of its own. On rows that a model was fitted on it would be too large.
 */
export function spreadToKeep(
  { goldRows, goldWeights }: Problem,
  weights: Readonly<Partial<Record<EstimatorName, number>>>,
  { predicted, held }: Pick<HeldOutGold, 'predicted' | 'held'>,
  noise: number,
): number {
  const sum = new Float64Array(goldRows.length);
  for (const [name, weight] of Object.entries(weights) as [EstimatorName, number][]) {
    predicted[name]?.forEach((value, i) => {
      sum[i] += weight * value;
    });
  }
  let squares = 0;
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const inside = Array.from(held.keys()).filter((i) => held[i] === fold);
    const w = inside.map((i) => goldWeights[i]);
    const values = inside.map((i) => sum[i]);
    const level = weightedMean(values, w);
    values.forEach((value, i) => {
      squares += w[i] * (value - level) ** 2;
    });
  }
  // Gold weights have mean 1.
  return keptSpread(squares / goldRows.length, noise, effectiveSampleSize(goldWeights));
}

/** m + s (ψ̂ − m), m the mean of ψ̂ over the training prompts, which stand for all prompts. */
export function shrinkSpread(model: Model, { sample }: Problem, kept: number): Model {
  const level: Model = {
    kind: 'linear',
    intercept: mean(predict(model, sample.x)),
    coefficients: new Float64Array(dimOf(model)),
  };
  return combine([
    { weight: kept, model },
    { weight: 1 - kept, model: level },
  ]);
}
