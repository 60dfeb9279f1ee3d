import { insertCertificate } from '../../../db/repositories/checks.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import { certificateDocument } from '../../contract/certificates.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { trainConfig } from '../../contract/runs.ts';
import { AppError } from '../../core/errors.ts';
import { TWO_MODELS_ONLY } from '../../routing/certify-run.ts';
import { sourceLabel } from '../../routing/snapshot.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { readStoredRun, requireArtifact, requireRun, trainerConfig } from './run-service.ts';
import { readSnapshot } from './snapshot-service.ts';

/** Certifies a run on the grades that its calibration prompts have now, and keeps what came of it, certified or not. */
export async function computeCertificate(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'certificate.compute'>,
  job: JobContext,
): Promise<JobResult<'certificate.compute'>> {
  const open = session();
  const createdMs = deps.clock();
  const run = requireRun(getRun(open.file.db, input.runId), input.runId);
  const config = trainConfig.parse(run.config);
  const snapshot = readSnapshot(open, config);
  job.control.throwIfCancelled();
  const { gainPercentiles } = readRouterFile(requireArtifact(open, run.id)).manifest;
  if (gainPercentiles === null) {
    throw new AppError('usage', TWO_MODELS_ONLY);
  }
  const { alpha, delta, passMark } = input;
  const result = await runJobTask(deps, job, 'certify', {
    snapshot,
    run: readStoredRun(open, run, trainerConfig(config)),
    request: { alpha, delta, passMark, expertCost: input.expertCost ?? null, gainPercentiles },
  });
  job.control.throwIfCancelled();
  const certificateId = deps.newId();
  const document = certificateDocument.parse({
    ...result,
    certificateId,
    runId: run.id,
    createdMs,
    pair: { strong: snapshot.models[0].model, cheap: snapshot.anchor },
    source: sourceLabel(snapshot.sources),
    stage: snapshot.stage,
    isSimulated: snapshot.isSimulated,
    alpha,
    delta,
    passMark,
    costs: { ...result.costs, unit: snapshot.costUnit },
    warnings: [...snapshot.warnings, ...result.warnings],
  });
  insertCertificate(open.file.db, { id: certificateId, runId: run.id, createdMs, document });
  emit({ name: 'certificate.computed', data: { certificateId, runId: run.id } });
  return document;
}
