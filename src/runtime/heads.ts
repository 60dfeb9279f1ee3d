/**
 * Heads: from the feature vector to a number. Features are float64, weights the float32 of the file, sums float64. The
 * tensors of head i are named `head.<i>.…`, those of part j of a sum `head.<i>.part.<j>.…`.
 */
import { tensorData, type AnyTensors } from './blocks.ts';
import { RouterFileError } from './errors.ts';
import type { HeadSpec, MlpHead, NearestHead, SimpleHead } from './manifest.ts';

/** Shape and type of each tensor of a head, by name. */
export type HeadShapes = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly isInteger: boolean }>
>;

/** Widths of a perceptron from its features to its one output. */
export function mlpWidths({ hidden }: MlpHead, dim: number): readonly number[] {
  return [dim, ...hidden, 1];
}

function shapesOf(head: SimpleHead, dim: number): Record<string, readonly number[]> {
  switch (head.kind) {
    case 'linear':
      return { coefficients: [dim], intercept: [1] };
    case 'trees': {
      const { trees, nodes } = head;
      return {
        base: [1],
        roots: [trees],
        feature: [nodes],
        threshold: [nodes],
        left: [nodes],
        right: [nodes],
        value: [nodes],
      };
    }
    case 'mlp': {
      const widths = mlpWidths(head, dim);
      const shapes: Record<string, readonly number[]> = {};
      widths.slice(1).forEach((width, j) => {
        shapes[`layer.${j}.weight`] = [widths[j], width];
        shapes[`layer.${j}.bias`] = [width];
      });
      return shapes;
    }
    case 'nearest':
      return { points: [head.points, dim], values: [head.points] };
  }
}

const INTEGER_TENSORS: ReadonlySet<string> = new Set(['roots', 'feature', 'left', 'right']);

/**
 * The tensors that a head has: no more, no fewer.
 *
 * @param prefix e.g. `head.0`
 * @example
 * headShapes({ kind: 'linear' }, 'head.0', 61); // head.0.coefficients [61], head.0.intercept [1]
 */
export function headShapes(head: HeadSpec, prefix: string, dim: number): HeadShapes {
  if (head.kind === 'sum') {
    const parts = head.parts.map((part, j) => headShapes(part, `${prefix}.part.${j}`, dim));
    return Object.fromEntries(parts.flatMap((shapes) => Object.entries(shapes)));
  }
  const shapes: Record<string, HeadShapes[string]> = {};
  for (const [name, shape] of Object.entries(shapesOf(head, dim))) {
    const isInteger = head.kind === 'trees' && INTEGER_TENSORS.has(name);
    shapes[`${prefix}.${name}`] = { shape, isInteger };
  }
  return shapes;
}

/** From a feature vector to a number. Not for two callers at once: it may hold scratch memory. */
export type HeadFunction = (features: ArrayLike<number>) => number;

function integers(tensors: AnyTensors, name: string): Int32Array {
  const { data } = tensors[name];
  if (!(data instanceof Int32Array)) throw new RangeError(`The tensor ${name} should be of int32.`);
  return data;
}

function linear(tensors: AnyTensors, prefix: string, dim: number): HeadFunction {
  const coefficients = tensorData(tensors, `${prefix}.coefficients`, dim);
  const [intercept] = tensorData(tensors, `${prefix}.intercept`, 1);
  return (features) => {
    let total = intercept;
    for (let i = 0; i < dim; i++) total += features[i] * coefficients[i];
    return total;
  };
}

/** Refuses trees that point outside, or back: then a walk would not end. */
function checkTrees(prefix: string, columns: Readonly<Record<string, Int32Array>>, dim: number): void {
  const { roots, feature, left, right } = columns;
  const nodes = feature.length;
  let isSound = roots.every((root) => root >= 0 && root < nodes);
  for (let node = 0; node < nodes && isSound; node++) {
    if (feature[node] === -1) continue;
    const isInside = feature[node] >= 0 && feature[node] < dim && left[node] < nodes && right[node] < nodes;
    isSound = isInside && left[node] > node && right[node] > node;
  }
  if (isSound) return;
  throw new RouterFileError('bad-tensor', `The trees of "${prefix}" are not valid: a node points nowhere.`);
}

