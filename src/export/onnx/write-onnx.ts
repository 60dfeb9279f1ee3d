/** router.onnx: from the feature vector to gains, for onnxruntime in any language. */
import type { Manifest } from '../../runtime/manifest.ts';
import { featureDim, type RouterFile } from '../../runtime/router-file.ts';
import { createGraph } from './graph.ts';
import { addHead } from './head-graph.ts';
import { encodeOnnx, type OnnxValue } from './protobuf.ts';

const IR_VERSION = 8;
const OPSETS = { '': 15, 'ai.onnx.ml': 3 };

/** Everything that a program needs beside the numbers, as texts. */
function metadata(manifest: Manifest): Record<string, string> {
  const [point] = manifest.operatingPoints;
  return {
    router: manifest.name,
    router_id: manifest.id,
    models: JSON.stringify(manifest.models.map(({ name }) => name)),
    anchor: manifest.anchor,
    relative_costs: JSON.stringify(manifest.models.map(({ relativeCost }) => relativeCost)),
    ...(manifest.models.length === 2 ? { threshold: String(point.threshold) } : { w: String(point.w) }),
  };
}

/** The models' columns of `gain`: column k of the heads' gains goes to the model's place, the anchor's stays 0. */
function placement({ models, heads }: Manifest): number[] {
  return heads.flatMap(({ model }) => models.map(({ name }) => Number(name === model)));
}

/**
 * The bytes of router.onnx: IR 8, opset 15, input `features` [N, d]. Two models: output `gain` [N]. More: `gain` [N, K] and
 * `score` [N, K], the gain minus w · relative cost at the first operating point; columns in the order of the models.
 */
export function writeOnnx({ manifest, tensors }: RouterFile): Uint8Array {
  const { heads, models } = manifest;
  const dim = featureDim(manifest);
  const graph = createGraph();
  const gains = heads.map((head, i) =>
    addHead(graph, head, 'features', { tensors, prefix: `head.${i}`, dim }),
  );
  const outputs: OnnxValue[] = [];
  if (models.length === 2) {
    graph.add('Reshape', [gains[0], graph.integers('flat', [-1])], {}, { output: 'gain' });
    outputs.push({ name: 'gain', dims: ['N'] });
  } else {
    const table = graph.add('Concat', gains, { axis: { int: 1 } });
    const columns = graph.floats('placement', [heads.length, models.length], placement(manifest));
    graph.add('MatMul', [table, columns], {}, { output: 'gain' });
    const { w } = manifest.operatingPoints[0];
    const costs = models.map(({ relativeCost }) => w * relativeCost);
    graph.add('Sub', ['gain', graph.floats('costs', [models.length], costs)], {}, { output: 'score' });
    outputs.push({ name: 'gain', dims: ['N', models.length] }, { name: 'score', dims: ['N', models.length] });
  }
  return encodeOnnx({
    irVersion: IR_VERSION,
    opsets: OPSETS,
    producerVersion: manifest.productVersion,
    metadata: metadata(manifest),
    name: 'router',
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: 'features', dims: ['N', dim] }],
    outputs,
  });
}
