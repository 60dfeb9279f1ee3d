/** Random but valid heads of every kind. */
import type { Rng } from '../../src/core/rng.ts';
import type { AnyTensor, HeadSpec, SimpleHead, Tensor } from '../../src/runtime/manifest.ts';

export const HEAD_KINDS = ['linear', 'trees', 'mlp', 'nearest', 'sum'] as const;
export type HeadKind = (typeof HEAD_KINDS)[number];

export interface RandomHead {
  readonly spec: HeadSpec;
  readonly tensors: Readonly<Record<string, AnyTensor>>;
}

function floats(shape: readonly number[], value: () => number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, value) };
}

/** Complete trees of this depth, as boosting grows them: children after their parents. */
function randomTrees(rng: Rng, dim: number, trees: number, depth: number): Record<string, AnyTensor> {
  const perTree = 2 ** (depth + 1) - 1;
  const inner = 2 ** depth - 1;
  const nodes = Array.from({ length: trees * perTree }, (_, i) => ({
    at: i % perTree,
    first: i - (i % perTree),
  }));
  const column = (value: (node: { at: number; first: number }) => number): AnyTensor => ({
    shape: [nodes.length],
    data: Int32Array.from(nodes, value),
  });
  const isInner = ({ at }: { at: number }): boolean => at < inner;
  return {
    base: floats([1], () => 0.02),
    roots: { shape: [trees], data: Int32Array.from({ length: trees }, (_, t) => t * perTree) },
    feature: column((node) => (isInner(node) ? Math.floor(rng.uniform() * dim) : -1)),
    threshold: { shape: [nodes.length], data: Float32Array.from(nodes, () => 0.3 * rng.normal()) },
    left: column((node) => (isInner(node) ? node.first + 2 * node.at + 1 : 0)),
    right: column((node) => (isInner(node) ? node.first + 2 * node.at + 2 : 0)),
    value: {
      shape: [nodes.length],
      data: Float32Array.from(nodes, (node) => (isInner(node) ? 0 : (0.3 * rng.normal()) / Math.sqrt(trees))),
    },
  };
}

function randomSimple(kind: SimpleHead['kind'], dim: number, rng: Rng): RandomHead & { spec: SimpleHead } {
  switch (kind) {
    case 'linear':
      return {
        spec: { kind },
        tensors: {
          coefficients: floats([dim], () => 0.1 * rng.normal()),
          intercept: floats([1], () => 0.05 * rng.normal()),
        },
      };
    case 'trees': {
      const tensors = randomTrees(rng, dim, 20, 3);
      return { spec: { kind, trees: 20, nodes: 20 * 15 }, tensors };
    }
    case 'mlp': {
      const hidden = [7, 5];
      const widths = [dim, ...hidden, 1];
      const layers = widths
        .slice(1)
        .flatMap((width, j) => [
          [
            `layer.${j}.weight`,
            floats([widths[j], width], () => rng.normal() / Math.sqrt(widths[j])),
          ] as const,
          [`layer.${j}.bias`, floats([width], () => 0.1 * rng.normal())] as const,
        ]);
      return { spec: { kind, hidden }, tensors: Object.fromEntries(layers) };
    }
    case 'nearest': {
      const points = 60;
      const data = Float32Array.from({ length: points * dim }, () => rng.normal());
      // The second half repeats the first: equal similarities are the rule, not the exception.
      data.copyWithin((points / 2) * dim, 0, (points / 2) * dim);
      for (let i = 0; i < points; i++) {
        const row = data.subarray(i * dim, (i + 1) * dim);
        const norm = Math.hypot(...row);
        row.forEach((value, j) => (row[j] = value / norm));
      }
      return {
        spec: { kind, k: 7, points },
        tensors: { points: { shape: [points, dim], data }, values: floats([points], () => rng.normal()) },
      };
    }
  }
}

/** Names without the prefix of the head. */
function randomHead(kind: HeadKind, dim: number, rng: Rng): RandomHead {
  if (kind !== 'sum') return randomSimple(kind, dim, rng);
  const parts = (['linear', 'trees', 'mlp', 'nearest'] as const).map((part, j) => ({
    weight: 0.5 - 0.25 * j,
    ...randomSimple(part, dim, rng),
  }));
  return {
    spec: { kind, parts: parts.map(({ weight, spec }) => ({ ...spec, weight })) },
    tensors: Object.fromEntries(
      parts.flatMap(({ tensors }, j) => Object.entries(prefixed(`part.${j}`, tensors))),
    ),
  };
}

function prefixed(prefix: string, tensors: RandomHead['tensors']): Record<string, AnyTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
}

/** A head whose tensors are named as in a file: `head.<index>.…`. */
export function makeHead(kind: HeadKind, index: number, dim: number, rng: Rng): RandomHead {
  const { spec, tensors } = randomHead(kind, dim, rng);
  return { spec, tensors: prefixed(`head.${index}`, tensors) };
}