function trees(
  head: { readonly nodes: number },
  tensors: AnyTensors,
  prefix: string,
  dim: number,
): HeadFunction {
  const [base] = tensorData(tensors, `${prefix}.base`, 1);
  const threshold = tensorData(tensors, `${prefix}.threshold`, head.nodes);
  const value = tensorData(tensors, `${prefix}.value`, head.nodes);
  const roots = integers(tensors, `${prefix}.roots`);
  const feature = integers(tensors, `${prefix}.feature`);
  const left = integers(tensors, `${prefix}.left`);
  const right = integers(tensors, `${prefix}.right`);
  checkTrees(prefix, { roots, feature, left, right }, dim);
  const rounded = new Float32Array(dim);
  return (features) => {
    rounded.set(features);
    let total = base;
    for (let t = 0; t < roots.length; t++) {
      let node = roots[t];
      for (let f = feature[node]; f !== -1; f = feature[node]) {
        node = rounded[f] <= threshold[node] ? left[node] : right[node];
      }
      total += value[node];
    }
    return total;
  };
}

function mlp(head: MlpHead, tensors: AnyTensors, prefix: string, dim: number): HeadFunction {
  const widths = mlpWidths(head, dim);
  const layers = widths.slice(1).map((width, j) => ({
    weight: tensorData(tensors, `${prefix}.layer.${j}.weight`, widths[j] * width),
    bias: tensorData(tensors, `${prefix}.layer.${j}.bias`, width),
    output: new Float64Array(width),
  }));
  return (features) => {
    let input = features;
    layers.forEach(({ weight, bias, output }, j) => {
      const width = output.length;
      output.set(bias);
      let at = 0;
      for (let i = 0; i < input.length; i++) {
        // Between layers the units are rectified; what is off adds nothing.
        const value = input[i];
        if (j > 0 && value <= 0) {
          at += width;
          continue;
        }
        for (let o = 0; o < width; o++) output[o] += value * weight[at++];
      }
      input = output;
    });
    return input[0];
  };
}

/**
 * Similarities are compared as multiples of 2^-30: two rows that are the same to the last bit of a sum are equally similar in
 * every language, and the earlier row wins.
 */
export const SIMILARITY_STEPS = 2 ** 30;

function nearest(head: NearestHead, tensors: AnyTensors, prefix: string, dim: number): HeadFunction {
  const points = tensorData(tensors, `${prefix}.points`, head.points * dim);
  const values = tensorData(tensors, `${prefix}.values`, head.points);
  const best = new Float64Array(head.k);
  const rows = new Int32Array(head.k);
  return (features) => {
    let square = 0;
    for (let j = 0; j < dim; j++) square += features[j] * features[j];
    const perLength = 1 / (Math.sqrt(square) + 1e-9);
    best.fill(-Infinity);
    const last = head.k - 1;
    let at = 0;
    for (let row = 0; row < head.points; row++) {
      let dot = 0;
      for (let j = 0; j < dim; j++) dot += features[j] * points[at++];
      const similarity = Math.round(dot * perLength * SIMILARITY_STEPS);
      if (similarity <= best[last]) continue;
      let place = last;
      for (; place > 0 && best[place - 1] < similarity; place--) {
        best[place] = best[place - 1];
        rows[place] = rows[place - 1];
      }
      best[place] = similarity;
      rows[place] = row;
    }
    let total = 0;
    for (const row of rows) total += values[row];
    return total / head.k;
  };
}

/**
 * A head as a function.
 *
 * @param prefix of its tensors, e.g. `head.0`
 * @throws RouterFileError `bad-tensor` where trees point nowhere; RangeError where a tensor is missing
 * @example
 * createHead(manifest.heads[0], tensors, 'head.0', 61)(features); // 0.131…
 */
export function createHead(head: HeadSpec, tensors: AnyTensors, prefix: string, dim: number): HeadFunction {
  switch (head.kind) {
    case 'linear':
      return linear(tensors, prefix, dim);
    case 'trees':
      return trees(head, tensors, prefix, dim);
    case 'mlp':
      return mlp(head, tensors, prefix, dim);
    case 'nearest':
      return nearest(head, tensors, prefix, dim);
    case 'sum': {
      const parts = head.parts.map((part, j) => ({
        weight: part.weight,
        apply: createHead(part, tensors, `${prefix}.part.${j}`, dim),
      }));
      return (features) => {
        let total = 0;
        for (const { weight, apply } of parts) total += weight * apply(features);
        return total;
      };
    }
  }
}
