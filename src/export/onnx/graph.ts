/** Building an ONNX graph node by node. */
import { ATTRIBUTE_TYPE, DATA_TYPE, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './protobuf.ts';

type AttributeValue =
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly strings: readonly string[] };

export type Attributes = Readonly<Record<string, AttributeValue>>;

const utf8 = new TextEncoder();

function attribute(name: string, value: AttributeValue): OnnxAttribute {
  if ('int' in value) return { name, type: ATTRIBUTE_TYPE.int, i: value.int };
  if ('string' in value) return { name, type: ATTRIBUTE_TYPE.string, s: utf8.encode(value.string) };
  if ('floats' in value) return { name, type: ATTRIBUTE_TYPE.floats, floats: Array.from(value.floats) };
  if ('ints' in value) return { name, type: ATTRIBUTE_TYPE.ints, ints: Array.from(value.ints) };
  const strings = value.strings.map((text) => utf8.encode(text));
  return { name, type: ATTRIBUTE_TYPE.strings, strings };
}

export interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Adds a node and gives the name of its first output; one with `also` has a second, `<name>_<also>`. */
  readonly add: (
    opType: string,
    inputs: readonly string[],
    attributes?: Attributes,
    options?: { readonly domain?: string; readonly output?: string; readonly also?: string },
  ) => string;
  /** Adds a constant and gives its name. */
  readonly floats: (name: string, dims: readonly number[], values: ArrayLike<number>) => string;
  readonly doubles: (name: string, dims: readonly number[], values: ArrayLike<number>) => string;
  readonly integers: (name: string, values: readonly number[]) => string;
}

/** An empty graph. Names of nodes and constants are made different by a number. */
export function createGraph(): Graph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const constant = (
    name: string,
    dims: readonly number[],
    dataType: number,
    bytes: number,
    write: (view: DataView) => void,
  ): string => {
    const unique = `${name}_${initializers.length}`;
    const rawData = new Uint8Array(bytes);
    write(new DataView(rawData.buffer));
    initializers.push({ name: unique, dims, dataType, rawData });
    return unique;
  };
  return {
    nodes,
    initializers,
    add: (opType, inputs, attributes = {}, { domain, output, also } = {}) => {
      const name = `${opType}_${nodes.length}`;
      const out = output ?? `${name}_out`;
      nodes.push({
        input: inputs,
        output: also === undefined ? [out] : [out, `${out}_${also}`],
        name,
        opType,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        ...(domain === undefined ? {} : { domain }),
      });
      return out;
    },
    floats: (name, dims, values) =>
      constant(name, dims, DATA_TYPE.float, values.length * 4, (view) => {
        for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true);
      }),
    doubles: (name, dims, values) =>
      constant(name, dims, DATA_TYPE.double, values.length * 8, (view) => {
        for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i], true);
      }),
    integers: (name, values) =>
      constant(name, [values.length], DATA_TYPE.int64, values.length * 8, (view) => {
        values.forEach((value, i) => {
          view.setBigInt64(i * 8, BigInt(value), true);
        });
      }),
  };
}
