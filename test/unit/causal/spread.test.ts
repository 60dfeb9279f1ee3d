import { describe, expect, it } from 'vitest';
import type { Fit } from '../../../src/causal/fit.ts';
import type { Sample } from '../../../src/causal/sample.ts';
import { combineEstimates } from '../../../src/causal/auto.ts';
import { keptSpread, LEAST_SPREAD } from '../../../src/causal/spread.ts';
import { createRng } from '../../../src/core/rng.ts';
import { predict } from '../../../src/learners/model.ts';
import { rankByGain } from '../../../src/routing/gain-curve.ts';
import { mean, variance } from '../../../src/stats/descriptive.ts';
import { fitDefault } from '../../support/world-fit.ts';
import { generateWorld, worldSample, worldTest, type World } from '../../support/worlds.ts';

/** World `null` in which neither gold nor judge depends on the prompt: ψ is .1 everywhere. */
function blindWorld(seed: number): World {
  const world = generateWorld('null', seed);
  const rng = createRng(seed + 1000);
  const noise = (): Float64Array => world.r.map(() => 0.1 + 0.4 * rng.normal());
  return { ...world, psi: world.psi.map(() => 0.1), r: noise(), y: noise() };
}

/** The members' weighted sum, its spread as it is. */
function sumOfMembers(fit: Fit, x: Sample['x']): Float64Array {
  return predict(combineEstimates(fit.weights, fit.estimates).model, x);
}

describe('the part of the spread that is kept', () => {
  it('is all but the noise of one slope and half of it, and never nothing', () => {
    expect(keptSpread(0.02, 0.16, 100)).toBeCloseTo(0.88, 12);
    expect(keptSpread(0.02, 0.16, 400)).toBeCloseTo(0.97, 12);
    expect(keptSpread(0.004, 0.16, 100)).toBeCloseTo(0.4, 12);
    expect(keptSpread(0.0001, 0.16, 100)).toBe(LEAST_SPREAD);
  });

  it('is 1 where there is no spread to keep', () => {
    expect(keptSpread(0, 0.16, 100)).toBe(1);
  });

  it('does not hang on the unit of the gain', () => {
    expect(keptSpread(9 * 0.004, 9 * 0.16, 100)).toBeCloseTo(keptSpread(0.004, 0.16, 100), 12);
  });
});

describe('auto', () => {
  it.each([false, true])('keeps ranking and level of its members (paired: %s)', (isPaired) => {
    const world = blindWorld(4);
    const sample = worldSample(world, 100, isPaired);
    const fit = fitDefault(sample, 4);
    const { x } = worldTest(world);
    expect(fit.keptSpread).toBeLessThan(0.5);
    expect(rankByGain(predict(fit.auto.model, x)).order).toEqual(rankByGain(sumOfMembers(fit, x)).order);
    expect(mean(predict(fit.auto.model, sample.x))).toBeCloseTo(mean(sumOfMembers(fit, sample.x)), 12);
  });

  it('is nearer to the truth than the sum of its members where the prompt says nothing', () => {
    const found = [1, 2, 3, 4].map((seed) => {
      const world = blindWorld(seed);
      const fit = fitDefault(worldSample(world, 100, false), seed);
      const { x, psi } = worldTest(world);
      const figures = (predicted: Float64Array) => ({
        error: mean(predicted.map((p, i) => (p - psi[i]) ** 2)),
        spread: variance(predicted, 0),
      });
      return { auto: figures(predict(fit.auto.model, x)), sum: figures(sumOfMembers(fit, x)) };
    });
    for (const { auto, sum } of found) expect(auto.error).toBeLessThan(1.02 * sum.error);
    const total = (which: 'auto' | 'sum', what: 'error' | 'spread') => mean(found.map((f) => f[which][what]));
    expect(total('auto', 'error')).toBeLessThan(total('sum', 'error'));
    expect(total('auto', 'spread')).toBeLessThan(0.3 * total('sum', 'spread'));
  });

  it('keeps nearly all of its spread where the prompt says much, and says so only where it does not', () => {
    const clear = fitDefault(worldSample(generateWorld('null', 2), 500, false), 2);
    expect(clear.keptSpread).toBeGreaterThan(0.95);
    expect(clear.reason).not.toContain('spread');
    const blind = fitDefault(worldSample(blindWorld(2), 100, false), 2);
    expect(blind.reason).toContain(`${Math.round(100 * blind.keptSpread)} % of their spread`);
  });

  it('shrinks gold alone too, where there are no preferences', () => {
    const sample = { ...worldSample(blindWorld(3), 2000, false), sources: [] };
    const fit = fitDefault(sample, 3);
    expect(fit.weights).toEqual({ 'gold-only': 1 });
    expect(fit.keptSpread).toBeLessThan(1);
  });
});
