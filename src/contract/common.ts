import type { ErrorCode } from '../core/errors.ts';
import { z } from './zod.ts';

/** Schemas that several parts of the contract share. */

const errorCodes = {
  usage: 'usage',
  'not-found': 'not-found',
  'already-exists': 'already-exists',
  'invalid-input': 'invalid-input',
  'not-enough-data': 'not-enough-data',
  'newer-format': 'newer-format',
  damaged: 'damaged',
  locked: 'locked',
  conflict: 'conflict',
  'parity-failed': 'parity-failed',
  cancelled: 'cancelled',
  io: 'io',
  internal: 'internal',
} as const satisfies { [C in ErrorCode]: C };

export const errorPayload = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const nothing = z.object({});

export const warning = z.object({ code: z.string(), message: z.string() });

/** A value with its 95 % interval, or the reason why there is none. */
export const measured = z.object({
  value: z.number().nullable(),
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  reason: z.string().optional(),
});

/** Over repeated splits: mean and (Nadeau–Bengio) standard error. */
export const meanWithError = z.object({
  mean: z.number().nullable(),
  se: z.number().nullable(),
  reason: z.string().optional(),
});

export const stage = z.enum(['route', 'cascade']);

export const pair = z.object({ strong: z.string(), cheap: z.string() });

/** What a command that looks at two models takes. No source: the only one there is. */
export const pairRequest = z.object({
  strong: z.string().min(1),
  cheap: z.string().min(1),
  source: z.string().min(1).optional(),
  stage: stage.default('route'),
  /** Sources whose score of the cheap response will exist in production and may be a feature (cascade). */
  signals: z.array(z.string().min(1)).default([]),
  /** The encoder of imported vectors that the deployer will have too. None: text only. */
  encoder: z.string().min(1).optional(),
});

export const seed = z.int().min(0).max(0xffffffff);

/** How much gold: a number of prompts, or a fraction of those there are. */
export const goldAmount = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('count'), count: z.int().positive() }),
  z.object({ kind: z.literal('fraction'), fraction: z.number().gt(0).max(1) }),
]);

export const price = z.number().min(0).max(1e6);
