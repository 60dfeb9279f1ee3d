import { describe, expect, it } from 'vitest';
import { ESTIMATORS } from '../../../src/causal/estimators.ts';
import { makeFolds } from '../../../src/causal/folds.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import { selectRows } from '../../../src/causal/sample.ts';
import { keptSpread, LEAST_SPREAD, shrinkSpread, spreadToKeep } from '../../../src/causal/spread.ts';
import { predictRows } from '../../../src/learners/linear.ts';
import { createArena } from '../../../src/stats/arena.ts';
import { addAll } from '../../../src/stats/bootstrap-ridge.ts';
import { drawMoments, EVERYONE } from '../../../src/routing/bootstrap-draw.ts';
import { createBootstrapProblem, KIND, unitNumbers } from '../../../src/routing/bootstrap-problem.ts';
import { shrinkTheta, squaresAround } from '../../../src/routing/bootstrap-spread.ts';
import { linearOf } from '../../support/linear-of.ts';
import { generateSelected, generateWorld, worldSample } from '../../support/worlds.ts';

describe.each([
  ['an even draw', worldSample(generateWorld('linear', 3), 100, false)],
  ['a draw along x', generateSelected('selected-x', 3).sample],
])('the spread of a redrawn auto, %s', (_, sample) => {
  const scheme = { kind: 'grouped', repeats: 1, seed: 2 } as const;
  const problem = createProblem(sample, makeFolds(sample, scheme));
  const model = linearOf(ESTIMATORS['gold-only'](problem).model);
  const theta = Float64Array.from([model.intercept, ...model.coefficients]);
  const units = unitNumbers();
  const moments = createBootstrapProblem(sample, scheme, scheme, units);
  const ones = new Float64Array(units.count()).fill(1);
  const drawn = drawMoments(moments, ones, createArena());

  it('is shrunk around the mean of all rows', () => {
    const expected = linearOf(shrinkSpread(model, problem, 0.3));
    const actual = shrinkTheta(theta, addAll(drawn.of(EVERYONE, KIND.plain, null).folds), 0.3);
    [expected.intercept, ...expected.coefficients].forEach((value, k) => {
      expect(actual[k]).toBeCloseTo(value, 10);
    });
  });

  it('is measured within the folds of held-out gold', () => {
    const predicted = predictRows(model, sample.x, problem.goldRows);
    const [held] = makeFolds(selectRows(sample, problem.goldRows), scheme);
    const kept = spreadToKeep(
      problem,
      { 'gold-only': 1 },
      { predicted: { 'gold-only': predicted }, held },
      0.01,
    );
    let squares = 0;
    let total = 0;
    for (let fold = 0; fold < 5; fold++) {
      const gold = drawn.heldGold(fold);
      squares += squaresAround(gold, theta);
      total += gold[0];
    }
    expect(kept).toBeGreaterThan(LEAST_SPREAD);
    expect(keptSpread(squares / total, 0.01, moments.effectiveGold)).toBeCloseTo(kept, 10);
  });
});
