import type { HeadSpec, SimpleHead } from '../runtime/manifest.ts';
import type { Model, SumModel } from './model.ts';

type Tensors = Readonly<Record<string, { readonly data: Float32Array | Int32Array }>>;

/**
 * The model that a head of a router file stands for: the way back from `modelHead`.
 *
 * @param index the head's place in the file
 * @param dim width of the feature vector
 * @throws RangeError where a tensor is missing or of another type
 */
export function modelOfHead(spec: HeadSpec, tensors: Tensors, index: number, dim: number): Model {
  const prefix = `head.${index}`;
  if (spec.kind !== 'sum') return simpleModel(spec, tensors, prefix, dim);
  return {
    kind: 'sum',
    dim,
    parts: spec.parts.map(({ weight, ...part }, j) => ({
      weight,
      model: simpleModel(part, tensors, `${prefix}.part.${j}`, dim),
    })),
  };
}

function simpleModel(
  spec: SimpleHead,
  tensors: Tensors,
  prefix: string,
  dim: number,
): Exclude<Model, SumModel> {
  const floats = (name: string): Float32Array => {
    const data = dataOf(tensors, `${prefix}.${name}`);
    if (data instanceof Float32Array) return data;
    throw new RangeError(`modelOfHead: tensor ${prefix}.${name} should be of float32`);
  };
  const integers = (name: string): Int32Array => {
    const data = dataOf(tensors, `${prefix}.${name}`);
    if (data instanceof Int32Array) return data;
    throw new RangeError(`modelOfHead: tensor ${prefix}.${name} should be of int32`);
  };
  switch (spec.kind) {
    case 'linear':
      return {
        kind: 'linear',
        intercept: floats('intercept')[0],
        coefficients: Float64Array.from(floats('coefficients')),
      };
    case 'trees':
      return {
        kind: 'trees',
        dim,
        base: floats('base')[0],
        roots: integers('roots'),
        feature: integers('feature'),
        threshold: floats('threshold'),
        left: integers('left'),
        right: integers('right'),
        value: floats('value'),
      };
    case 'mlp': {
      const widths = [dim, ...spec.hidden, 1];
      return {
        kind: 'mlp',
        dim,
        layers: widths.slice(1).map((out, j) => ({
          in: widths[j],
          out,
          weight: floats(`layer.${j}.weight`),
          bias: floats(`layer.${j}.bias`),
        })),
      };
    }
    case 'nearest':
      return { kind: 'nearest', dim, k: spec.k, points: floats('points'), values: floats('values') };
  }
}

function dataOf(tensors: Tensors, name: string): Tensors[string]['data'] {
  if (Object.hasOwn(tensors, name)) return tensors[name].data;
  throw new RangeError(`modelOfHead: tensor ${name} is missing`);
}
