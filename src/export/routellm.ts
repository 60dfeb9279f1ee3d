/**
 * routellm/: a checkpoint that the `mf` router of RouteLLM loads. It scores a pair of models by
 * σ(c·(p̂_a ∘ W e) − c·(p̂_b ∘ W e)), e the embedding, p̂ a model's row of P over its length, and always with the rows of
 * gpt-4-1106-preview and mixtral-8x7b-instruct-v0.1. With p̂_a = e₁, p̂_b = −e₁, c = e₁ and the first row of W half our
 * weights, that is σ(v · e). There is no intercept: it is part of the threshold.
 */
import type { RouterFile } from '../runtime/router-file.ts';
import { readSafetensorsHeader, readSafetensorsTensors } from '../runtime/safetensors.ts';
import { canonicalJson } from './canonical-json.ts';
import { denseNetwork, overVector } from './dense-network.ts';
import { embeddingBlock, otherEncoder } from './vector-router.ts';
import { writeTensors } from './write-safetensors.ts';

const EMBEDDING = 'text-embedding-3-small';
const TEXT_DIM = 1536;
const DIM = 128;
const MODELS = 64;
/** Rows of P, in RouteLLM's list of models. */
const STRONG_ROW = 24;
const WEAK_ROW = 36;

export interface RouteLlmFiles {
  readonly safetensors: Uint8Array;
  readonly config: string;
  readonly readme: string;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function readme(strong: string, weak: string, threshold: number): string {
  return `# For RouteLLM

A checkpoint of its \`mf\` router. It decides as this bundle does at the first operating point with the threshold
**${threshold.toPrecision(8)}** (RouteLLM knows no intercept, so it is part of the threshold):

    python -m routellm.openai_server --routers mf --config config.yaml \\
      --strong-model "${strong}" --weak-model "${weak}"

config.yaml:

    mf:
      checkpoint_path: routellm   # this folder

Then ask for the model \`router-mf-${threshold.toPrecision(8)}\`. RouteLLM computes the embedding itself, with
${EMBEDDING}; it scores the last message only. It needs an OpenAI key for that.
`;
}

/** The weights over the embedding and the constant of a linear router, or why it is none. */
function linearWeights(file: RouterFile): { weights: Float64Array; intercept: number } | string {
  const block = embeddingBlock(file);
  if (typeof block === 'string') return block;
  if (block.inputDim !== TEXT_DIM) {
    return `the embedding has ${block.inputDim} numbers; RouteLLM computes ${EMBEDDING} of ${TEXT_DIM}`;
  }
  const conflict = otherEncoder(block, EMBEDDING, /(^|\/)text-embedding-3-small$/);
  if (conflict !== null) return conflict;
  if (file.manifest.models.length > 2) return 'RouteLLM routes between two models';
  const network = denseNetwork(file, { count: 1, ofHead: () => 0 });
  if (network?.length !== 1) return 'the head is not linear';
  const [{ weight, bias }] = overVector(network, block, file.tensors);
  return { weights: weight, intercept: bias[0] };
}

/** The three files, or why there are none. */
export function writeRouteLlm(file: RouterFile): RouteLlmFiles | string {
  const linear = linearWeights(file);
  if (typeof linear === 'string') return linear;
  const { manifest } = file;
  const models = new Float32Array(MODELS * DIM);
  for (let row = 0; row < MODELS; row++) models[row * DIM + 1] = 1;
  for (const [row, side] of [
    [STRONG_ROW, 1],
    [WEAK_ROW, -1],
  ]) {
    models[row * DIM + 1] = 0;
    models[row * DIM] = side;
  }
  const projection = new Float32Array(DIM * TEXT_DIM);
  projection.set(linear.weights.map((weight) => weight / 2));
  const classifier = new Float32Array(DIM);
  classifier[0] = 1;
  const threshold = sigmoid(manifest.operatingPoints[0].threshold - linear.intercept);
  const metadata = {
    format: 'pt',
    router: manifest.id,
    embedding: EMBEDDING,
    intercept: String(linear.intercept),
    threshold: String(threshold),
  };
  const config = { dim: DIM, num_classes: 1, num_models: MODELS, text_dim: TEXT_DIM, use_proj: true };
  const strong = manifest.models.find(({ role }) => role === 'strong')?.name ?? '';
  return {
    safetensors: writeTensors(
      {
        'P.weight': { shape: [MODELS, DIM], data: models },
        'classifier.0.weight': { shape: [1, DIM], data: classifier },
        'text_proj.0.weight': { shape: [DIM, TEXT_DIM], data: projection },
      },
      metadata,
    ),
    config: `${canonicalJson(config, 2)}\n`,
    readme: readme(strong, manifest.anchor, threshold),
  };
}

/** The gain that RouteLLM's arithmetic gives an embedding: the inverse of σ of its score, plus the intercept. */
export function runRouteLlmModel(bytes: Uint8Array): (embedding: ArrayLike<number>) => number {
  const header = readSafetensorsHeader(bytes);
  const tensors = readSafetensorsTensors(bytes, header);
  const data = (name: string): ArrayLike<number> => tensors.get(name)?.data ?? [];
  const [models, projection, classifier] = ['P.weight', 'text_proj.0.weight', 'classifier.0.weight'].map(
    data,
  );
  const unit = (row: number): number[] => {
    const values = Array.from({ length: DIM }, (_, i) => models[row * DIM + i]);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const [strong, weak] = [unit(STRONG_ROW), unit(WEAK_ROW)];
  return (embedding) => {
    let difference = 0;
    for (let k = 0; k < DIM; k++) {
      const share = classifier[k] * (strong[k] - weak[k]);
      if (share === 0) continue;
      for (let i = 0; i < TEXT_DIM; i++) difference += share * projection[k * TEXT_DIM + i] * embedding[i];
    }
    return difference + Number(header.metadata.intercept);
  };
}
