import { listRefusals } from '../../../db/repositories/imports.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { importFiles } from '../services/import-service.ts';
import { exportLabels } from '../services/labels-service.ts';

export function importHandlers({ session }: EngineContext): Pick<QueryHandlers, 'import.refusals'> {
  return {
    'import.refusals': ({ importId }) => ({ refusals: listRefusals(session().file.db, importId) }),
  };
}

export function importJobs(context: EngineContext): Pick<JobHandlers, 'import.start' | 'labels.export'> {
  return {
    'labels.export': { kind: 'export', work: (input, job) => exportLabels(context, input, job) },
    'import.start': { kind: 'import', work: (input, job) => importFiles(context, input, job) },
  };
}
