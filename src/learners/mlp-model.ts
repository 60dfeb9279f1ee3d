import type { Matrix } from '../core/matrix.ts';

export interface DenseLayer {
  readonly in: number;
  readonly out: number;
  /** in × out, row-major. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A multilayer perceptron: rectified linear units after every layer but the last, which has one linear output. How the
 * features and the label were standardised is folded into the first and the last layer.
 */
export interface MlpModel {
  readonly kind: 'mlp';
  readonly dim: number;
  readonly layers: readonly DenseLayer[];
}

/** Sums in float64 over the float32 weights, so that every reader of the file gets the same to 1e-6. */
export function predictMlp(model: MlpModel, x: Matrix): Float64Array {
  let activation = x.data;
  model.layers.forEach((layer, depth) => {
    activation = dense(layer, activation, x.rows);
    if (depth < model.layers.length - 1) activation = activation.map((v) => Math.max(v, 0));
  });
  return activation;
}

function dense(layer: DenseLayer, input: Float64Array, rows: number): Float64Array {
  const { in: width, out: units, weight, bias } = layer;
  const output = new Float64Array(rows * units);
  for (let i = 0; i < rows; i++) {
    const to = i * units;
    for (let unit = 0; unit < units; unit++) output[to + unit] = bias[unit];
    for (let k = 0; k < width; k++) {
      const v = input[i * width + k];
      if (v === 0) continue;
      for (let unit = 0; unit < units; unit++) output[to + unit] += v * weight[k * units + unit];
    }
  }
  return output;
}
