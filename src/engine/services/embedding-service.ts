/** Gives prompts their vectors: in batches, each kept at once, so that what was paid for is never paid for twice. */
import { basename } from 'node:path';
import {
  countForEncoder,
  findVectorOfText,
  getEncoderDescription,
  iteratePendingTexts,
  listPendingTexts,
  putEmbeddings,
  putEncoderDescription,
  type PendingText,
} from '../../../db/repositories/embeddings.ts';
import { inTransaction, type ReadableDb, type WritableDb } from '../../../db/sqlite.ts';
import type { JobResult, MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { createRng } from '../../core/rng.ts';
import { DEFAULT_MAX_CODE_POINTS, differenceOf } from '../../encoders/encoder-description.ts';
import { estimateTokens, prepareText, type Encoder } from '../../encoders/encoder.ts';
import { createOnnxEncoder } from '../../encoders/onnx-encoder.ts';
import { createOpenAiEncoder } from '../../encoders/openai-embeddings.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';

type Request = ParsedInput<'embedding.plan'>;

function nameOf({ encoder, name }: Request): string {
  if (name !== undefined) return name;
  return encoder.kind === 'onnx' ? `onnx:${basename(encoder.folder)}` : `openai:${encoder.model}`;
}

/** Counts texts and tokens; a text that comes twice is encoded once. */
export function planEmbedding(db: ReadableDb, request: Request): MethodOutput<'embedding.plan'> {
  const { encoder, usdPerMillionTokens } = request;
  const name = nameOf(request);
  const reads = { prefix: encoder.prefix, maxCodePoints: encoder.maxCodePoints ?? DEFAULT_MAX_CODE_POINTS };
  const texts = new Set<string>();
  let estimatedTokens = 0;
  for (const text of iteratePendingTexts(db, name)) {
    if (texts.has(text)) continue;
    texts.add(text);
    estimatedTokens += estimateTokens(prepareText(text, reads));
  }
  const { prompts, withVector, withoutText } = countForEncoder(db, name);
  return {
    ...{ name, prompts, withoutText, estimatedTokens },
    alreadyThere: withVector,
    texts: texts.size,
    estimatedCostUsd:
      usdPerMillionTokens === undefined ? null : (estimatedTokens * usdPerMillionTokens) / 1e6,
    destination: encoder.kind === 'onnx' ? encoder.folder : new URL(encoder.baseUrl).host,
  };
}

function openEncoder(
  { encoder, apiKey }: ParsedInput<'embedding.start'>,
  onRetry: (reason: string, waitMs: number) => void,
  seed: number,
): Promise<Encoder> {
  const { normalisation, prefix, maxCodePoints = DEFAULT_MAX_CODE_POINTS } = encoder;
  const reads = { normalisation, prefix, maxCodePoints };
  if (encoder.kind === 'onnx') {
    return createOnnxEncoder({ folder: encoder.folder, pooling: encoder.pooling, ...reads });
  }
  const { baseUrl, model, dimensions, batchSize, maxConcurrent } = encoder;
  return Promise.resolve(
    createOpenAiEncoder({
      ...{ baseUrl, model, apiKey, dimensions, batchSize, maxConcurrent, onRetry, ...reads },
      jitter: createRng(seed).uniform,
    }),
  );
}

/**
 * Encodes what has no vector yet. Batches that run at the same time are written together, in one transaction.
 *
 * Errors: `conflict` where the name stands for another encoder, those of the encoder, `cancelled`.
 */
export async function embedPrompts(
  { deps, session }: EngineContext,
  input: ParsedInput<'embedding.start'>,
  job: JobContext,
): Promise<JobResult<'embedding.start'>> {
  const startedMs = deps.clock();
  const { db } = session().file;
  const plan = planEmbedding(db, input);
  const total = plan.prompts - plan.alreadyThere - plan.withoutText;
  const counts = { encoded: 0, shared: 0, retries: 0, tokens: 0 };
  let isCounted = true;
  const report = (stage = 'Encoding prompts'): void => {
    const done = counts.encoded + counts.shared;
    job.control.report({ stage, fraction: total === 0 ? 1 : done / total, done, total, unit: 'prompts' });
  };
  const onRetry = (reason: string, waitMs: number): void => {
    counts.retries++;
    report(`Waiting ${Math.ceil(waitMs / 1000)} s: ${reason}`);
  };
  const encoder = await openEncoder(input, onRetry, deps.clock() >>> 0);
  try {
    requireSameEncoder(db, plan.name, encoder);
    report();
    for (let afterId = 0; ;) {
      job.control.throwIfCancelled();
      const window = listPendingTexts(db, plan.name, afterId, encoder.batchSize * encoder.maxConcurrent);
      const last = window.at(-1);
      if (last === undefined) break;
      afterId = last.promptId;
      const done = await encodeWindow(db, plan.name, encoder, window, job.signal);
      counts.encoded += done.encoded;
      counts.shared += done.shared;
      if (done.tokens === null) isCounted = false;
      else counts.tokens += done.tokens;
      if (done.rows.length > 0) keep(db, plan.name, encoder, done.rows, deps.clock());
      report();
      if (done.failure !== null) throw done.failure;
    }
  } finally {
    await encoder.close();
  }
  const tokens = isCounted ? counts.tokens : null;
  const { usdPerMillionTokens: price } = input;
  return {
    ...{ name: plan.name, alreadyThere: plan.alreadyThere, withoutText: plan.withoutText },
    ...{ encoded: counts.encoded, shared: counts.shared, retries: counts.retries, tokens },
    description: getEncoderDescription(db, plan.name),
    costUsd: price === undefined || tokens === null ? null : (tokens * price) / 1e6,
    seconds: (deps.clock() - startedMs) / 1000,
  };
}

interface EncodedWindow {
  readonly rows: readonly { readonly promptId: number; readonly vector: Float64Array }[];
  readonly encoded: number;
  readonly shared: number;
  readonly tokens: number | null;
  /** Why some are missing, or null. */
  readonly failure: Error | null;
}

/** The vectors of a few batches of prompts: of equal texts one is encoded, or none where the project has it already. */
async function encodeWindow(
  db: ReadableDb,
  name: string,
  encoder: Encoder,
  window: readonly PendingText[],
  signal: AbortSignal,
): Promise<EncodedWindow> {
  const vectors = new Map<string, Float64Array>();
  const unknown = new Set<string>();
  for (const pending of window) {
    if (vectors.has(pending.text) || unknown.has(pending.text)) continue;
    const known = findVectorOfText(db, name, pending);
    if (known === null) unknown.add(pending.text);
    else vectors.set(pending.text, known);
  }
  const texts = [...unknown];
  const batches: string[][] = [];
  for (let i = 0; i < texts.length; i += encoder.batchSize)
    batches.push(texts.slice(i, i + encoder.batchSize));
  // A failure does not end the others: what they bring is paid for, and is kept.
  let failure: Error | null = null;
  let encoded = 0;
  let tokens: number | null = 0;
  await Promise.all(
    batches.map(async (batch) => {
      try {
        const answer = await encoder.encode(batch, signal);
        answer.vectors.forEach((vector, i) => vectors.set(batch[i], vector));
        encoded += batch.length;
        tokens = tokens === null || answer.tokens === null ? null : tokens + answer.tokens;
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
      }
    }),
  );
  const rows = window.flatMap(({ promptId, text }) => {
    const vector = vectors.get(text);
    return vector === undefined ? [] : [{ promptId, vector }];
  });
  return { rows, encoded, shared: rows.length - encoded, tokens, failure };
}

function requireSameEncoder(db: ReadableDb, name: string, { description }: Encoder): void {
  const known = getEncoderDescription(db, name);
  const imported = known === null && countForEncoder(db, name).withVector > 0;
  const difference = known === null ? null : differenceOf(known, description);
  if (!imported && difference === null) return;
  throw new AppError(
    'conflict',
    `The project has vectors of "${name}" that were ${imported ? 'imported' : `made otherwise: ${difference ?? ''}`}. ` +
      'Vectors of two encoders do not mix: give the new ones another name.',
  );
}

/** With the first vectors, how they are made. */
function keep(
  db: WritableDb,
  name: string,
  { description }: Encoder,
  rows: EncodedWindow['rows'],
  nowMs: number,
): void {
  const [first] = rows;
  const dimension = getEncoderDescription(db, name)?.dimension ?? first.vector.length;
  if (rows.some(({ vector }) => vector.length !== dimension)) {
    throw new AppError(
      'io',
      `The vectors of "${name}" have ${dimension} numbers; the encoder now gives others.`,
    );
  }
  inTransaction(db, () => {
    if (getEncoderDescription(db, name) === null) {
      putEncoderDescription(db, name, { ...description, dimension }, nowMs);
    }
    putEmbeddings(db, name, rows);
  });
}
