import { listModels } from '../../../db/repositories/models.ts';
import { getProject } from '../../../db/repositories/project.ts';
import { getRun, getRunArtifact, insertRun, type Run } from '../../../db/repositories/runs.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { metrics, trainConfig, trainDocument } from '../../contract/runs.ts';
import { z } from '../../contract/zod.ts';
import { AppError } from '../../core/errors.ts';
import type { StoredRun } from '../../routing/evaluate-stored.ts';
import type { TrainConfig } from '../../routing/run.ts';
import { pairOf, sourceLabel } from '../../routing/snapshot.ts';
import { blockTensors, featureDim, readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import type { Session } from '../session.ts';
import { readSnapshot } from './snapshot-service.ts';

/** What is kept of a run beside its document: every estimator, to stand beside it in a later evaluation. */
const keptModels = z.object({
  models: z.record(z.string(), z.object({ intercept: z.number(), coefficients: z.array(z.number()) })),
});

/** Trains a router and keeps it: configuration, manifest, document and the bytes of router.safetensors. */
export async function train(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'run.train'>,
  job: JobContext,
): Promise<JobResult<'run.train'>> {
  const createdMs = deps.clock();
  const open = session();
  const runId = deps.newId();
  const snapshot = readSnapshot(open, input);
  job.control.throwIfCancelled();
  const task = {
    snapshot,
    config: trainerConfig(input),
    identity: {
      runId,
      created: new Date(createdMs).toISOString(),
      productVersion: deps.productVersion,
      projectName: getProject(open.file.db).name,
      prices: Object.fromEntries(listModels(open.file.db).map(({ name, ...price }) => [name, price])),
    },
  };
  const { report, runManifest, safetensors } = await runJobTask(deps, job, 'train', task);
  job.control.throwIfCancelled();
  const document = trainDocument.parse({
    ...report,
    runId,
    seconds: (deps.clock() - createdMs) / 1000,
    manifest: runManifest,
  });
  const result = { ...document, models: report.models };
  insertRun(open.file.db, {
    id: runId,
    createdMs,
    config: input,
    manifest: runManifest,
    result,
    safetensors,
  });
  emit({ name: 'run.trained', data: { runId } });
  return document;
}

/** Judges a run on the held-out gold that the project has now. */
export async function evaluateStoredRun(
  { deps, session }: EngineContext,
  input: ParsedInput<'run.evaluate'>,
  job: JobContext,
): Promise<JobResult<'run.evaluate'>> {
  const open = session();
  const run = requireRun(getRun(open.file.db, input.runId), input.runId);
  const config = trainConfig.parse(run.config);
  const snapshot = readSnapshot(open, config);
  job.control.throwIfCancelled();
  const pair = pairOf(snapshot);
  const stored = readStoredRun(open, run, trainerConfig(config));
  const evaluation = await runJobTask(deps, job, 'evaluate', { snapshot, run: stored, split: input.split });
  return {
    runId: run.id,
    n: evaluation.n,
    pair: { strong: pair.strong, cheap: pair.cheap },
    source: sourceLabel(snapshot.sources),
    stage: snapshot.stage,
    isSimulated: snapshot.isSimulated,
    costUnit: snapshot.costUnit,
    qualityUnit: evaluation.qualityUnit,
    curve: evaluation.curve,
    metrics: metrics.parse(evaluation.metrics),
    policyValue: evaluation.policyValue,
    estimators: evaluation.estimators,
    warnings: [...snapshot.warnings, ...evaluation.warnings],
  };
}

export function requireRun(run: Run | null, runId: string | undefined): Run {
  if (run !== null) return run;
  throw runId === undefined
    ? new AppError('not-found', 'This project has no run yet: train one first (metarouter train).')
    : new AppError('not-found', `This project has no run ${runId}. "metarouter runs" lists them.`);
}

/** The router of a run as its file stores it. */
export function requireArtifact(session: Session, runId: string): Uint8Array {
  const bytes = getRunArtifact(session.file.db, runId);
  if (bytes !== null) return bytes;
  throw new AppError(
    'damaged',
    `The router of run ${runId} is missing from the project file. Train it again.`,
  );
}

export function trainerConfig(input: ParsedInput<'run.train'>): TrainConfig {
  const { estimator, learner, gold, w, seed, repeats, dimensions } = input;
  return { estimator, learner, gold, w, seed, repeats, dimensions };
}

export function readStoredRun(session: Session, run: Run, config: TrainConfig): StoredRun {
  const file = readRouterFile(requireArtifact(session, run.id));
  return {
    blocks: {
      blocks: file.manifest.blocks,
      tensors: blockTensors(file),
      dim: featureDim(file.manifest),
      absent: [],
      warnings: [],
    },
    models: keptModels.parse(run.result).models,
    config,
  };
}
