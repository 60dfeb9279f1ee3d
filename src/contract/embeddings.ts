import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

const shared = {
  normalisation: z.enum(['l2', 'none']).default('l2'),
  /** Put before every text, such as "query: ". */
  prefix: z.string().max(1000).default(''),
  /** Text beyond this many code points is not read; left out: 16,384. */
  maxCodePoints: z.int().min(1).max(1_000_000).optional(),
};

/** Whose vectors. */
export const encoderRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('openai-embeddings'),
    /** Up to and with /v1. */
    baseUrl: z.url({ protocol: /^https?$/ }),
    model: z.string().min(1).max(200),
    /** Asks the server to shorten its vectors. */
    dimensions: z.int().min(1).max(100_000).optional(),
    batchSize: z.int().min(1).max(2048).optional(),
    maxConcurrent: z.int().min(1).max(64).optional(),
    ...shared,
  }),
  z.object({
    kind: z.literal('onnx'),
    folder: z.string().min(1),
    pooling: z.enum(['mean', 'cls']).default('mean'),
    ...shared,
  }),
]);

const request = z.object({
  encoder: encoderRequest,
  /** Under which the vectors are kept; left out: made from the kind and the model. */
  name: z.string().min(1).max(200).optional(),
  usdPerMillionTokens: z.number().min(0).max(1e6).optional(),
});

const description = z.object({
  kind: z.enum(['openai-embeddings', 'onnx']),
  model: z.string(),
  revision: z.string().nullable(),
  dimension: z.int(),
  isShortened: z.boolean(),
  pooling: z.enum(['mean', 'cls', 'server']),
  normalisation: z.enum(['l2', 'none']),
  prefix: z.string(),
  maxCodePoints: z.int(),
});

const plan = z.object({
  name: z.string(),
  prompts: z.int(),
  /** Prompts that have a vector of this name already. */
  alreadyThere: z.int(),
  withoutText: z.int(),
  /** Different texts that will be encoded. */
  texts: z.int(),
  estimatedTokens: z.int(),
  estimatedCostUsd: z.number().nullable(),
  /** Where texts go: a host, or a folder of this machine. */
  destination: z.string(),
});

export const embeddingReport = z.object({
  name: z.string(),
  description: description.nullable(),
  alreadyThere: z.int(),
  withoutText: z.int(),
  /** Texts that were encoded. */
  encoded: z.int(),
  /** Prompts that took the vector of another prompt with the same text. */
  shared: z.int(),
  /** As the server counted; null where it does not. */
  tokens: z.int().nullable(),
  costUsd: z.number().nullable(),
  retries: z.int(),
  seconds: z.number(),
});

export const embeddingMethods = {
  /** What an embedding would take: nothing is sent. */
  'embedding.plan': query(request, plan),
  /** Encodes every prompt that has no vector of this name. What is done is kept: start again to go on. */
  'embedding.start': job(
    request.extend({
      /** Used for this job and not kept. */
      apiKey: z.string().min(1).max(10_000).optional(),
    }),
    embeddingReport,
    startedJob,
  ),
  /** The encoders whose vectors the project has. `description` is null where they were imported. */
  'embedding.list': query(
    z.object({}),
    z.object({
      encoders: z.array(
        z.object({
          name: z.string(),
          prompts: z.int(),
          dimension: z.int(),
          description: description.nullable(),
        }),
      ),
    }),
  ),
};
