import { listRefusals } from '../../../db/repositories/imports.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { importFiles } from '../services/import-service.ts';

export function importHandlers({ session }: EngineContext): Pick<QueryHandlers, 'import.refusals'> {
  return {
    'import.refusals': ({ importId }) => ({ refusals: listRefusals(session().file.db, importId) }),
  };
}

export function importJobs(context: EngineContext): Pick<JobHandlers, 'import.start'> {
  return {
    'import.start': { kind: 'import', work: (input, job) => importFiles(context, input, job) },
  };
}
