import { saveDiagnostics } from '../../../db/repositories/checks.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import { diagnosticsDocument } from '../../contract/diagnostics.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { trainConfig } from '../../contract/runs.ts';
import { sourceLabel } from '../../routing/snapshot.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { readStoredRun, requireRun, trainerConfig } from './run-service.ts';
import { readSnapshot } from './snapshot-service.ts';

/** Checks a run against the labels that the project has now; the newest answer is kept with it. */
export async function diagnose(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'run.diagnose'>,
  job: JobContext,
): Promise<JobResult<'run.diagnose'>> {
  const open = session();
  const createdMs = deps.clock();
  const run = requireRun(getRun(open.file.db, input.runId), input.runId);
  const config = trainConfig.parse(run.config);
  const snapshot = readSnapshot(open, config);
  job.control.throwIfCancelled();
  const result = await runJobTask(deps, job, 'diagnose', {
    snapshot,
    run: readStoredRun(open, run, trainerConfig(config)),
  });
  job.control.throwIfCancelled();
  const document = diagnosticsDocument.parse({
    ...result,
    runId: run.id,
    createdMs,
    pair: { strong: snapshot.models[0].model, cheap: snapshot.anchor },
    source: sourceLabel(snapshot.sources),
    stage: snapshot.stage,
    isSimulated: snapshot.isSimulated,
    warnings: [...snapshot.warnings, ...result.warnings],
    seconds: (deps.clock() - createdMs) / 1000,
  });
  saveDiagnostics(open.file.db, { runId: run.id, createdMs, document });
  emit({ name: 'run.diagnosed', data: { runId: run.id } });
  return document;
}
