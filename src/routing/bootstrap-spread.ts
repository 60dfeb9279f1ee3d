import { keptSpread } from '../causal/spread.ts';
import { quadratic, times } from '../stats/bootstrap-ridge.ts';

/**
 * auto's θ pulled towards its mean over the training prompts, as `shrinkSpread` of src/causal does it with a model.
 * @param everyone moments of (1, x) of all rows, packed
 * @param noise the least mean squared error on gold that was held out
 * @param goldPrompts their effective number
 */
export function shrinkTheta(
  theta: Float64Array,
  everyone: Float64Array,
  noise: number,
  goldPrompts: number,
): Float64Array {
  const [rows] = everyone;
  const level = times(everyone, theta)[0] / rows;
  const kept = keptSpread(quadratic(everyone, theta) / rows - level ** 2, noise, goldPrompts);
  return theta.map((value, k) => kept * value + (k === 0 ? (1 - kept) * level : 0));
}
