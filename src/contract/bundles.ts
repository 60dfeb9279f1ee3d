import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

export const verifyDocument = z.object({
  ok: z.boolean(),
  /** Every format that there is: golden rows compared, the largest difference in gain, whether every decision is the same. */
  formats: z.record(
    z.string(),
    z.object({
      /**
       * checked: it ran here and agrees; failed: it does not; not-run: it is there, what runs it is not; written: nothing to
       * run; absent: not in the bundle.
       */
      state: z.enum(['checked', 'failed', 'not-run', 'written', 'absent']),
      rows: z.int(),
      maxAbsDiff: z.number().nullable(),
      decisionsEqual: z.boolean(),
      /** Why it is absent or was not run. */
      reason: z.string().optional(),
      /** What else a reader of the figure must know. */
      note: z.string().optional(),
    }),
  ),
  problems: z.array(z.string()),
});

export const exportDocument = z.object({
  exportId: z.string(),
  runId: z.string(),
  directory: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.int() })),
  parity: verifyDocument.shape.formats,
});

/** A prompt to route; a cascade also wants the cheap model's response. */
export const routeItem = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  prompt: z.string().optional(),
  vector: z.array(z.number()).optional(),
  response: z.string().optional(),
  signals: z.record(z.string(), z.number().nullable()).optional(),
  columns: z.record(z.string(), z.number().nullable()).optional(),
});

export const routeDecision = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  model: z.string(),
  /** Cascade only. */
  action: z.enum(['keep', 'escalate', 'expert']).optional(),
  gain: z.number(),
  /** More than two models: the gain of each over the anchor. */
  gains: z.record(z.string(), z.number()).optional(),
  /** Where the bundle has bootstrap refits: the percentile interval of the gain. */
  ci95: z.tuple([z.number(), z.number()]).optional(),
  w: z.number().optional(),
  strongShare: z.number().optional(),
  reason: z.string(),
});

export const bundleMethods = {
  /** Writes a run's router as a folder, and refuses one that does not decide as it was evaluated. */
  'bundle.export': job(
    z.object({
      runId: z.string().min(1).optional(),
      directory: z.string().min(1),
      formats: z.array(z.string().min(1)).default(['all']),
      /** Replace a bundle that is there; anything else there is never replaced. */
      overwrite: z.boolean().default(false),
    }),
    exportDocument,
    startedJob,
  ),
  'bundle.verify': query(z.object({ directory: z.string().min(1) }), verifyDocument),
  /** Decides for up to 1,000 prompts. Neither w nor strongShare: the bundle's first operating point. */
  'bundle.route': query(
    z.object({
      directory: z.string().min(1),
      items: z.array(routeItem).max(1000),
      w: z.number().optional(),
      strongShare: z.number().min(0).max(1).optional(),
    }),
    z.object({ decisions: z.array(routeDecision) }),
  ),
};
