import { errorPayload } from './common.ts';
import type { Frozen } from './method.ts';
import { jobKind, jobProgress } from './jobs.ts';
import { z } from './zod.ts';

const gradeEvent = z.object({
  eventId: z.string(),
  promptId: z.int(),
  rater: z.string(),
  targetId: z.string().nullable(),
});

/** What has happened, in the past tense. Events inform; nothing is decided by them. */
export const events = {
  'project.opened': z.object({ path: z.string(), name: z.string() }),
  'project.closed': z.object({ path: z.string() }),
  'model.priced': z.object({ model: z.string() }),
  'job.queued': z.object({ jobId: z.string(), kind: jobKind }),
  'job.started': z.object({ jobId: z.string(), kind: jobKind }),
  'job.progressed': z.object({ jobId: z.string(), kind: jobKind, progress: jobProgress }),
  'job.finished': z.object({
    jobId: z.string(),
    kind: jobKind,
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    error: errorPayload.nullable(),
  }),
  'import.merged': z.object({ importId: z.string(), added: z.record(z.string(), z.int()) }),
  'gold.drawn': z.object({ revealed: z.int(), masked: z.int() }),
  'run.trained': z.object({ runId: z.string() }),
  'run.diagnosed': z.object({ runId: z.string() }),
  'certificate.computed': z.object({ certificateId: z.string(), runId: z.string() }),
  'points.changed': z.object({ runId: z.string() }),
  'bundle.exported': z.object({ exportId: z.string(), runId: z.string(), directory: z.string() }),
  'grade.submitted': gradeEvent,
  'grade.revised': gradeEvent,
  'grade.undone': gradeEvent,
  'grade.skipped': gradeEvent,
  'grade.flagged': gradeEvent,
  'grade.redone': gradeEvent,
  'task.saved': z.object({ taskId: z.string() }),
  /** A file was written where the caller said. */
  'labels.exported': z.object({ path: z.string() }),
  'pack.exported': z.object({ packId: z.string(), path: z.string() }),
  'pack.merged': z.object({ packId: z.string(), added: z.int() }),
  'queue.created': z.object({ queueId: z.int() }),
} as const;

export type EventName = keyof typeof events;

/** One event as it is sent: its name and what it says. */
export type AppEvent = {
  [N in EventName]: { readonly name: N; readonly data: Frozen<z.output<(typeof events)[N]>> };
}[EventName];
