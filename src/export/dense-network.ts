/**
 * Linear heads, perceptrons and their sums as one dense network: layers with rectified linear units between them. What
 * readers that know nothing else than dense layers are given.
 */
import { tensorData, type AnyTensors } from '../runtime/blocks.ts';
import { mlpWidths } from '../runtime/heads.ts';
import type { BlockSpec, HeadSpec, SimpleHead } from '../runtime/manifest.ts';
import { featureDim, type RouterFile } from '../runtime/router-file.ts';

/** output = input · weight + bias. */
export interface DenseLayer {
  readonly in: number;
  readonly out: number;
  /** in × out, row-major, float64: rounding to float32 is left to the format. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

export type DenseNetwork = readonly DenseLayer[];

function layer(width: number, units: number, weight: ArrayLike<number>, bias: ArrayLike<number>): DenseLayer {
  return { in: width, out: units, weight: Float64Array.from(weight), bias: Float64Array.from(bias) };
}

function ofSimple(head: SimpleHead, tensors: AnyTensors, prefix: string, dim: number): DenseNetwork | null {
  if (head.kind === 'linear') {
    const weight = tensorData(tensors, `${prefix}.coefficients`, dim);
    return [layer(dim, 1, weight, tensorData(tensors, `${prefix}.intercept`, 1))];
  }
  if (head.kind !== 'mlp') return null;
  const widths = mlpWidths(head, dim);
  return widths.slice(1).map((units, j) => {
    const weight = tensorData(tensors, `${prefix}.layer.${j}.weight`, widths[j] * units);
    return layer(widths[j], units, weight, tensorData(tensors, `${prefix}.layer.${j}.bias`, units));
  });
}

/** A network whose one output goes, times a weight, to an output of the whole. */
interface Part {
  readonly network: DenseNetwork;
  readonly output: number;
  readonly weight: number;
}

function partsOf(
  head: HeadSpec,
  output: number,
  { tensors }: RouterFile,
  prefix: string,
  dim: number,
): Part[] | null {
  const list = head.kind === 'sum' ? head.parts : [{ ...head, weight: 1 }];
  const parts: Part[] = [];
  for (const [j, part] of list.entries()) {
    const network = ofSimple(part, tensors, head.kind === 'sum' ? `${prefix}.part.${j}` : prefix, dim);
    if (network === null) return null;
    parts.push({ network, output, weight: part.weight });
  }
  return parts;
}

/** One layer more for the same output: x = max(x, 0) − max(−x, 0). */
function deepen(network: DenseNetwork): DenseNetwork {
  const last = network[network.length - 1];
  const weight = Float64Array.from(
    { length: last.in * 2 },
    (_, i) => last.weight[i >> 1] * (i % 2 === 0 ? 1 : -1),
  );
  return [
    ...network.slice(0, -1),
    { in: last.in, out: 2, weight, bias: Float64Array.of(last.bias[0], -last.bias[0]) },
    layer(2, 1, [1, -1], [0]),
  ];
}

function deepenTo(network: DenseNetwork, depth: number): DenseNetwork {
  return network.length >= depth ? network : deepenTo(deepen(network), depth);
}

/** Layers side by side: the first shares its input, the others are blocks on the diagonal. */
function sideBySide(layers: readonly DenseLayer[], sharesInput: boolean): DenseLayer {
  const units = layers.reduce((sum, { out }) => sum + out, 0);
  const width = sharesInput ? layers[0].in : layers.reduce((sum, of) => sum + of.in, 0);
  const weight = new Float64Array(width * units);
  const bias = new Float64Array(units);
  let row = 0;
  let column = 0;
  for (const of of layers) {
    for (let i = 0; i < of.in; i++) {
      const from = of.weight.subarray(i * of.out, (i + 1) * of.out);
      weight.set(from, ((sharesInput ? 0 : row) + i) * units + column);
    }
    bias.set(of.bias, column);
    row += of.in;
    column += of.out;
  }
  return { in: width, out: units, weight, bias };
}

/** The last layers of the parts, added up into their outputs. */
function addUp(
  parts: readonly Part[],
  layers: readonly DenseLayer[],
  outputs: number,
  sharesInput: boolean,
): DenseLayer {
  const width = sharesInput ? layers[0].in : layers.reduce((sum, of) => sum + of.in, 0);
  const weight = new Float64Array(width * outputs);
  const bias = new Float64Array(outputs);
  let row = 0;
  layers.forEach((of, p) => {
    const { output, weight: share } = parts[p];
    for (let i = 0; i < of.in; i++) {
      weight[((sharesInput ? 0 : row) + i) * outputs + output] += share * of.weight[i];
    }
    bias[output] += share * of.bias[0];
    row += of.in;
  });
  return { in: width, out: outputs, weight, bias };
}

/**
 * The gains of a router as one dense network over its features, or null where a head is made of trees or neighbours.
 *
 * @param outputs how many outputs the network has, and which of them each head's gain is
 */
export function denseNetwork(
  file: RouterFile,
  outputs: { readonly count: number; readonly ofHead: (index: number) => number },
): DenseNetwork | null {
  const dim = featureDim(file.manifest);
  const parts: Part[] = [];
  for (const [i, head] of file.manifest.heads.entries()) {
    const found = partsOf(head, outputs.ofHead(i), file, `head.${i}`, dim);
    if (found === null) return null;
    parts.push(...found);
  }
  const depth = Math.max(...parts.map(({ network }) => network.length));
  const networks = parts.map(({ network }) => deepenTo(network, depth));
  return Array.from({ length: depth }, (_, level) => {
    const layers = networks.map((network) => network[level]);
    return level === depth - 1
      ? addUp(parts, layers, outputs.count, level === 0)
      : sideBySide(layers, level === 0);
  });
}

/**
 * The same network over the vector that the one `precomputed` block reads: the projection and (raw − center) / scale go into
 * the first layer.
 */
export function overVector(network: DenseNetwork, block: BlockSpec, tensors: AnyTensors): DenseNetwork {
  if (block.kind !== 'precomputed') throw new RangeError('overVector: the block reads no vector.');
  const [first, ...rest] = network;
  const { dim, inputDim, scale, name } = block;
  const components = tensorData(tensors, `${name}.components`, inputDim * dim);
  const center = tensorData(tensors, `${name}.center`, dim);
  const weight = new Float64Array(inputDim * first.out);
  const bias = Float64Array.from(first.bias);
  for (let j = 0; j < dim; j++) {
    for (let o = 0; o < first.out; o++) {
      const share = first.weight[j * first.out + o] / scale;
      bias[o] -= center[j] * share;
      for (let i = 0; i < inputDim; i++) weight[i * first.out + o] += components[i * dim + j] * share;
    }
  }
  return [{ in: inputDim, out: first.out, weight, bias }, ...rest];
}
