import { v7 as newId } from 'uuid';
import { stageFile, type StageOptions } from '../../db/import/stage-file.ts';
import type { StagingSummary } from '../../db/import/import-report.ts';
import { writeSafetensors } from '../export/write-safetensors.ts';
import {
  prepareBootstrap,
  runDraws,
  type NoBootstrap,
  type RunBootstrap,
  type RunDraw,
} from '../routing/bootstrap-run.ts';
import { finishBootstrap, type FinishedBootstrap, type UnfinishedBootstrap } from './bootstrap-task.ts';
import { estimateBias, type BiasReport } from '../routing/bias-map.ts';
import { certifyRun, type CertifyRequest, type RunCertificate } from '../routing/certify-run.ts';
import { compareRuns, type Comparison, type RunToCompare } from '../routing/compare-runs.ts';
import type { RunIdentity } from '../routing/describe-router.ts';
import { diagnoseRun, type Diagnostics } from '../routing/diagnostics.ts';
import { assistRun, type AssistedEvaluation } from '../routing/assist-run.ts';
import type { Evaluation } from '../routing/evaluation.ts';
import { evaluateRun } from '../routing/evaluate-run.ts';
import { prepareStored, type StoredRun } from '../routing/evaluate-stored.ts';
import { inspectStored, type Inspection } from '../routing/inspect-run.ts';
import { runRounds } from '../routing/replicate.ts';
import type { ReplicateConfig, RoundResult } from '../routing/replicate-round.ts';
import type { TrainConfig, TrainReport } from '../routing/run.ts';
import type { PairSnapshot, Snapshot } from '../routing/snapshot.ts';
import { trainRouter } from '../routing/train.ts';
import { packModels } from './stored-models.ts';
import { startTensorFlow } from '../tensorflow/backend.ts';
import type { Tasks } from './task-protocol.ts';
import type { NewQueueInput } from '../annotate/queue-input.ts';
import type { QueuePlan } from '../annotate/queue-plan.ts';
import { planQueueOf } from './plan-queue-task.ts';

/**
 * What a worker can do: pure functions of serialisable inputs, so that another machine could do it as well; and the two that
 * read a file of this one.
 */
// A type and not an interface, so that it counts as a record of tasks.
export type TaskMap = {
  readonly train: {
    readonly input: {
      readonly snapshot: Snapshot;
      readonly config: TrainConfig;
      readonly identity: RunIdentity;
    };
    readonly result: {
      readonly report: TrainReport;
      /** Packed: every estimator of every head. */
      readonly models: Uint8Array;
      readonly runManifest: Readonly<Record<string, unknown>>;
      readonly safetensors: Uint8Array;
    };
  };
  readonly 'bootstrap-prepare': {
    readonly input: { readonly snapshot: Snapshot; readonly run: StoredRun };
    readonly result: RunBootstrap | NoBootstrap;
  };
  readonly 'bootstrap-draws': {
    readonly input: { readonly bootstrap: RunBootstrap; readonly from: number; readonly to: number };
    readonly result: readonly RunDraw[];
  };
  readonly 'bootstrap-finish': {
    readonly input: UnfinishedBootstrap;
    readonly result: FinishedBootstrap;
  };
  readonly diagnose: {
    readonly input: { readonly snapshot: Snapshot; readonly run: StoredRun };
    readonly result: Diagnostics;
  };
  readonly certify: {
    readonly input: {
      readonly snapshot: Snapshot;
      readonly run: StoredRun;
      readonly request: CertifyRequest;
    };
    readonly result: RunCertificate;
  };
  readonly evaluate: {
    readonly input: {
      readonly snapshot: Snapshot;
      readonly run: StoredRun;
      readonly split: 'test' | 'dev';
    };
    readonly result: { readonly evaluation: Evaluation; readonly assisted: AssistedEvaluation };
  };
  readonly inspect: {
    readonly input: {
      readonly snapshot: Snapshot;
      readonly run: StoredRun;
      readonly split: 'test' | 'dev';
    };
    readonly result: Inspection;
  };
  readonly compare: {
    readonly input: {
      readonly first: RunToCompare;
      readonly second: RunToCompare;
      readonly seed: number;
    };
    readonly result: Comparison;
  };
  readonly replicate: {
    readonly input: {
      readonly snapshot: PairSnapshot;
      readonly config: ReplicateConfig;
      readonly rounds: readonly number[];
    };
    readonly result: readonly RoundResult[];
  };
  readonly bias: {
    readonly input: {
      readonly snapshot: PairSnapshot;
      readonly config: { readonly seed: number; readonly dimensions: number; readonly repeats: number };
    };
    readonly result: BiasReport;
  };
  /** Reads the project through a connection of its own; what is drawn is stored by the engine. */
  readonly 'plan-queue': {
    readonly input: { readonly projectPath: string; readonly input: NewQueueInput };
    readonly result: QueuePlan;
  };
  /** Reads a file into a staging file. */
  readonly 'stage-import': {
    readonly input: {
      readonly filePath: string;
      readonly stagingPath: string;
      readonly options: Omit<StageOptions, 'newId'>;
    };
    readonly result: StagingSummary;
  };
};

/** How long things take is measured here; what they compute does not depend on it. */
const clock = (): number => performance.now();

/** Fits are synchronous: what must be loaded is loaded before. */
async function startBackend({ learner }: Pick<TrainConfig, 'learner'>): Promise<void> {
  if (learner === 'mlp') await startTensorFlow();
}

export const tasks: Tasks<TaskMap> = {
  train: async ({ snapshot, config, identity }, control) => {
    await startBackend(config);
    const { report, models, trained } = trainRouter(snapshot, config, identity, clock, control);
    return {
      report,
      models: packModels(models),
      runManifest: trained.manifest.run,
      safetensors: writeSafetensors(trained).bytes,
    };
  },
  'bootstrap-prepare': ({ snapshot, run }) => prepareBootstrap(prepareStored(snapshot, run, 'test')),
  'bootstrap-draws': ({ bootstrap, from, to }, control) => runDraws(bootstrap, from, to, control),
  'bootstrap-finish': finishBootstrap,
  diagnose: ({ snapshot, run }, control) => diagnoseRun(prepareStored(snapshot, run, 'test'), control),
  certify: ({ snapshot, run, request }) => certifyRun(prepareStored(snapshot, run, 'dev'), request),
  evaluate: ({ snapshot, run, split }) => {
    const prepared = prepareStored(snapshot, run, split);
    return { evaluation: evaluateRun(prepared), assisted: assistRun(prepared) };
  },
  compare: ({ first, second, seed }) => compareRuns(first, second, seed),
  inspect: ({ snapshot, run, split }) => inspectStored(snapshot, run, split),
  replicate: async ({ snapshot, config, rounds }, control) => {
    await startBackend(config);
    return runRounds(snapshot, config, rounds, clock, control);
  },
  bias: ({ snapshot, config }, control) => estimateBias(snapshot, config, control),
  'plan-queue': planQueueOf,
  'stage-import': ({ filePath, stagingPath, options }, control) =>
    stageFile(filePath, stagingPath, { ...options, newId }, control),
};
