import { getRun, listRunsWithResults } from '../../../db/repositories/runs.ts';
import { runSummary, type trainDocument } from '../../contract/runs.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { replicate } from '../services/replicate-service.ts';
import { evaluateStoredRun, readTrainDocument, requireRun, train } from '../services/run-service.ts';

type Queries = Pick<QueryHandlers, 'run.list' | 'run.get'>;
type Jobs = Pick<JobHandlers, 'run.train' | 'run.evaluate' | 'replicate.start'>;

export function runHandlers({ session }: EngineContext): Queries {
  return {
    'run.list': () => ({
      runs: listRunsWithResults(session().file.db).map(({ createdMs, result }) =>
        runSummary.parse(summarise(createdMs, readTrainDocument(result))),
      ),
    }),
    'run.get': ({ runId }) => {
      const { db } = session().file;
      const { createdMs, result } = requireRun(getRun(db, runId), runId);
      return { ...readTrainDocument(result), createdMs };
    },
  };
}

export function runJobs(context: EngineContext): Jobs {
  return {
    'run.train': { kind: 'train', work: (input, job) => train(context, input, job) },
    'run.evaluate': { kind: 'evaluate', work: (input, job) => evaluateStoredRun(context, input, job) },
    'replicate.start': { kind: 'replicate', work: (input, job) => replicate(context, input, job) },
  };
}

function summarise(createdMs: number, run: ReturnType<typeof trainDocument.parse>): unknown {
  const { policyValue, metrics, warnings, ...rest } = run;
  return {
    ...rest,
    createdMs,
    egMean: metrics.egMean,
    policyValue0: policyValue['0'] ?? { value: null, ci95: null, reason: 'not evaluated' },
    warningCodes: warnings.map((w) => w.code),
  };
}
