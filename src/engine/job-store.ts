import type { jobKind, jobRecord } from '../contract/jobs.ts';
import type { Frozen } from '../contract/method.ts';
import type { z } from '../contract/zod.ts';

export type JobKind = z.output<typeof jobKind>;
export type JobRecord = Frozen<z.output<typeof jobRecord>>;

/** Where the rows of jobs are: the job table of the open project. */
export interface JobStore {
  readonly insert: (job: { readonly id: string; readonly kind: JobKind; readonly createdMs: number }) => void;
  readonly markRunning: (id: string, startedMs: number) => void;
  readonly finish: (
    id: string,
    end: Pick<JobRecord, 'state' | 'error'> & { readonly finishedMs: number },
  ) => void;
  readonly get: (id: string) => JobRecord | null;
  /** Newest first. */
  readonly list: (limit: number) => readonly JobRecord[];
}
