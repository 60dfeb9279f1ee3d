/** The vectors of prompts in production: made by the encoder of training, from the description in the bundle. */
import { resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Rng } from '../core/rng.ts';
import { DEFAULT_MAX_CODE_POINTS, differenceOf } from '../encoders/encoder-description.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { createOnnxEncoder } from '../encoders/onnx-encoder.ts';
import { createOpenAiEncoder } from '../encoders/openai-embeddings.ts';
import type { EncoderDescription } from '../runtime/manifest.ts';
import type { Router } from '../runtime/router.ts';
import type { EncoderConfig, ServeConfig } from './serve-config.ts';

export interface PromptEncoder {
  readonly encode: (text: string, signal: AbortSignal) => Promise<Float64Array>;
  readonly close: () => Promise<void>;
}

export interface PromptEncoderDeps {
  readonly router: Router;
  readonly config: ServeConfig;
  readonly folder: string;
  readonly rng: Rng;
  readonly note: (line: string) => void;
}

/** Null where the bundle reads no vectors. Errors: AppError `usage` where encoder and bundle do not fit. */
export async function openPromptEncoder(
  deps: PromptEncoderDeps,
  { vectorDim }: { readonly vectorDim: number | null },
): Promise<PromptEncoder | null> {
  const { config, router, note } = deps;
  if (vectorDim === null) {
    if (config.encoder === undefined) return null;
    throw new AppError('usage', 'encoder: this bundle reads no vectors; leave the encoder out.');
  }
  if (config.encoder === undefined) {
    if (Object.keys(config.models).length === 0) return null;
    throw new AppError(
      'usage',
      `encoder: this bundle reads vectors of ${vectorDim} numbers; name what makes them.`,
    );
  }
  const described = router.manifest.blocks.find((block) => block.kind === 'precomputed')?.encoder ?? null;
  if (described === null) {
    note(
      'The bundle does not say how its vectors were made: whether this encoder makes the same is yours to know.',
    );
  }
  const encoder = await openEncoder(config.encoder, described, deps);
  const difference = described === null ? null : differenceOf(described, encoder.description);
  if (difference !== null) throw new AppError('usage', `encoder: the bundle was trained with ${difference}.`);
  await tryOut(encoder, vectorDim, note);
  return {
    encode: async (text, signal) => {
      const { vectors } = await encoder.encode([text], signal);
      return vectors[0];
    },
    close: encoder.close,
  };
}

function openEncoder(
  config: EncoderConfig,
  described: EncoderDescription | null,
  { folder, rng }: PromptEncoderDeps,
): Promise<Encoder> {
  const { normalisation, prefix, maxCodePoints } = described ?? {
    ...{ normalisation: 'l2' as const, prefix: '', maxCodePoints: DEFAULT_MAX_CODE_POINTS },
  };
  const reads = { normalisation, prefix, maxCodePoints };
  if ('folder' in config) {
    const pooling = described?.pooling === 'cls' ? 'cls' : 'mean';
    return createOnnxEncoder({ folder: resolve(folder, config.folder), pooling, ...reads });
  }
  const { baseUrl, apiKey, timeoutMs } = config;
  const model = config.model ?? described?.model;
  if (model === undefined) throw new AppError('usage', 'encoder.model: name the embedding model.');
  const encoder = createOpenAiEncoder({
    ...{ baseUrl, apiKey, timeoutMs, model, ...reads },
    dimensions: described?.isShortened === true ? described.dimension : undefined,
    // A caller is waiting: where the encoder fails, the fallback answers at once.
    attempts: 1,
    jitter: rng.uniform,
  });
  // Servers name one model differently; what it is called here is the operator's to say.
  const description = { ...encoder.description, model: described?.model ?? model };
  return Promise.resolve({ ...encoder, description });
}

/** One vector, so that a wrong model is noticed before the first request. A server that is away may come back. */
async function tryOut(encoder: Encoder, vectorDim: number, note: (line: string) => void): Promise<void> {
  let length: number;
  try {
    const { vectors } = await encoder.encode(['metarouter'], new AbortController().signal);
    length = vectors[0].length;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'io') throw error;
    note(`${error.message} Until it does, the fallback answers.`);
    return;
  }
  if (length === vectorDim) return;
  throw new AppError('usage', `encoder: its vectors have ${length} numbers, the bundle reads ${vectorDim}.`);
}
