import {
  finishJob,
  getJob,
  insertJob,
  listJobs,
  markJobRunning,
  type Job,
} from '../../db/repositories/jobs.ts';
import type { WritableDb } from '../../db/sqlite.ts';

export type JobRecord = Job;
export type JobKind = Job['kind'];

/** Where the rows of jobs are: the job table of the open project. */
export interface JobStore {
  readonly insert: (job: Pick<Job, 'id' | 'kind' | 'createdMs'>) => void;
  readonly markRunning: (id: string, startedMs: number) => void;
  readonly finish: (id: string, end: Pick<Job, 'state' | 'error'> & { readonly finishedMs: number }) => void;
  readonly get: (id: string) => Job | null;
  /** Newest first. */
  readonly list: (limit: number) => readonly Job[];
}

export function createJobStore(db: WritableDb): JobStore {
  return {
    insert: (job) => {
      insertJob(db, job);
    },
    markRunning: (id, startedMs) => {
      markJobRunning(db, id, startedMs);
    },
    finish: (id, end) => {
      finishJob(db, id, end);
    },
    get: (id) => getJob(db, id),
    list: (limit) => listJobs(db, limit),
  };
}
