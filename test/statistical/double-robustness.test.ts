import { describe, expect, it } from 'vitest';
import { doublyRobustScores } from '../../src/causal/bias.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem, type Problem } from '../../src/causal/nuisances.ts';
import { intervalOfMean } from '../../src/causal/mean-bias.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { generateSelected, generateWorld, TRAIN_ROWS, worldSample, type World } from '../support/worlds.ts';

/** E Δ in world `linear`. */
const TRUTH = 0.1;

function meanScore(problem: Problem): { mean: number; standardError: number } {
  const scores = doublyRobustScores(problem, problem.sources[0], 0);
  const { mean, ci95 } = intervalOfMean(scores, new Float64Array(scores.length).fill(1));
  return { mean, standardError: (ci95[1] - ci95[0]) / (2 * 1.96) };
}

function average(problems: readonly Problem[]): { error: number; standardError: number } {
  const all = problems.map(meanScore);
  const error = all.reduce((sum, s) => sum + s.mean, 0) / all.length - TRUTH;
  const variance = all.reduce((sum, s) => sum + s.standardError ** 2, 0) / all.length ** 2;
  return { error, standardError: Math.sqrt(variance) };
}

const SEEDS = Array.from({ length: 12 }, (_, i) => 100 + i);

/** Both outcome models replaced by a constant that is wrong. */
function withoutOutcomeModels(problem: Problem): Problem {
  const wrong = new Float64Array(problem.sample.x.rows).fill(0.4);
  return { ...problem, outcomes: () => ({ gold: wrong, preferences: [wrong] }) };
}

/** World selected-x as if everybody had been equally likely to be graded: wrong by a factor of up to 20. */
function selectedWithEvenPropensity(seed: number): { world: World; sample: Sample } {
  const { world, sample } = generateSelected('selected-x', seed);
  const share = sample.hasGold.reduce((sum, t) => sum + t, 0) / TRAIN_ROWS;
  return { world, sample: { ...sample, propensity: new Float64Array(TRAIN_ROWS).fill(share) } };
}

describe('the doubly robust scores', () => {
  it('are right with wrong outcome models where the design is logged, also a non-uniform one', () => {
    const problems = SEEDS.map((seed) => {
      const { sample } = generateSelected('selected-x', seed);
      return withoutOutcomeModels(createProblem(sample, makeFolds(sample, { kind: 'reference' })));
    });
    const { error, standardError } = average(problems);
    expect(Math.abs(error)).toBeLessThan(3 * standardError);
  });

  it('are right with a wrong propensity where the outcome models are right', () => {
    const problems = SEEDS.map((seed) => {
      const { sample, world } = selectedWithEvenPropensity(seed);
      const gold = world.psi;
      const preference = world.psi.map((psi, i) => psi - world.delta[i]);
      const problem = createProblem(sample, makeFolds(sample, { kind: 'reference' }));
      return { ...problem, outcomes: () => ({ gold: gold.slice(0, TRAIN_ROWS), preferences: [preference] }) };
    });
    const { error, standardError } = average(problems);
    expect(Math.abs(error)).toBeLessThan(3 * standardError);
  });

  it('are wrong when both are, or the two tests above would prove nothing', () => {
    const problems = SEEDS.map((seed) => {
      const { sample } = selectedWithEvenPropensity(seed);
      return withoutOutcomeModels(createProblem(sample, makeFolds(sample, { kind: 'reference' })));
    });
    const { error, standardError } = average(problems);
    expect(Math.abs(error)).toBeGreaterThan(5 * standardError);
  });

  it('recover the mean bias within three standard errors, paired and unpaired', () => {
    for (const isPaired of [false, true]) {
      const problems = SEEDS.map((seed) => {
        const sample = worldSample(generateWorld('linear', seed), 300, isPaired);
        return createProblem(sample, makeFolds(sample, { kind: 'grouped', repeats: 1, seed }));
      });
      const { error, standardError } = average(problems);
      expect(Math.abs(error)).toBeLessThan(3 * standardError);
    }
  });
});
