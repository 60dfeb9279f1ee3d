import type { Matrix } from '../core/matrix.ts';
import { percentileInterval } from '../stats/bootstrap.ts';

/**
 * The 95 % interval of ψ̂(x) for each row: the range of what refits on redrawn labels predict. It ignores the bias that
 * shrinkage leaves: it says where other labels would have put ψ̂(x), not where ψ(x) is.
 * @param refits (intercept, coefficients) each
 */
export function promptIntervals(
  refits: readonly (readonly number[])[],
  x: Matrix,
): readonly (readonly [number, number])[] {
  const gains = new Float64Array(refits.length);
  return Array.from({ length: x.rows }, (_, i) => {
    const at = i * x.cols;
    refits.forEach((theta, draw) => {
      let gain = theta[0];
      for (let k = 0; k < x.cols; k++) gain += x.data[at + k] * theta[k + 1];
      gains[draw] = gain;
    });
    return percentileInterval(gains);
  });
}
