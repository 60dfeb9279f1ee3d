/**
 * vllm-semantic-router/: mlp_model.json as the MLP selector of the vLLM semantic router reads it
 * (candle-binding/src/classifiers/mlp_selector.rs) and the lines of its configuration. The selector takes the largest of its
 * outputs, of equal ones the last, and knows no threshold: the operating point is in the biases, the cheapest model is last.
 */
import { z } from 'zod';
import type { Manifest } from '../runtime/manifest.ts';
import type { RouterFile } from '../runtime/router-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { denseNetwork, overVector, type DenseLayer, type DenseNetwork } from './dense-network.ts';
import { answersOfGains, type AskFormat } from './parity.ts';
import { embeddingBlock, otherEncoder, shortFloat } from './vector-router.ts';

/** After the embedding the selector puts the category of the prompt, one of 14, which this router does not read. */
const CATEGORIES = 14;

interface GatewayEncoder {
  /** As model_type says it. */
  readonly type: string;
  readonly name: string;
  readonly pattern: RegExp;
}

/** Embeddings that the gateway has, by their length. */
const ENCODERS: Readonly<Record<number, GatewayEncoder>> = {
  1024: { type: 'qwen3', name: 'Qwen3-Embedding', pattern: /qwen3-embedding/i },
  768: { type: 'mmbert', name: 'mmBERT', pattern: /mmbert/i },
};

/** From dear to cheap, so that of equal scores the cheapest wins. */
function modelOrder({ models }: Manifest): string[] {
  const fromCheap = [...models].sort((a, b) => a.relativeCost - b.relativeCost);
  return fromCheap.reverse().map(({ name }) => name);
}

/** What is taken off each model's gain: w · relative cost, of two models the threshold. */
function withOperatingPoint(
  network: DenseNetwork,
  manifest: Manifest,
  order: readonly string[],
): DenseNetwork {
  const last = network[network.length - 1];
  const [point] = manifest.operatingPoints;
  const rule = manifest.models.length === 2 ? point.threshold : point.w;
  const cost = new Map(manifest.models.map(({ name, relativeCost }) => [name, relativeCost]));
  const bias = last.bias.map((value, k) => value - rule * (cost.get(order[k]) ?? 0));
  return [...network.slice(0, -1), { ...last, bias }];
}

function linearLayer(layer: DenseLayer, padding: number): object {
  const weight = Array.from({ length: layer.out }, (_, o) => [
    ...Array.from({ length: layer.in }, (_unused, i) => shortFloat(layer.weight[i * layer.out + o])),
    ...Array.from({ length: padding }, () => 0),
  ]);
  return {
    type: 'linear',
    in_features: layer.in + padding,
    out_features: layer.out,
    weight,
    bias: Array.from(layer.bias, shortFloat),
  };
}

function configuration(encoder: string, dim: number, names: readonly string[]): string {
  return `# Lines for the configuration of the vLLM semantic router 0.4 (https://vllm-semantic-router.com).
# Put mlp_model.json where models_path says. The models below must be configured under these names.
# Versions that ask for it read "ml" under the decision's "algorithm" instead of under "global".
routing:
  decisions:
    - name: metarouter
      description: Decided by a router of Meta-Router Studio.
      priority: 100
      rules: { operator: AND, conditions: [] }
      modelRefs:
${names.map((name) => `        - model: ${JSON.stringify(name)}`).join('\n')}
      algorithm:
        type: mlp
global:
  router:
    model_selection:
      enabled: true
      ml:
        models_path: /app/models/metarouter
        model_type: ${encoder}
        embedding_dim: ${dim}
        mlp:
          device: cpu
          pretrained_path: /app/models/metarouter/mlp_model.json
`;
}

export interface VllmFiles {
  readonly modelJson: string;
  readonly yaml: string;
}

/** The two files, or why there are none. */
export function writeVllm(file: RouterFile): VllmFiles | string {
  const { manifest } = file;
  const block = embeddingBlock(file);
  if (typeof block === 'string') return block;
  if (!Object.hasOwn(ENCODERS, block.inputDim)) {
    return `the embedding has ${block.inputDim} numbers; the gateway has encoders of 1024 (Qwen3) and 768 (mmBERT)`;
  }
  const encoder = ENCODERS[block.inputDim];
  const conflict = otherEncoder(block, encoder.name, encoder.pattern);
  if (conflict !== null) return conflict;
  const order = modelOrder(manifest);
  const network = denseNetwork(file, {
    count: order.length,
    ofHead: (i) => order.indexOf(manifest.heads[i].model),
  });
  if (network === null) return 'a head of trees or neighbours is no perceptron';
  const layers = withOperatingPoint(overVector(network, block, file.tensors), manifest, order);
  const model = {
    algorithm: 'mlp',
    trained: true,
    model_names: order,
    feature_dim: block.inputDim + CATEGORIES,
    n_classes: order.length,
    hidden_sizes: layers.slice(0, -1).map((layer) => layer.out),
    dropout: 0,
    layers: layers.flatMap((layer, j) => {
      const linear = linearLayer(layer, j === 0 ? CATEGORIES : 0);
      return j === layers.length - 1 ? [linear] : [linear, { type: 'relu' }];
    }),
  };
  return {
    modelJson: `${canonicalJson(model)}\n`,
    yaml: configuration(encoder.type, block.inputDim, order),
  };
}

const mlpModel = z.object({
  model_names: z.array(z.string()),
  feature_dim: z.int(),
  layers: z.array(
    z.discriminatedUnion('type', [
      z.object({
        type: z.literal('linear'),
        weight: z.array(z.array(z.number())),
        bias: z.array(z.number()),
      }),
      z.object({ type: z.literal('relu') }),
    ]),
  ),
});

/** What the selector does with a mlp_model.json, in float32 as it does: the scores of the models, by name. */
export function runVllmModel(
  modelJson: string,
): (embedding: ArrayLike<number>) => ReadonlyMap<string, number> {
  const model = mlpModel.parse(JSON.parse(modelJson));
  return (embedding) => {
    let values = new Float32Array(model.feature_dim);
    values.set(Float32Array.from(embedding));
    for (const layer of model.layers) {
      if (layer.type === 'relu') {
        values = values.map((value) => Math.max(value, 0));
        continue;
      }
      values = Float32Array.from(layer.weight, (row, o) => {
        let sum = layer.bias[o];
        for (let i = 0; i < row.length; i++) sum += Math.fround(row[i]) * values[i];
        return sum;
      });
    }
    return new Map(model.model_names.map((name, k) => [name, values[k]]));
  };
}

/** Asks a mlp_model.json: what the selector says at the first operating point, and by the gains behind it at the others. */
export function askVllmModel(modelJson: string, manifest: Manifest): AskFormat {
  const run = runVllmModel(modelJson);
  const [point] = manifest.operatingPoints;
  const rule = manifest.models.length === 2 ? point.threshold : point.w;
  return async (rows) => {
    const scores = rows.map(({ vector = [] }) => run(vector));
    const gains = scores.map((of) =>
      manifest.heads.map(({ model }) => {
        const { relativeCost = 0 } = manifest.models.find(({ name }) => name === model) ?? {};
        return (of.get(model) ?? NaN) + rule * relativeCost;
      }),
    );
    const answers = answersOfGains(manifest, rows, gains).map(([first, ...others], i) => {
      // Of equal scores the selector takes the last.
      const selected = [...scores[i]].reduce((best, entry) => (entry[1] >= best[1] ? entry : best));
      return [{ ...first, model: selected[0] }, ...others];
    });
    return Promise.resolve(answers);
  };
}
