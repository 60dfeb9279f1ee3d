import { describe, expect, it } from 'vitest';
import { ESTIMATORS } from '../../../src/causal/estimators.ts';
import { makeFolds } from '../../../src/causal/folds.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import { shrinkSpread } from '../../../src/causal/spread.ts';
import { createArena } from '../../../src/stats/arena.ts';
import { addAll } from '../../../src/stats/bootstrap-ridge.ts';
import { drawMoments, EVERYONE } from '../../../src/routing/bootstrap-draw.ts';
import { createBootstrapProblem, KIND, unitNumbers } from '../../../src/routing/bootstrap-problem.ts';
import { shrinkTheta } from '../../../src/routing/bootstrap-spread.ts';
import { linearOf } from '../../support/linear-of.ts';
import { generateSelected, generateWorld, worldSample } from '../../support/worlds.ts';

describe.each([
  ['an even draw', worldSample(generateWorld('linear', 3), 100, false)],
  ['a draw along x', generateSelected('selected-x', 3).sample],
])('the spread of a redrawn auto, %s', (_, sample) => {
  it.each([0.15, 1.5, 150])('is that of the run under equal weights, at a held-out loss of %f', (noise) => {
    const scheme = { kind: 'grouped', repeats: 1, seed: 2 } as const;
    const problem = createProblem(sample, makeFolds(sample, scheme));
    const model = linearOf(ESTIMATORS['gold-only'](problem).model);
    const expected = linearOf(shrinkSpread(model, problem, noise).model);

    const units = unitNumbers();
    const moments = createBootstrapProblem(sample, scheme, scheme, units);
    const ones = new Float64Array(units.count()).fill(1);
    const drawn = drawMoments(moments, ones, createArena()).of(EVERYONE, KIND.plain, null);
    const theta = Float64Array.from([model.intercept, ...model.coefficients]);
    const actual = shrinkTheta(theta, addAll(drawn.folds), noise, moments.effectiveGold);
    [expected.intercept, ...expected.coefficients].forEach((value, k) => {
      expect(actual[k]).toBeCloseTo(value, 10);
    });
  });
});
