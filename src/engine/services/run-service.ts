import { listModels } from '../../../db/repositories/models.ts';
import { getProject } from '../../../db/repositories/project.ts';
import { getRun, getRunArtifact, getRunModels, insertRun, type Run } from '../../../db/repositories/runs.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { metrics, trainConfig, trainDocument } from '../../contract/runs.ts';
import { z } from '../../contract/zod.ts';
import { AppError } from '../../core/errors.ts';
import type { StoredRun } from '../../routing/evaluate-stored.ts';
import type { StoredModels, TrainConfig } from '../../routing/run.ts';
import { dearestPosition } from '../../routing/policy-choice.ts';
import { modelNames, sourceLabel, type Snapshot } from '../../routing/snapshot.ts';
import { blockTensors, featureDim, readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { unpackModels } from '../stored-models.ts';
import { runJobTask } from '../run-tasks.ts';
import type { Session } from '../session.ts';
import { redrawRun } from './bootstrap-service.ts';
import { readSnapshot } from './snapshot-service.ts';

/** Runs of earlier versions kept the estimators of their one head in the document. */
const earlierModels = z.object({
  pair: z.object({ strong: z.string() }),
  models: z.record(z.string(), z.object({ intercept: z.number(), coefficients: z.array(z.number()) })),
});

/** Trains a router and keeps it: configuration, manifest, document and the bytes of router.safetensors. */
export async function train(
  context: EngineContext,
  input: ParsedInput<'run.train'>,
  job: JobContext,
): Promise<JobResult<'run.train'>> {
  const { deps, session, emit } = context;
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
  const trained = await runJobTask(deps, job, 'train', task, { from: 0, to: input.intervals ? 0.5 : 1 });
  const { report, models, runManifest } = trained;
  job.control.throwIfCancelled();
  const run = {
    blocks: blocksOf(trained.safetensors),
    models: unpackModels(models),
    config: task.config,
  };
  const redrawn = input.intervals
    ? await redrawRun(context, job, { ...trained, snapshot, run }, input.draws, 0.5)
    : { uncertainty: null, refits: [], safetensors: trained.safetensors };
  const { uncertainty, refits, safetensors } = redrawn;
  const document = trainDocument.parse({
    ...report,
    uncertainty,
    runId,
    seconds: (deps.clock() - createdMs) / 1000,
    manifest: runManifest,
  });
  const result = { ...document, refits };
  insertRun(open.file.db, {
    id: runId,
    createdMs,
    config: input,
    manifest: runManifest,
    result,
    safetensors,
    models,
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
  const run = readRun(session(), input.runId);
  const { snapshot, stored } = run;
  job.control.throwIfCancelled();
  const { evaluation, assisted } = await runJobTask(deps, job, 'evaluate', {
    snapshot,
    run: stored,
    split: input.split,
  });
  return {
    ...describeRun(run),
    n: evaluation.n,
    models: modelNames(snapshot),
    sources: snapshot.sources.map(({ name }) => name),
    costUnit: snapshot.costUnit,
    qualityUnit: evaluation.qualityUnit,
    curve: evaluation.curve,
    policyCurve: evaluation.policyCurve,
    point: evaluation.point,
    fixed: evaluation.fixed,
    mixtures: evaluation.mixtures,
    metrics: metrics.parse(evaluation.metrics),
    policyValue: evaluation.policyValue,
    estimators: evaluation.estimators,
    assisted,
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

function trainerConfig(input: ParsedInput<'run.train'>): TrainConfig {
  const { estimator, learner, biasLearner, gold, holdOutDev, embeddingOnly, w, seed } = input;
  const { repeats, dimensions } = input;
  return { estimator, learner, biasLearner, gold, holdOutDev, embeddingOnly, w, seed, repeats, dimensions };
}

/** A run, the newest where none is named, and what it is judged on: the labels that the project has now. */
export interface RunAndLabels {
  readonly runId: string;
  readonly snapshot: Snapshot;
  readonly stored: StoredRun;
}

/** @throws AppError `not-found` */
export function readRun(session: Session, runId: string | undefined): RunAndLabels {
  const run = requireRun(getRun(session.file.db, runId), runId);
  return { runId: run.id, ...withLabels(session, run) };
}

export function withLabels(session: Session, run: Run): Omit<RunAndLabels, 'runId'> {
  const config = trainConfig.parse(run.config);
  return {
    snapshot: readSnapshot(session, config),
    stored: readStoredRun(session, run, trainerConfig(config)),
  };
}

/** How a document about a run begins; of more than two models the pair are the dearest and the anchor. */
export function describeRun({ runId, snapshot }: RunAndLabels) {
  return {
    runId,
    pair: { strong: snapshot.models[dearestPosition(snapshot)].model, cheap: snapshot.anchor },
    source: sourceLabel(snapshot.sources),
    stage: snapshot.stage,
    isSimulated: snapshot.isSimulated,
  };
}

function readStoredRun(session: Session, run: Run, config: TrainConfig): StoredRun {
  return {
    blocks: blocksOf(requireArtifact(session, run.id)),
    models: modelsOf(session, run),
    config,
    refits: refitsOf(run),
  };
}

function blocksOf(safetensors: Uint8Array): StoredRun['blocks'] {
  const file = readRouterFile(safetensors);
  return {
    blocks: file.manifest.blocks,
    tensors: blockTensors(file),
    dim: featureDim(file.manifest),
    absent: [],
    warnings: [],
  };
}

/** Runs without redrawn training have none. */
function refitsOf(run: Run): readonly (readonly number[])[] {
  return keptRefits.parse(run.result).refits;
}

const keptRefits = z.object({ refits: z.array(z.array(z.number())).default([]) });

function modelsOf(session: Session, run: Run): StoredModels {
  const bytes = getRunModels(session.file.db, run.id);
  if (bytes !== null) return unpackModels(bytes);
  const { pair, models } = earlierModels.parse(run.result);
  return {
    [pair.strong]: Object.fromEntries(
      Object.entries(models).map(([name, { intercept, coefficients }]) => [
        name,
        { kind: 'linear', intercept, coefficients: Float64Array.from(coefficients) },
      ]),
    ),
  };
}

/** The document of a stored run; those of earlier versions knew two models and one source. */
export function readTrainDocument(result: unknown): z.output<typeof trainDocument> {
  const known = earlierDocument.safeParse(result);
  if (!known.success) return trainDocument.parse(result);
  const { pair, source } = known.data;
  return trainDocument.parse({
    ...known.data,
    models: [pair.strong, pair.cheap],
    sources: source === null ? [] : [source],
    heads: [],
  });
}

const earlierDocument = z.looseObject({
  pair: z.object({ strong: z.string(), cheap: z.string() }),
  source: z.string().nullable(),
  heads: z.undefined().optional(),
});
