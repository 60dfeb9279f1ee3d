import { prepareFeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import type { StoredModels, TrainConfig } from './run.ts';
import { pairOf, type Snapshot } from './snapshot.ts';
import { drawGold, trainingRows } from './training-rows.ts';

/** What is kept of a run: enough to judge it again when more gold has come in. */
export interface StoredRun {
  readonly blocks: FittedBlocks;
  readonly models: StoredModels;
  readonly config: TrainConfig;
  /** What training gave on redrawn labels, (intercept, coefficients) each; absent where it was not redrawn. */
  readonly refits?: readonly (readonly number[])[];
}

/** A stored run on the data and labels that the project has now. The baselines knn and all-gold are fitted anew. */
export function prepareStored(snapshot: Snapshot, run: StoredRun, split: 'test' | 'dev'): RunToEvaluate {
  const draw = drawGold(snapshot, run.config);
  return {
    snapshot,
    prepared: prepareFeatureInputs(snapshot),
    trainings: snapshot.models.map((_, k) => trainingRows(pairOf(snapshot, k), draw, run.config)),
    split,
    ...run,
  };
}
