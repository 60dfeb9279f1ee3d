import { autoCandidates } from '../causal/auto.ts';
import type { EstimatorName } from '../causal/estimators.ts';
import type { FoldScheme } from '../causal/folds.ts';
import { makeFolds } from '../causal/folds.ts';
import { createProblem, type Problem } from '../causal/nuisances.ts';
import { resolvePropensity, type Propensity } from '../causal/propensity.ts';
import type { Sample } from '../causal/sample.ts';
import type { Matrix } from '../core/matrix.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import { withNearDuplicates } from './near-duplicate-groups.ts';
import { pairOf, type PairSnapshot } from './snapshot.ts';
import { drawGold, toSample, trainingRows, type TrainingRows } from './training-rows.ts';

/** What one head of a stored run was trained on, worked out again from the data and the run's configuration. */
export interface RunSample {
  readonly pair: PairSnapshot;
  readonly training: TrainingRows;
  readonly x: Matrix;
  readonly propensity: Propensity;
  readonly sample: Sample;
  readonly problem: Problem;
  readonly scheme: FoldScheme;
  readonly crossValidationScheme: FoldScheme;
  /** Members of auto. */
  readonly candidates: readonly EstimatorName[];
}

/** @param head the position of the model among all but the anchor */
export function runSample(run: RunToEvaluate, head = 0): RunSample {
  const { config } = run;
  const pair = pairOf(withNearDuplicates(run.snapshot).snapshot, head);
  const training = trainingRows(pair, drawGold(run.snapshot, config), config);
  const x = featuresOf(run.prepared, run.blocks, training.rows);
  const propensity = resolvePropensity(
    x,
    training.hasGold,
    training.group,
    training.designedPropensity,
    config.seed,
  );
  const sample = toSample(training, x, propensity.values);
  const scheme: FoldScheme = { kind: 'grouped', repeats: config.repeats, seed: config.seed };
  const problem = createProblem(sample, makeFolds(sample, scheme));
  return {
    pair,
    training,
    x,
    propensity,
    sample,
    problem,
    scheme,
    crossValidationScheme: { kind: 'grouped', repeats: 1, seed: config.seed },
    candidates: autoCandidates(problem, pair.designLookedAt === 'verdict'),
  };
}
