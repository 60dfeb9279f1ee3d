import { errorPayload } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

export const jobKind = z.enum([
  'import',
  'train',
  'evaluate',
  'replicate',
  'bias',
  'export',
  'verify',
  'embed',
  'draw',
]);
export const jobState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

/** What a job method answers at once. */
export const startedJob = z.object({ jobId: z.string() });

export const jobRecord = z.object({
  id: z.string(),
  kind: jobKind,
  state: jobState,
  /** Why it failed. */
  error: errorPayload.nullable(),
  createdMs: z.int(),
  startedMs: z.int().nullable(),
  finishedMs: z.int().nullable(),
});

/** Where a job is, with its rate and the time left; at most ten a second. */
export const jobProgress = z.object({
  stage: z.string(),
  fraction: z.number().min(0).max(1),
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.string().optional(),
  elapsedMs: z.number(),
  /** `unit` a second; null where units are not counted or nothing is known yet. */
  ratePerSecond: z.number().nullable(),
  /** Null until enough is known. */
  leftMs: z.number().nullable(),
});

const jobById = z.object({ jobId: z.string().min(1) });

export const jobMethods = {
  /** Newest first. */
  'job.list': query(
    z.object({ limit: z.int().min(1).max(1000).default(50) }),
    z.object({ jobs: z.array(jobRecord) }),
  ),
  'job.get': query(jobById, jobRecord),
  /** The result of a job that succeeded while this engine was open. The error of one that failed is thrown. */
  'job.result': query(jobById, z.object({ result: z.unknown() })),
  /** Asks a job to stop; `job.finished` says when it has. `conflict` where it is over already. */
  'job.cancel': query(jobById, jobRecord),
};
