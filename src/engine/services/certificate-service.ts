import { insertCertificate } from '../../../db/repositories/checks.ts';
import { certificateDocument } from '../../contract/certificates.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { TWO_MODELS_ONLY } from '../../routing/certify-run.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { describeRun, readRun, requireArtifact } from './run-service.ts';

/** Certifies a run on the grades that its calibration prompts have now, and keeps what came of it, certified or not. */
export async function computeCertificate(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'certificate.compute'>,
  job: JobContext,
): Promise<JobResult<'certificate.compute'>> {
  const open = session();
  const createdMs = deps.clock();
  const run = readRun(open, input.runId);
  const { runId, snapshot, stored } = run;
  job.control.throwIfCancelled();
  const { gainPercentiles } = readRouterFile(requireArtifact(open, runId)).manifest;
  if (gainPercentiles === null) {
    throw new AppError('usage', TWO_MODELS_ONLY);
  }
  const { alpha, delta, passMark } = input;
  const result = await runJobTask(deps, job, 'certify', {
    snapshot,
    run: stored,
    request: { alpha, delta, passMark, expertCost: input.expertCost ?? null, gainPercentiles },
  });
  job.control.throwIfCancelled();
  const certificateId = deps.newId();
  const document = certificateDocument.parse({
    ...result,
    ...describeRun(run),
    certificateId,
    createdMs,
    alpha,
    delta,
    passMark,
    costs: { ...result.costs, unit: snapshot.costUnit },
    warnings: [...snapshot.warnings, ...result.warnings],
  });
  insertCertificate(open.file.db, { id: certificateId, runId, createdMs, document });
  emit({ name: 'certificate.computed', data: { certificateId, runId } });
  return document;
}
