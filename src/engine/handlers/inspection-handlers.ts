import { getRun } from '../../../db/repositories/runs.ts';
import { loadRouter } from '../../runtime/router.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { decide } from '../services/bundle-routers.ts';
import { compareStoredRuns } from '../services/comparison-service.ts';
import { suggestPairOf } from '../services/defaults-service.ts';
import { inspectRun } from '../services/inspection-service.ts';
import { requireArtifact, requireRun } from '../services/run-service.ts';

export function inspectionHandlers({
  session,
}: EngineContext): Pick<QueryHandlers, 'run.suggestPair' | 'run.route'> {
  return {
    'run.suggestPair': () => ({ pair: suggestPairOf(session().file.db) }),
    'run.route': ({ runId, items, w, strongShare }) => {
      const open = session();
      const run = requireRun(getRun(open.file.db, runId), runId);
      const router = loadRouter(requireArtifact(open, run.id));
      return { decisions: items.map((item) => decide(router, item, { w, strongShare })) };
    },
  };
}

export function inspectionJobs(context: EngineContext): Pick<JobHandlers, 'run.inspect' | 'run.compare'> {
  return {
    'run.inspect': { kind: 'evaluate', work: (input, job) => inspectRun(context, input, job) },
    'run.compare': { kind: 'evaluate', work: (input, job) => compareStoredRuns(context, input, job) },
  };
}
