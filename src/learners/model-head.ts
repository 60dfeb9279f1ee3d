import type { AnyTensor, HeadSpec, SimpleHead } from '../runtime/manifest.ts';
import type { Model, SumModel } from './model.ts';

/** A fitted model as a router file holds it. */
export interface ModelHead {
  readonly spec: HeadSpec;
  /** Named as in the file: `head.<index>.…`. */
  readonly tensors: Readonly<Record<string, AnyTensor>>;
}

type SimpleModel = Exclude<Model, SumModel>;
interface SimpleModelHead extends ModelHead {
  readonly spec: SimpleHead;
}

const column = <T extends Float32Array | Int32Array>(data: T): { shape: readonly number[]; data: T } => ({
  shape: [data.length],
  data,
});

function simple(model: SimpleModel): SimpleModelHead {
  switch (model.kind) {
    case 'linear':
      return {
        spec: { kind: 'linear' },
        tensors: {
          coefficients: column(Float32Array.from(model.coefficients)),
          intercept: column(Float32Array.of(model.intercept)),
        },
      };
    case 'trees': {
      const { roots, feature } = model;
      return {
        spec: { kind: 'trees', trees: roots.length, nodes: feature.length },
        tensors: {
          base: column(Float32Array.of(model.base)),
          roots: column(roots),
          feature: column(feature),
          threshold: column(model.threshold),
          left: column(model.left),
          right: column(model.right),
          value: column(model.value),
        },
      };
    }
    case 'mlp': {
      const tensors: Record<string, AnyTensor> = {};
      model.layers.forEach((layer, j) => {
        tensors[`layer.${j}.weight`] = { shape: [layer.in, layer.out], data: layer.weight };
        tensors[`layer.${j}.bias`] = column(layer.bias);
      });
      return { spec: { kind: 'mlp', hidden: model.layers.slice(0, -1).map((layer) => layer.out) }, tensors };
    }
    case 'nearest': {
      const { k, values, points, dim } = model;
      return {
        spec: { kind: 'nearest', k, points: values.length },
        tensors: { points: { shape: [values.length, dim], data: points }, values: column(values) },
      };
    }
  }
}

function withPrefix(prefix: string, tensors: ModelHead['tensors']): [string, AnyTensor][] {
  return Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]);
}

/** Sums within sums are opened: a file holds sums of simple parts. */
function partsOf(model: Model, weight: number): { weight: number; model: SimpleModel }[] {
  if (model.kind !== 'sum') return [{ weight, model }];
  return model.parts.flatMap((part) => partsOf(part.model, weight * part.weight));
}

/**
 * The head of a router file (docs/formats.md, "Heads") that computes what the model predicts, weights rounded to float32.
 *
 * @param index its place in the manifest's `heads`
 */
export function modelHead(model: Model, index: number): ModelHead {
  const prefix = `head.${index}`;
  if (model.kind !== 'sum') {
    const { spec, tensors } = simple(model);
    return { spec, tensors: Object.fromEntries(withPrefix(prefix, tensors)) };
  }
  const parts = partsOf(model, 1).map(({ weight, model: part }) => ({ weight, ...simple(part) }));
  const tensors = parts.flatMap((part, j) => withPrefix(`${prefix}.part.${j}`, part.tensors));
  return {
    spec: { kind: 'sum', parts: parts.map(({ weight, spec }) => ({ ...spec, weight })) },
    tensors: Object.fromEntries(tensors),
  };
}
