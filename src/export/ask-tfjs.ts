/** Running tfjs/ with TensorFlow.js, where it is installed. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Manifest } from '../runtime/manifest.ts';
import { answersOfGains, type AskFormat } from './parity.ts';

export const NO_TFJS =
  'TensorFlow.js (@tensorflow/tfjs) was not found; set METAROUTER_TFJS to a folder that has it and verify the bundle';

/** As much of TensorFlow.js as is needed. */
interface TensorFlow {
  readonly ready: () => Promise<void>;
  readonly io: { readonly fromMemory: (artifacts: object) => unknown };
  readonly loadLayersModel: (handler: unknown) => Promise<{ readonly predict: (x: unknown) => unknown }>;
  readonly tensor2d: (values: number[][]) => unknown;
}

function isTensorFlow(value: unknown): value is TensorFlow {
  return typeof value === 'object' && value !== null && 'loadLayersModel' in value && 'tensor2d' in value;
}

/**
 * TensorFlow.js with its layers, from the product's own packages or from those of the folder that METAROUTER_TFJS names; null
 * where it is installed in neither.
 */
export async function findTensorFlow(): Promise<TensorFlow | null> {
  const folder = process.env.METAROUTER_TFJS;
  const from =
    folder === undefined || folder === '' ? import.meta.url : join(resolve(folder), 'package.json');
  try {
    const path = createRequire(from).resolve('@tensorflow/tfjs');
    const found: unknown = await import(pathToFileURL(path).href);
    if (isTensorFlow(found)) return found;
    const module = typeof found === 'object' && found !== null && 'default' in found ? found.default : null;
    return isTensorFlow(module) ? module : null;
  } catch {
    return null;
  }
}

const modelJson = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(z.object({ weights: z.array(z.record(z.string(), z.unknown())) })),
});

interface Readable {
  readonly arraySync: () => number[][];
}

function isReadable(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && 'arraySync' in value;
}

/** Asks the LayersModel of a bundle, in this process. */
export function askTfjs(tf: TensorFlow, bundle: string, manifest: Manifest): AskFormat {
  return async (rows) => {
    const file = await readFile(join(bundle, 'tfjs/model.json'), 'utf8');
    const { modelTopology, weightsManifest } = modelJson.parse(JSON.parse(file));
    const weights = new Uint8Array(await readFile(join(bundle, 'tfjs/weights.bin')));
    await tf.ready();
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const artifacts = { modelTopology, weightSpecs, weightData: weights.buffer };
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const predicted = model.predict(tf.tensor2d(rows.map(({ expected }) => expected.features)));
    const gains = isReadable(predicted) ? predicted.arraySync() : [];
    const { heads, models } = manifest;
    const columns = heads.map(({ model: head }) => models.findIndex(({ name }) => name === head));
    const ordered = heads.length === 1 ? gains : gains.map((row) => columns.map((k) => row[k]));
    return answersOfGains(manifest, rows, ordered);
  };
}
