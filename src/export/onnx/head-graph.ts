/** Heads as ONNX nodes: from a name of features [N, d] to a name of gains [N, 1]. */
import { tensorData, type AnyTensors } from '../../runtime/blocks.ts';
import { mlpWidths, SIMILARITY_STEPS } from '../../runtime/heads.ts';
import type { HeadSpec, MlpHead, NearestHead, TreesHead } from '../../runtime/manifest.ts';
import type { Graph } from './graph.ts';
import { DATA_TYPE } from './protobuf.ts';

/** Where a head is: its tensors and the width of its features. */
interface Place {
  readonly tensors: AnyTensors;
  readonly prefix: string;
  readonly dim: number;
}

function linear(graph: Graph, features: string, { tensors, prefix, dim }: Place): string {
  const weight = tensorData(tensors, `${prefix}.coefficients`, dim);
  const bias = tensorData(tensors, `${prefix}.intercept`, 1);
  return graph.add('Gemm', [
    features,
    graph.floats('coefficients', [dim, 1], weight),
    graph.floats('intercept', [1], bias),
  ]);
}

interface TreeNodes {
  readonly treeIds: number[];
  readonly nodeIds: number[];
  readonly features: number[];
  readonly thresholds: number[];
  readonly modes: string[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly leaves: { readonly tree: number; readonly node: number; readonly value: number }[];
}

/** Each tree's nodes in the order of a walk from its root; the first branch is the one where feature <= threshold. */
function numberNodes(tensors: AnyTensors, prefix: string, nodes: number): TreeNodes {
  const column = (name: string): ArrayLike<number> => tensors[`${prefix}.${name}`].data;
  const [feature, left, right] = [column('feature'), column('left'), column('right')];
  const threshold = tensorData(tensors, `${prefix}.threshold`, nodes);
  const value = tensorData(tensors, `${prefix}.value`, nodes);
  const out: TreeNodes = {
    treeIds: [],
    nodeIds: [],
    features: [],
    thresholds: [],
    modes: [],
    trueIds: [],
    falseIds: [],
    leaves: [],
  };
  Array.from(column('roots')).forEach((root, tree) => {
    const order = [root];
    for (let id = 0; id < order.length; id++) {
      const node = order[id];
      const isLeaf = feature[node] === -1;
      out.treeIds.push(tree);
      out.nodeIds.push(id);
      out.features.push(isLeaf ? 0 : feature[node]);
      out.thresholds.push(isLeaf ? 0 : threshold[node]);
      out.modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ');
      out.trueIds.push(isLeaf ? 0 : order.length);
      out.falseIds.push(isLeaf ? 0 : order.length + 1);
      if (isLeaf) out.leaves.push({ tree, node: id, value: value[node] });
      else order.push(left[node], right[node]);
    }
  });
  return out;
}

function trees(graph: Graph, head: TreesHead, features: string, { tensors, prefix }: Place): string {
  const found = numberNodes(tensors, prefix, head.nodes);
  const { leaves } = found;
  return graph.add(
    'TreeEnsembleRegressor',
    [features],
    {
      n_targets: { int: 1 },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' },
      base_values: { floats: tensorData(tensors, `${prefix}.base`, 1) },
      nodes_treeids: { ints: found.treeIds },
      nodes_nodeids: { ints: found.nodeIds },
      nodes_featureids: { ints: found.features },
      nodes_values: { floats: found.thresholds },
      nodes_modes: { strings: found.modes },
      nodes_truenodeids: { ints: found.trueIds },
      nodes_falsenodeids: { ints: found.falseIds },
      target_treeids: { ints: leaves.map((leaf) => leaf.tree) },
      target_nodeids: { ints: leaves.map((leaf) => leaf.node) },
      target_ids: { ints: leaves.map(() => 0) },
      target_weights: { floats: leaves.map((leaf) => leaf.value) },
    },
    { domain: 'ai.onnx.ml' },
  );
}

function mlp(graph: Graph, head: MlpHead, features: string, { tensors, prefix, dim }: Place): string {
  const widths = mlpWidths(head, dim);
  return widths.slice(1).reduce((input, width, j) => {
    const weight = tensorData(tensors, `${prefix}.layer.${j}.weight`, widths[j] * width);
    const bias = tensorData(tensors, `${prefix}.layer.${j}.bias`, width);
    const active = j === 0 ? input : graph.add('Relu', [input]);
    return graph.add('Gemm', [
      active,
      graph.floats('weight', [widths[j], width], weight),
      graph.floats('bias', [width], bias),
    ]);
  }, features);
}

/** In float64, because in float32 near neighbours would change places; similarity in steps, as every runtime has it. */
function nearest(graph: Graph, head: NearestHead, features: string, { tensors, prefix, dim }: Place): string {
  const points = tensorData(tensors, `${prefix}.points`, head.points * dim);
  const values = tensorData(tensors, `${prefix}.values`, head.points);
  const double = { to: { int: DATA_TYPE.double } };
  const x = graph.add('Cast', [features], double);
  const axis = graph.integers('axis', [1]);
  const square = graph.add('ReduceSum', [graph.add('Mul', [x, x]), axis], { keepdims: { int: 1 } });
  const length = graph.add('Add', [graph.add('Sqrt', [square]), graph.doubles('least_length', [1], [1e-9])]);
  const transposed = new Float32Array(points.length);
  for (let i = 0; i < head.points; i++) {
    for (let j = 0; j < dim; j++) transposed[j * head.points + i] = points[i * dim + j];
  }
  const matrix = graph.add('Cast', [graph.floats('points', [dim, head.points], transposed)], double);
  const cosine = graph.add('MatMul', [graph.add('Div', [x, length]), matrix]);
  const steps = graph.add('Mul', [cosine, graph.doubles('steps', [1], [SIMILARITY_STEPS])]);
  const rounded = graph.add('Floor', [graph.add('Add', [steps, graph.doubles('half', [1], [0.5])])]);
  const most = graph.add(
    'TopK',
    [rounded, graph.integers('k', [head.k])],
    { axis: { int: 1 } },
    { also: 'rows' },
  );
  const found = graph.add('Gather', [graph.floats('values', [head.points], values), `${most}_rows`]);
  return graph.add('ReduceMean', [found], { axes: { ints: [1] }, keepdims: { int: 1 } });
}

/** Adds the nodes of a head; its tensors are named `<prefix>.…`. */
export function addHead(graph: Graph, head: HeadSpec, features: string, place: Place): string {
  switch (head.kind) {
    case 'linear':
      return linear(graph, features, place);
    case 'trees':
      return trees(graph, head, features, place);
    case 'mlp':
      return mlp(graph, head, features, place);
    case 'nearest':
      return nearest(graph, head, features, place);
    case 'sum': {
      const parts = head.parts.map((part, j) => {
        const gain = addHead(graph, part, features, { ...place, prefix: `${place.prefix}.part.${j}` });
        return graph.add('Mul', [gain, graph.floats('weight', [1], [part.weight])]);
      });
      return parts.reduce((sum, part) => graph.add('Add', [sum, part]));
    }
  }
}
