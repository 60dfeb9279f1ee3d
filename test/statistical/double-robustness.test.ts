import { describe, expect, it } from 'vitest';
import { doublyRobustScores } from '../../src/causal/bias.ts';
import { compareLearners } from '../../src/causal/disagreement.ts';
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

/** The mean of f + t (r − f)/π, the labels that surrogate-aipw regresses, against the mean of ψ; in standard errors. */
function surrogateError(seed: number, f: (world: World) => Float64Array, isDesignKnown: boolean): number {
  const { world, sample } = generateSelected('selected-y', seed);
  const share = sample.hasGold.reduce((sum, t) => sum + t, 0) / TRAIN_ROWS;
  const guess = f(world);
  const labels = Float64Array.from(sample.hasGold, (t, i) => {
    const pi = isDesignKnown ? sample.propensity[i] : share;
    return guess[i] + (t === 1 ? (sample.goldGain[i] - guess[i]) / pi : 0) - world.psi[i];
  });
  const { mean, ci95 } = intervalOfMean(labels, new Float64Array(labels.length).fill(1));
  return mean / ((ci95[1] - ci95[0]) / (2 * 1.96));
}

describe('surrogate AIPW, gold drawn by looking at the verdict', () => {
  /** E[r | x, y]: r and y share the noise .3 s of variance .09 among .09 + .0625. */
  const right = ({ psi, delta, y }: World): Float64Array =>
    psi.map((v, i) => v + (0.09 / (0.09 + 0.0625)) * (y[i] - (v - delta[i])));
  const wrong = (): Float64Array => new Float64Array(TRAIN_ROWS).fill(0.4);
  const rootMean = (z: readonly number[]): number => z.reduce((a, b) => a + b, 0) / Math.sqrt(z.length);

  it('is right where the design is logged or f̂ is right, and wrong where neither is', () => {
    expect(Math.abs(rootMean(SEEDS.map((seed) => surrogateError(seed, wrong, true))))).toBeLessThan(3);
    expect(Math.abs(rootMean(SEEDS.map((seed) => surrogateError(seed, right, false))))).toBeLessThan(3);
    expect(Math.abs(rootMean(SEEDS.map((seed) => surrogateError(seed, wrong, false))))).toBeGreaterThan(5);
  });
});

describe('the R-learner with a wrong m̂', () => {
  /** θ_R of a problem, and what it should be: the mean of Δ with the weights p (1 − p). */
  const errorOf = (problem: Problem, world: World, pi: Float64Array): number => {
    const { rLearner } = compareLearners(problem, problem.sources[0]);
    let sum = 0;
    let weight = 0;
    pi.forEach((p, i) => {
      sum += p * (1 - p) * world.delta[i];
      weight += p * (1 - p);
    });
    return rLearner - sum / weight;
  };
  const standardise = (errors: readonly number[]): number => {
    const centre = errors.reduce((a, b) => a + b, 0) / errors.length;
    const spread = Math.sqrt(errors.reduce((a, e) => a + (e - centre) ** 2, 0) / (errors.length - 1));
    return (centre / spread) * Math.sqrt(errors.length);
  };

  it('is right while π is, and wrong once it is not', () => {
    const designed = SEEDS.map((seed) => {
      const { sample, world } = generateSelected('selected-x', seed);
      const problem = createProblem(sample, makeFolds(sample, { kind: 'reference' }));
      return errorOf(withoutOutcomeModels(problem), world, sample.propensity);
    });
    expect(Math.abs(standardise(designed))).toBeLessThan(3);
    const even = SEEDS.map((seed) => {
      const { sample, world } = selectedWithEvenPropensity(seed);
      const problem = createProblem(sample, makeFolds(sample, { kind: 'reference' }));
      return errorOf(withoutOutcomeModels(problem), world, sample.propensity);
    });
    expect(Math.abs(standardise(even))).toBeGreaterThan(5);
  });
});
