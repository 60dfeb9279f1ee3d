import type { Matrix } from '../../../src/core/matrix.ts';
import { createRng } from '../../../src/core/rng.ts';

export interface Regression {
  readonly x: Matrix;
  readonly y: Float64Array;
  /** The mean of y at each row. */
  readonly truth: Float64Array;
}

/** y = sin 2x₀ + x₁x₂ + noise: what no linear model finds. `step` rounds the features to a grid. */
export function curvedWorld(options: {
  readonly rows: number;
  readonly cols: number;
  readonly seed: number;
  readonly noise: number;
  readonly step?: number;
}): Regression {
  const { rows, cols, noise, step } = options;
  const rng = createRng(options.seed);
  const data = new Float64Array(rows * cols);
  const truth = new Float64Array(rows);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    for (let k = 0; k < cols; k++) {
      const v = rng.normal();
      row[k] = step === undefined ? v : Math.round(v / step) * step;
    }
    truth[i] = Math.sin(2 * row[0]) + row[1] * row[2];
    y[i] = truth[i] + noise * rng.normal();
  }
  return { x: { rows, cols, data }, y, truth };
}

/** Mean squared error divided by the variance of the truth: 1 is as good as the mean. */
export function relativeError(predicted: Float64Array, truth: Float64Array): number {
  const mean = truth.reduce((sum, v) => sum + v, 0) / truth.length;
  let error = 0;
  let spread = 0;
  truth.forEach((v, i) => {
    error += (predicted[i] - v) ** 2;
    spread += (v - mean) ** 2;
  });
  return error / spread;
}
