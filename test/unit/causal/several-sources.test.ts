import { describe, expect, it } from 'vitest';
import { drLearnerBias, pairedDifferenceBias, rLearnerBias } from '../../../src/causal/bias.ts';
import { admissibleEstimators, ESTIMATORS } from '../../../src/causal/estimators.ts';
import { makeFolds } from '../../../src/causal/folds.ts';
import { estimateMeanBias } from '../../../src/causal/mean-bias.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import type { Sample, SourceLabels } from '../../../src/causal/sample.ts';
import { predict } from '../../../src/learners/model.ts';
import { scorePredictions } from '../../../src/routing/policy-value.ts';
import { mean } from '../../../src/stats/descriptive.ts';
import { linearOf } from '../../support/linear-of.ts';
import { fitDefault } from '../../support/world-fit.ts';
import { generateWorld, TRAIN_ROWS, worldSample, worldTest, type World } from '../../support/worlds.ts';

/** One seed gives worlds with the same prompts and gold, but another judge each. */
const mild = generateWorld('linear', 21);
const hostile = generateWorld('flip', 21);

/** Each judge sees a random share of the prompts without gold, and all gold prompts where paired. */
function twoJudges(goldCount: number, isPaired: boolean): Sample {
  const base = worldSample(mild, goldCount, isPaired);
  const judge = (name: string, world: World, sees: (i: number) => boolean): SourceLabels => {
    const has = (i: number): boolean => (i < goldCount ? isPaired : sees(i));
    return {
      name,
      hasPreference: Uint8Array.from({ length: TRAIN_ROWS }, (_, i) => Number(has(i))),
      preferenceGain: Float64Array.from({ length: TRAIN_ROWS }, (_, i) => (has(i) ? world.y[i] : Number.NaN)),
    };
  };
  return {
    ...base,
    sources: [judge('mild', mild, (i) => i % 3 !== 0), judge('hostile', hostile, (i) => i % 3 !== 1)],
  };
}

function problemOf(sample: Sample) {
  return createProblem(sample, makeFolds(sample, { kind: 'grouped', repeats: 1, seed: 1 }));
}

describe('several sources', () => {
  it.each([false, true])('have a bias of their own each (paired: %s)', (isPaired) => {
    const problem = problemOf(twoJudges(600, isPaired));
    const truths = [mild.delta, hostile.delta].map((delta) => delta.subarray(0, TRAIN_ROWS));
    const estimators = isPaired
      ? [rLearnerBias, drLearnerBias, pairedDifferenceBias]
      : [rLearnerBias, drLearnerBias];
    for (const estimator of estimators) {
      problem.sources.forEach((source, j) => {
        const { bias } = estimator(problem, source);
        const error = mean(bias.map((d, i) => (d - truths[j][i]) ** 2));
        const spread = mean(truths[j].map((d) => (d - mean(truths[j])) ** 2));
        expect(error / spread).toBeLessThan(0.8);
      });
    }
    problem.sources.forEach((source, j) => {
      const { mean: centre, ci95 } = estimateMeanBias(problem, source);
      const standardError = (ci95[1] - ci95[0]) / (2 * 1.96);
      expect(Math.abs(centre - mean(truths[j]))).toBeLessThan(3 * standardError);
    });
  });

  it('route far better corrected one by one than pooled', () => {
    const test = worldTest(mild);
    const fit = fitDefault(twoJudges(200, false), 3);
    const relMse = (model: (typeof fit.auto)['model']): number =>
      scorePredictions(predict(model, test.x), test.psi).gainRelMse;
    const pooled = fit.estimates.pooled;
    if (pooled === undefined) throw new Error('pooled always applies');
    expect(relMse(fit.auto.model)).toBeLessThan(0.6 * relMse(pooled.model));
  });

  it('may come in any order', () => {
    const sample = twoJudges(100, true);
    const forwards = problemOf(sample);
    const backwards = problemOf({ ...sample, sources: sample.sources.toReversed() });
    for (const name of admissibleEstimators(forwards)) {
      const a = linearOf(ESTIMATORS[name](forwards).model);
      const b = linearOf(ESTIMATORS[name](backwards).model);
      expect(b.intercept, name).toBeCloseTo(a.intercept, 9);
      a.coefficients.forEach((c, k) => {
        expect(b.coefficients[k], name).toBeCloseTo(c, 9);
      });
    }
  });

  it('that say the same count as one', () => {
    const one = worldSample(mild, 100, false);
    const twice = { ...one, sources: [one.sources[0], { ...one.sources[0], name: 'echo' }] };
    for (const name of ['mean-shift', 'r-learner', 'dr-learner', 'offset'] as const) {
      const a = linearOf(ESTIMATORS[name](problemOf(one)).model);
      const b = linearOf(ESTIMATORS[name](problemOf(twice)).model);
      a.coefficients.forEach((c, k) => {
        expect(b.coefficients[k], name).toBeCloseTo(c, 9);
      });
    }
  });

  it('may have said next to nothing', () => {
    const sample = worldSample(mild, 100, false);
    const said = (count: number): SourceLabels => ({
      ...sample.sources[0],
      name: `said ${count}`,
      hasPreference: sample.sources[0].hasPreference.map((h, i) => Number(h === 1 && i < 100 + count)),
    });
    const fit = fitDefault({ ...sample, sources: [sample.sources[0], said(1), said(0)] }, 1);
    expect(fit.problem.sources.map(({ labels }) => labels.name)).toEqual(['judge', 'said 1']);
    expect(predict(fit.auto.model, sample.x).every(Number.isFinite)).toBe(true);
  });

  it('admit the surrogate estimators where one of them judged everything', () => {
    const sample = worldSample(mild, 100, true);
    const [complete] = sample.sources;
    const part = {
      ...complete,
      name: 'part',
      hasPreference: complete.hasPreference.map((h, i) => h * (i % 2)),
    };
    const names = admissibleEstimators(problemOf({ ...sample, sources: [complete, part] }));
    expect(names).toContain('two-stage-surrogate');
    expect(names).not.toContain('paired-difference');
    expect(admissibleEstimators(problemOf({ ...sample, sources: [part] }))).not.toContain('surrogate-aipw');
  });
});
