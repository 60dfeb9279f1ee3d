import { describe, expect, it } from 'vitest';
import { drLearnerBias, rLearnerBias } from '../../src/causal/bias.ts';
import { fitEstimators } from '../../src/causal/fit.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem } from '../../src/causal/nuisances.ts';
import { selectRows, type Sample } from '../../src/causal/sample.ts';
import { mean } from '../../src/stats/descriptive.ts';
import { generateWorld, worldSample, type World } from '../support/worlds.ts';

const ROWS = 1000;
const GOLD = 400;
const world = generateWorld('linear', 8);

function judgedWith(change: (y: number, x: (k: number) => number) => number): Sample {
  const sample = selectRows(
    worldSample(world, GOLD, true),
    Int32Array.from({ length: ROWS }, (_, i) => i),
  );
  const [source] = sample.sources;
  const at = (i: number) => (k: number) => sample.x.data[i * sample.x.cols + k];
  const preferenceGain = source.preferenceGain.map((y, i) => change(y, at(i)));
  return {
    ...sample,
    propensity: new Float64Array(ROWS).fill(GOLD / ROWS),
    sources: [{ ...source, preferenceGain }],
  };
}

const biasLearner = { name: 'boosted-trees', seed: 3 } as const;

function problems(sample: Sample) {
  const folds = makeFolds(sample, { kind: 'grouped', repeats: 1, seed: 1 });
  return { plain: createProblem(sample, folds), richer: createProblem(sample, folds, { biasLearner }) };
}

/** Mean squared error of Δ̂ against the truth. */
function errorOf(bias: Float64Array, truth: (world: World, i: number) => number): number {
  return mean(bias.map((d, i) => (d - truth(world, i)) ** 2));
}

describe('a richer learner of the bias', () => {
  const step = judgedWith((y, x) => y + (Math.abs(x(0)) > 1 ? 0.8 : 0));
  const truth = ({ delta, x }: World, i: number): number =>
    delta[i] - (Math.abs(x.data[i * x.cols]) > 1 ? 0.8 : 0);

  it('is taken where the bias is not linear, and is nearer the truth there', () => {
    const { plain, richer } = problems(step);
    for (const estimate of [rLearnerBias, drLearnerBias]) {
      const ridge = estimate(plain, plain.sources[0]);
      const taken = estimate(richer, richer.sources[0]);
      expect(ridge.choice).toBeUndefined();
      expect(taken.choice?.isRicher).toBe(true);
      expect(errorOf(taken.bias, truth)).toBeLessThan(0.6 * errorOf(ridge.bias, truth));
    }
  });

  it('is left where the bias is linear', () => {
    const { plain, richer } = problems(judgedWith((y) => y));
    const left = rLearnerBias(richer, richer.sources[0]);
    expect(left.choice?.isRicher).toBe(false);
    expect(left.bias).toEqual(rLearnerBias(plain, plain.sources[0]).bias);
  });

  it('is named in the run', () => {
    const scheme = { kind: 'grouped', repeats: 1, seed: 1 } as const;
    const fit = fitEstimators(step, {
      scheme,
      crossValidationScheme: scheme,
      selectedOnVerdict: false,
      biasLearner,
      clock: () => 0,
    });
    const messages = fit.warnings.filter(({ code }) => code === 'richer-bias').map(({ message }) => message);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/^r-learner: the bias of judge is learnt by boosted-trees/);
  });
});
