import { rLearnerBias } from './bias.ts';
import { correctedLabels, countClipped, ESTIMATORS, type Estimate } from './estimators.ts';
import type { Problem } from './nuisances.ts';
import { regressionOn } from './regression.ts';

/**
 * Stage-2 weights of corrected rows beside the 1 of gold rows (papers.md 1.7 g): 0 is gold alone, 1 the R-learner as it is.
 * The one with the least cross-validated gold loss is taken. An estimator of its own, never a member of auto: it chooses by
 * the same loss that weighs auto's members.
 */
export const OMEGAS = [0, 0.1, 0.25, 0.5, 1] as const;

/** The grid as entrants of a cross-validation. */
export const OMEGA_MEMBERS = OMEGAS.map((omega) => ({ name: `omega ${omega}` as const, omega }));

/** The ω of least loss; of equal ones the smaller, which trusts gold more. */
export function leastLoss(grid: readonly { readonly omega: number; readonly loss: number }[]): number {
  return grid.reduce((best, entry) => (entry.loss < best.loss ? entry : best)).omega;
}

/** Preferences corrected by the R-learner and weighed ω against gold; gold weighs 1/π as far as corrected rows are missing. */
export function refitWeighted(problem: Problem, omega: number): Estimate {
  if (omega === 0) return ESTIMATORS['gold-only'](problem);
  if (omega === 1) return ESTIMATORS['r-learner'](problem);
  const { sample, everyone, goldRows, goldWeights, learner } = problem;
  const corrections = problem.sources.map((source) => rLearnerBias(problem, source));
  const weights = new Float64Array(sample.x.rows).fill(omega);
  goldRows.forEach((row, i) => {
    weights[row] = omega + (1 - omega) * goldWeights[i];
  });
  const regression = regressionOn(sample, everyone().rows, weights);
  return {
    model: regression.learn(correctedLabels(problem, corrections), learner),
    clippedRows: countClipped(corrections),
  };
}
