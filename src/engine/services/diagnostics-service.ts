import { saveDiagnostics } from '../../../db/repositories/checks.ts';
import { diagnosticsDocument } from '../../contract/diagnostics.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { describeRun, readRun } from './run-service.ts';

/** Checks a run against the labels that the project has now; the newest answer is kept with it. */
export async function diagnose(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'run.diagnose'>,
  job: JobContext,
): Promise<JobResult<'run.diagnose'>> {
  const open = session();
  const createdMs = deps.clock();
  const run = readRun(open, input.runId);
  const { runId, snapshot, stored } = run;
  job.control.throwIfCancelled();
  const result = await runJobTask(deps, job, 'diagnose', { snapshot, run: stored });
  job.control.throwIfCancelled();
  const document = diagnosticsDocument.parse({
    ...result,
    ...describeRun(run),
    createdMs,
    warnings: [...snapshot.warnings, ...result.warnings],
    seconds: (deps.clock() - createdMs) / 1000,
  });
  saveDiagnostics(open.file.db, { runId, createdMs, document });
  emit({ name: 'run.diagnosed', data: { runId } });
  return document;
}
