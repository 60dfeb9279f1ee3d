/** tfjs/model.json and tfjs/weights.bin: a LayersModel of dense layers for `tf.loadLayersModel`. */
import type { RouterFile } from '../runtime/router-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { denseNetwork, type DenseNetwork } from './dense-network.ts';

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
}

function topology(network: DenseNetwork): object {
  const layers = network.map((layer, j) => ({
    class_name: 'Dense',
    config: {
      name: `dense_${j}`,
      trainable: true,
      dtype: 'float32',
      units: layer.out,
      activation: j === network.length - 1 ? 'linear' : 'relu',
      use_bias: true,
      ...(j === 0 ? { batch_input_shape: [null, layer.in] } : {}),
    },
  }));
  return {
    class_name: 'Sequential',
    config: { name: 'router', layers },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
}

function weightSpecs(network: DenseNetwork): WeightSpec[] {
  return network.flatMap((layer, j) => [
    { name: `dense_${j}/kernel`, shape: [layer.in, layer.out], dtype: 'float32' as const },
    { name: `dense_${j}/bias`, shape: [layer.out], dtype: 'float32' as const },
  ]);
}

function weightBytes(network: DenseNetwork): Uint8Array {
  const values = network.flatMap(({ weight, bias }) => [weight, bias]);
  const bytes = new Uint8Array(values.reduce((sum, of) => sum + of.length * 4, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const of of values) {
    for (const value of of) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/**
 * The two files, or null where a head is not dense. Input [N, d] features; output [N, 1], the gain, or with more than two
 * models [N, K], the gains in the order of the models (the anchor's is 0).
 */
export function writeTfjs(file: RouterFile): { modelJson: string; weights: Uint8Array } | null {
  const { manifest } = file;
  const { models, heads } = manifest;
  const isSet = models.length > 2;
  const network = denseNetwork(file, {
    count: isSet ? models.length : 1,
    ofHead: (i) => (isSet ? models.findIndex(({ name }) => name === heads[i].model) : 0),
  });
  if (network === null) return null;
  const model = {
    format: 'layers-model',
    generatedBy: `Meta-Router Studio ${manifest.productVersion}`,
    convertedBy: null,
    modelTopology: topology(network),
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs(network) }],
    userDefinedMetadata: {
      router: manifest.id,
      anchor: manifest.anchor,
      models: models.map(({ name }) => name),
      relativeCosts: models.map(({ relativeCost }) => relativeCost),
      operatingPoint: manifest.operatingPoints[0],
    },
  };
  return { modelJson: `${canonicalJson(model, 1)}\n`, weights: weightBytes(network) };
}
