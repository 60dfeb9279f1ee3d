import { combineEstimates, crossValidateOnGold, exponentialWeights } from '../../src/causal/auto.ts';
import { admissibleEstimators, ESTIMATORS, type Estimate } from '../../src/causal/estimators.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem } from '../../src/causal/nuisances.ts';
import type { Sample } from '../../src/causal/sample.ts';

/** Folds i mod 5, no repeats: what figures of other implementations are compared in. */
export const reference = { kind: 'reference' } as const;

/** What auto weighs in the reference; the product's own members: docs/adr/0027-members-of-auto.md. */
const MEMBERS = [
  'gold-only',
  'mean-shift',
  'r-learner',
  'dr-learner',
  'offset',
  'calibrated-offset',
  'paired-difference',
  'two-stage-surrogate',
] as const;

/** auto in the reference configuration: all of its spread is kept. */
export function fitReferenceAuto(sample: Sample): {
  readonly weights: ReturnType<typeof exponentialWeights>;
  readonly estimate: Estimate;
} {
  const problem = createProblem(sample, makeFolds(sample, reference));
  const admissible = admissibleEstimators(problem);
  const members = MEMBERS.filter((name) => admissible.includes(name)).map(
    (name) => [name, ESTIMATORS[name]] as const,
  );
  const weights = exponentialWeights(crossValidateOnGold(problem, members, reference, () => undefined));
  const estimates = Object.fromEntries(members.map(([name, estimate]) => [name, estimate(problem)]));
  return { weights, estimate: combineEstimates(weights, estimates) };
}
