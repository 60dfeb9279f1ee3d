/** A sentence encoder from a local folder, in the layout of transformers.js: config.json, tokenizer.json, onnx/model.onnx. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../core/errors.ts';
import type { EncoderDescription } from '../runtime/manifest.ts';
import { normalise, prepareText, type Encoder } from './encoder.ts';

export interface OnnxEncoderOptions {
  readonly folder: string;
  readonly pooling: 'mean' | 'cls';
  readonly normalisation: 'l2' | 'none';
  readonly prefix: string;
  readonly maxCodePoints: number;
}

/** What decides about a vector. All but the last may be absent. */
const FILES = [
  'config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
  'tokenizer.json',
];
const REQUIRED = ['config.json', 'tokenizer.json', 'onnx/model.onnx'];

/** Ships apart: half a gigabyte with its engine, which few need. */
const PACKAGE = '@huggingface/transformers';

/** The part of the package that is used. */
interface Transformers {
  readonly env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
  };
  readonly pipeline: (
    task: 'feature-extraction',
    model: string,
    options: { readonly dtype: 'fp32'; readonly device: 'cpu' },
  ) => Promise<Extractor>;
}

interface Extractor {
  (
    texts: string,
    options: { readonly pooling: 'mean' | 'cls'; readonly normalize: false },
  ): Promise<{ readonly data: ArrayLike<number>; readonly dims: readonly number[] }>;
  readonly dispose: () => Promise<unknown>;
}

/**
 * Loads the encoder and measures its dimension.
 *
 * @throws AppError `not-found` where the folder lacks a file, `usage` where the package is not installed, `damaged` where
 *   the model cannot be run
 */
export async function createOnnxEncoder(options: OnnxEncoderOptions): Promise<Encoder> {
  const folder = resolve(options.folder);
  const { pooling, normalisation, prefix, maxCodePoints } = options;
  const revision = await revisionOf(folder);
  const transformers = await loadTransformers();
  transformers.env.allowRemoteModels = false;
  transformers.env.allowLocalModels = true;
  transformers.env.localModelPath = dirname(folder);
  const model = basename(folder);
  let extract: Extractor;
  let dimension: number;
  try {
    extract = await transformers.pipeline('feature-extraction', model, { dtype: 'fp32', device: 'cpu' });
    dimension = (await extract('a', { pooling, normalize: false })).data.length;
  } catch (error) {
    throw new AppError('damaged', `The encoder in ${folder} cannot be run: its files do not fit together.`, {
      cause: error,
    });
  }
  const description: EncoderDescription = {
    ...{
      kind: 'onnx',
      model,
      revision,
      dimension,
      isShortened: false,
      pooling,
      normalisation,
      prefix,
      maxCodePoints,
    },
  };
  return {
    description,
    // One text at a time: padding would change the last digits with the company a text is in.
    batchSize: 16,
    maxConcurrent: 1,
    encode: async (texts, signal) => {
      const vectors: Float64Array[] = [];
      for (const text of texts) {
        signal.throwIfAborted();
        const { data } = await extract(prepareText(text, description), { pooling, normalize: false });
        const vector = Float64Array.from(data);
        if (vector.length !== dimension || !vector.every(Number.isFinite)) {
          throw new AppError(
            'io',
            `The encoder in ${folder} gave a vector that is not ${dimension} finite numbers.`,
          );
        }
        vectors.push(normalise(vector, normalisation));
      }
      return { vectors, tokens: null };
    },
    close: async () => {
      await extract.dispose();
    },
  };
}

/** SHA-256 over the names and contents of the files that decide about a vector. */
async function revisionOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of [...FILES, 'onnx/model.onnx']) {
    const path = join(folder, name);
    const bytes = await sizeOf(path);
    if (bytes === null && REQUIRED.includes(name)) {
      throw new AppError(
        'not-found',
        `There is no sentence encoder in ${folder}: ${name} is missing (expected ${REQUIRED.join(', ')}).`,
      );
    }
    if (bytes === null) continue;
    hash.update(`${name} ${bytes}\n`);
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  }
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
}

function isTransformers(module: unknown): module is Transformers {
  return (
    typeof module === 'object' &&
    module !== null &&
    'pipeline' in module &&
    typeof module.pipeline === 'function' &&
    'env' in module &&
    typeof module.env === 'object'
  );
}

/**
 * By a variable: bundlers must not look for a package that need not be there. Never from the current folder, where anybody
 * may have put one.
 */
function whereInstalled(): string {
  const folder = process.env.METAROUTER_PACKAGES;
  if (folder === undefined || folder === '') return PACKAGE;
  return pathToFileURL(createRequire(join(resolve(folder), 'package.json')).resolve(PACKAGE)).href;
}

async function loadTransformers(): Promise<Transformers> {
  let module: unknown;
  try {
    module = await import(whereInstalled());
  } catch (error) {
    throw new AppError(
      'usage',
      `A local encoder needs the package ${PACKAGE}, which is not installed (half a gigabyte). ` +
        `Run "npm install --no-save ${PACKAGE}@4" where metarouter is, or in a folder named by METAROUTER_PACKAGES; ` +
        'where only the npm registry can be reached, with ONNXRUNTIME_NODE_INSTALL=skip in the environment.',
      { cause: error },
    );
  }
  if (isTransformers(module)) return module;
  throw new AppError(
    'usage',
    `The installed ${PACKAGE} is not a version this program knows: it needs version 4.`,
  );
}
