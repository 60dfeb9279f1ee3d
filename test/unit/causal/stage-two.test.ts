import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { rLearnerBias } from '../../../src/causal/bias.ts';
import { ESTIMATORS } from '../../../src/causal/estimators.ts';
import { fitEstimators, type Fit } from '../../../src/causal/fit.ts';
import { makeFolds } from '../../../src/causal/folds.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import { leastLoss, refitWeighted } from '../../../src/causal/omega-grid.ts';
import { selectRows, type Sample } from '../../../src/causal/sample.ts';
import { predict } from '../../../src/learners/model.ts';
import { fitRidge } from '../../../src/learners/ridge.ts';
import { scorePredictions } from '../../../src/routing/policy-value.ts';
import { mean } from '../../../src/stats/descriptive.ts';
import { linearOf } from '../../support/linear-of.ts';
import { fitDefault } from '../../support/world-fit.ts';
import { generateSelected, generateWorld, worldSample, worldTest } from '../../support/worlds.ts';

const world = generateWorld('linear', 11);

describe('the ω grid', () => {
  const { sample } = generateSelected('selected-x', 3);
  const problem = createProblem(sample, makeFolds(sample, { kind: 'reference' }));

  it('is gold alone at 0 and the R-learner at 1', () => {
    expect(refitWeighted(problem, 0).model).toEqual(ESTIMATORS['gold-only'](problem).model);
    expect(refitWeighted(problem, 1).model).toEqual(ESTIMATORS['r-learner'](problem).model);
  });

  it('weighs corrected preferences ω and gold between 1/π and 1', () => {
    const { bias } = rLearnerBias(problem, problem.sources[0]);
    const y = sample.sources[0].preferenceGain;
    const label = sample.goldGain.map((r, i) => (sample.hasGold[i] === 1 ? r : y[i] + bias[i]));
    const inverse = sample.propensity.map((p, i) => sample.hasGold[i] / p);
    const meanInverse = inverse.reduce((a, b) => a + b, 0) / sample.hasGold.reduce((a, b) => a + b, 0);
    const weights = inverse.map((v, i) => (sample.hasGold[i] === 1 ? 0.25 + (0.75 * v) / meanInverse : 0.25));
    const expected = fitRidge(sample.x, label, weights);
    const actual = linearOf(refitWeighted(problem, 0.25).model);
    expect(actual.intercept).toBeCloseTo(expected.intercept, 12);
    actual.coefficients.forEach((c, k) => {
      expect(c).toBeCloseTo(expected.coefficients[k], 12);
    });
  });

  it('takes the ω of least cross-validated loss, and trusts a judge that flips coins less than a good one', () => {
    const rng = createRng(3);
    const losses = (judged: Sample): Fit['omegaLoss'] => fitDefault(judged, 1).omegaLoss;
    const good = losses(worldSample(generateWorld('null', 5), 300, false));
    const useless = losses(
      worldSample({ ...world, y: world.y.map(() => (rng.uniform() < 0.5 ? -1 : 1)) }, 300, false),
    );
    expect(leastLoss(good)).toBeGreaterThan(leastLoss(useless));
    expect(
      leastLoss([
        { omega: 0, loss: 2 },
        { omega: 0.5, loss: 1 },
        { omega: 1, loss: 1 },
      ]),
    ).toBe(0.5);
  });

  it('stands beside the other estimators and never inside auto', () => {
    const fit = fitDefault(worldSample(world, 100, false), 1);
    expect(fit.estimates['omega-grid']).toBeDefined();
    expect(Object.keys(fit.weights)).not.toContain('omega-grid');
    expect(Object.keys(fit.goldLoss)).not.toContain('omega 0.5');
  });
});

describe('a learner other than ridge', () => {
  const rows = Int32Array.from({ length: 600 }, (_, i) => i);
  const small = selectRows(worldSample(world, 150, true), rows);
  const fit = fitEstimators(small, {
    scheme: { kind: 'grouped', repeats: 1, seed: 2 },
    crossValidationScheme: { kind: 'grouped', repeats: 1, seed: 2 },
    selectedOnVerdict: false,
    learner: { name: 'boosted-trees', seed: 2 },
    clock: () => 0,
  });

  it('learns ψ, while offsets stay linear', () => {
    expect(fit.estimates['r-learner']?.model.kind).toBe('trees');
    expect(fit.estimates.pooled?.model.kind).toBe('trees');
    expect(fit.estimates.offset?.model.kind).toBe('linear');
    expect(fit.estimates['two-stage-surrogate']?.model.kind).toBe('sum');
  });

  it('makes auto a weighted sum of its members and their mean', () => {
    const { x, psi } = worldTest(world);
    expect(fit.auto.model.kind).toBe('sum');
    const auto = predict(fit.auto.model, x);
    const byHand = new Float64Array(x.rows);
    const onTraining = new Float64Array(small.x.rows);
    for (const [name, weight] of Object.entries(fit.weights)) {
      const member = fit.estimates[name as keyof typeof fit.estimates];
      if (member === undefined) throw new Error(`auto has a member without an estimate: ${name}`);
      predict(member.model, x).forEach((value, i) => {
        byHand[i] += weight * value;
      });
      predict(member.model, small.x).forEach((value, i) => {
        onTraining[i] += weight * value;
      });
    }
    const level = mean(onTraining);
    expect(fit.keptSpread).toBeLessThan(1);
    auto.forEach((value, i) => {
      expect(value).toBeCloseTo(level + fit.keptSpread * (byHand[i] - level), 10);
    });
    expect(scorePredictions(auto, psi).gainRelMse).toBeLessThan(1);
  });
});
