import { removeStaleStaging } from '../../db/import/staging-files.ts';
import type { ProjectFile } from '../../db/open.ts';
import { failInterruptedJobs } from '../../db/repositories/jobs.ts';
import { readPack } from '../../db/repositories/packs.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { Emit } from './event-bus.ts';
import { createJobHost, type JobHost } from './job-host.ts';
import { createJobStore } from './job-store.ts';

/** The project that is open, and the jobs that run on it. */
export interface Session {
  readonly file: ProjectFile;
  readonly jobs: JobHost;
  /** Whose pack the file is; null of a project. */
  readonly packRater: string | null;
}

/** Jobs that a process left behind when it died are failed before anything else happens. */
export function openSession(file: ProjectFile, deps: Required<EngineDeps>, emit: Emit): Session {
  failInterruptedJobs(file.db, deps.clock());
  removeStaleStaging(file.path);
  const jobs = createJobHost({
    store: createJobStore(file.db),
    clock: deps.clock,
    newId: deps.newId,
    emit,
    maxRunning: deps.maxJobs,
  });
  return { file, jobs, packRater: readPack(file.db)?.rater ?? null };
}

/** Stops the jobs, then lets go of the file. */
export async function closeSession(session: Session): Promise<void> {
  await session.jobs.close();
  session.file.close();
}
