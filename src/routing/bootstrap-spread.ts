import { quadratic, times } from '../stats/bootstrap-ridge.ts';

/**
 * What `src/causal/spread.ts` does with a model and its rows, from moments of (1, x), packed.
 */

/** Σ w (ψ̂ − mean)² of the predictions by θ. */
export function squaresAround(moments: Float64Array, theta: Float64Array): number {
  return quadratic(moments, theta) - times(moments, theta)[0] ** 2 / moments[0];
}

/** θ with the part `kept` of its spread around its mean over all rows. */
export function shrinkTheta(theta: Float64Array, everyone: Float64Array, kept: number): Float64Array {
  const level = times(everyone, theta)[0] / everyone[0];
  return theta.map((value, k) => kept * value + (k === 0 ? (1 - kept) * level : 0));
}
