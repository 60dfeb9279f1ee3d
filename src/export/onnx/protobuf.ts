/**
 * ONNX models as bytes: the messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that a router
 * needs, with their field numbers. The one place that imports protobufjs.
 */
import protobuf from 'protobufjs/light.js';

interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: 'repeated';
}

const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ type, id, rule: 'repeated' });

const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Model: {
    irVersion: one('int64', 1),
    producerName: one('string', 2),
    producerVersion: one('string', 3),
    modelVersion: one('int64', 5),
    graph: one('Graph', 7),
    opsetImport: many('OperatorSet', 8),
    metadataProps: many('Entry', 14),
  },
  OperatorSet: { domain: one('string', 1), version: one('int64', 2) },
  Entry: { key: one('string', 1), value: one('string', 2) },
  Graph: {
    node: many('Node', 1),
    name: one('string', 2),
    initializer: many('Tensor', 5),
    input: many('ValueInfo', 11),
    output: many('ValueInfo', 12),
  },
  Node: {
    input: many('string', 1),
    output: many('string', 2),
    name: one('string', 3),
    opType: one('string', 4),
    attribute: many('Attribute', 5),
    domain: one('string', 7),
  },
  Attribute: {
    name: one('string', 1),
    i: one('int64', 3),
    s: one('bytes', 4),
    floats: many('float', 7),
    ints: many('int64', 8),
    strings: many('bytes', 9),
    type: one('int32', 20),
  },
  Tensor: {
    dims: many('int64', 1),
    dataType: one('int32', 2),
    name: one('string', 8),
    rawData: one('bytes', 9),
  },
  ValueInfo: { name: one('string', 1), type: one('Type', 2) },
  Type: { tensorType: one('TensorType', 1) },
  TensorType: { elemType: one('int32', 1), shape: one('Shape', 2) },
  Shape: { dim: many('Dimension', 1) },
  Dimension: { dimValue: one('int64', 1), dimParam: one('string', 2) },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(MESSAGES).map(([name, fields]) => [name, { fields }])),
});

/** Numbers of TensorProto.DataType and AttributeProto.AttributeType. */
export const DATA_TYPE = { float: 1, int64: 7, double: 11 } as const;
export const ATTRIBUTE_TYPE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
}

export interface OnnxNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: readonly OnnxAttribute[];
  readonly domain?: string;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

export interface OnnxValue {
  readonly name: string;
  /** A text is a free dimension. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producerVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

function valueInfo({ name, dims }: OnnxValue): object {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE.float, shape: { dim } } } };
}

/** The bytes of a model; the same model, the same bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const type = root.lookupType('Model');
  const message = type.fromObject({
    irVersion: model.irVersion,
    producerName: 'meta-router-studio',
    producerVersion: model.producerVersion,
    modelVersion: 1,
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: model.name,
      node: model.nodes,
      initializer: model.initializers,
      input: model.inputs.map(valueInfo),
      output: model.outputs.map(valueInfo),
    },
  });
  return Uint8Array.from(type.encode(message).finish());
}
