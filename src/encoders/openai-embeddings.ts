/** Vectors of any server that speaks /v1/embeddings: OpenAI, Ollama, llama.cpp, vLLM, TEI. */
import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import {
  normalise,
  prepareText,
  type EncodedTexts,
  type Encoder,
  type UnmeasuredDescription,
} from './encoder.ts';

export interface OpenAiEncoderOptions {
  /** Up to and with /v1. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Asks the server to shorten its vectors. */
  readonly dimensions?: number | undefined;
  readonly normalisation: 'l2' | 'none';
  readonly prefix: string;
  readonly maxCodePoints: number;
  readonly batchSize?: number | undefined;
  readonly maxConcurrent?: number | undefined;
  /** Calls for one batch, the first included. */
  readonly attempts?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** The wait before the second attempt; it doubles from one to the next. */
  readonly backoffMs?: number | undefined;
  /** Uniform in [0, 1): spreads the waits of several callers. */
  readonly jitter: () => number;
  /** Told before every wait. */
  readonly onRetry?: ((reason: string, waitMs: number) => void) | undefined;
}

const MAX_WAIT_MS = 120_000;

const embeddingsAnswer = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()) })),
  usage: z.object({ prompt_tokens: z.number().optional(), total_tokens: z.number().optional() }).nullish(),
});

/** What is worth another attempt, and how long the server asks to wait. */
class Transient extends Error {
  readonly retryAfterMs: number | null;
  constructor(message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'Transient';
    this.retryAfterMs = retryAfterMs;
  }
}

export function createOpenAiEncoder(options: OpenAiEncoderOptions): Encoder {
  const { baseUrl, model, apiKey, dimensions, normalisation, prefix, maxCodePoints } = options;
  const { batchSize = 64, maxConcurrent = 4, attempts = 6, timeoutMs = 60_000, backoffMs = 1000 } = options;
  const url = `${baseUrl.replace(/\/+$/, '')}/embeddings`;
  const host = new URL(url).host;
  const description: UnmeasuredDescription = {
    ...{
      kind: 'openai-embeddings',
      model,
      revision: null,
      pooling: 'server',
      normalisation,
      prefix,
      maxCodePoints,
    },
    dimension: dimensions ?? null,
    isShortened: dimensions !== undefined,
  };

  async function once(texts: readonly string[], signal: AbortSignal): Promise<EncodedTexts> {
    const timeout = AbortSignal.timeout(timeoutMs);
    let answer: Response;
    let document: unknown;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          input: texts,
          encoding_format: 'float',
          ...(dimensions === undefined ? {} : { dimensions }),
        }),
        signal: AbortSignal.any([signal, timeout]),
        redirect: 'error',
      });
      if (answer.ok) document = await answer.json();
      // A text of the server's may quote what it was sent: it is not read.
      else await answer.body?.cancel();
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof SyntaxError) throw nonsense(host);
      throw new Transient(
        timeout.aborted ? `did not answer in ${timeoutMs} ms` : `cannot be reached (${reasonOf(error)})`,
      );
    }
    if (!answer.ok) throw refusal(answer, host);
    return readVectors(document, texts.length, host);
  }

  function readVectors(document: unknown, count: number, from: string): EncodedTexts {
    const parsed = embeddingsAnswer.safeParse(document);
    if (!parsed.success || parsed.data.data.length !== count) throw nonsense(from);
    const { data, usage } = parsed.data;
    const ordered = [...data].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    const dimension = dimensions ?? ordered[0].embedding.length;
    const vectors = ordered.map(({ embedding }) => normalise(Float64Array.from(embedding), normalisation));
    const isSound = vectors.every((vector) => vector.length === dimension && vector.every(Number.isFinite));
    if (!isSound || dimension === 0) throw nonsense(from);
    return { vectors, tokens: usage?.total_tokens ?? usage?.prompt_tokens ?? null };
  }

  return {
    description,
    batchSize,
    maxConcurrent,
    encode: async (texts, signal) => {
      if (texts.length === 0) return { vectors: [], tokens: 0 };
      const prepared = texts.map((text) => prepareText(text, description));
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(prepared, signal);
        } catch (error) {
          if (!(error instanceof Transient)) throw error;
          if (attempt >= attempts) {
            const times = attempt === 1 ? '' : `, ${attempt} times`;
            throw new AppError('io', `The embeddings server ${host} ${error.message}${times}.`, {
              cause: error,
            });
          }
          const backoff = backoffMs * 2 ** (attempt - 1) * (0.5 + options.jitter());
          const waitMs = Math.min(MAX_WAIT_MS, error.retryAfterMs ?? backoff);
          options.onRetry?.(`${host} ${error.message}`, waitMs);
          await wait(waitMs, signal);
        }
      }
    },
    close: () => Promise.resolve(),
  };
}

function nonsense(host: string): AppError {
  return new AppError(
    'io',
    `The embeddings server ${host} did not answer with one vector of finite numbers for each text, all of one length.`,
  );
}

function refusal(answer: Response, host: string): Error {
  const { status } = answer;
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new Transient(`answered HTTP ${status}`, retryAfterMs(answer.headers.get('retry-after')));
  }
  const meaning: Readonly<Record<number, string>> = {
    400: 'a text may be too long for the model (lower the limit of characters), or the model has another name',
    401: 'the key is missing or wrong',
    403: 'the key may not use this model',
    404: 'there is no such model or address: the base URL usually ends with /v1',
    413: 'the batch is too large',
  };
  const why = meaning[status] ?? 'it does not take the request';
  return new AppError('usage', `The embeddings server ${host} answered HTTP ${status}: ${why}.`);
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - new Date().getTime());
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'no connection';
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AppError('cancelled', 'Cancelled.'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
