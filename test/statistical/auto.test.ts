import { describe, expect, it } from 'vitest';
import { predict } from '../../src/learners/model.ts';
import { scorePredictions } from '../../src/routing/policy-value.ts';
import { mean } from '../../src/stats/descriptive.ts';
import { createRng } from '../../src/core/rng.ts';
import { evaluateOn } from '../support/evaluate-world.ts';
import { fitDefault } from '../support/world-fit.ts';
import {
  generateSelected,
  generateWorld,
  worldSample,
  worldTest,
  type WorldName,
} from '../support/worlds.ts';

/** A few seeds of what bars.slow.ts measures over 30. */
const SEEDS = [1, 2, 3, 4, 5, 6];

function egOf(world: WorldName, names: readonly ('auto' | 'pooled' | 'gold-only')[]): number[] {
  const scores = SEEDS.map((seed) => {
    const generated = generateWorld(world, seed);
    const test = worldTest(generated);
    const fit = fitDefault(worldSample(generated, 100, false), seed);
    return names.map((name) => {
      const model = name === 'auto' ? fit.auto.model : fit.estimates[name]?.model;
      if (model === undefined) throw new Error(`no estimate ${name}`);
      return 1000 * scorePredictions(predict(model, test.x), test.psi).egMean;
    });
  });
  return names.map((_, k) => mean(scores.map((row) => row[k])));
}

describe('auto with 100 gold', () => {
  it('routes better than pooling where the bias depends on the prompt', () => {
    const [auto, pooled] = egOf('linear', ['auto', 'pooled']);
    expect(auto).toBeGreaterThan(pooled + 2);
  });

  it('survives a judge that reverses the truth', () => {
    const [auto, pooled] = egOf('flip', ['auto', 'pooled']);
    expect(pooled).toBeLessThan(0);
    expect(auto).toBeGreaterThan(20);
  });

  it('loses little where there is no bias', () => {
    const [auto, pooled] = egOf('null', ['auto', 'pooled']);
    expect(auto).toBeGreaterThan(pooled - 2.5);
  });

  it('is no worse than gold alone with a judge that flips coins', () => {
    const differences = SEEDS.map((seed) => {
      const world = generateWorld('linear', seed);
      const test = worldTest(world);
      const rng = createRng(seed + 77);
      const sample = worldSample(
        { ...world, y: world.y.map(() => (rng.uniform() < 0.5 ? -1 : 1)) },
        100,
        false,
      );
      const fit = fitDefault(sample, seed);
      const gold = fit.estimates['gold-only'];
      if (gold === undefined) throw new Error('gold-only always applies');
      const score = (model: typeof gold.model): number =>
        scorePredictions(predict(model, test.x), test.psi).gainRelMse;
      return score(fit.auto.model) - score(gold.model);
    });
    expect(mean(differences)).toBeLessThan(0.1);
  });

  it('keeps its level under logged selection on the verdict', () => {
    const levels = SEEDS.map((seed) => {
      const { world, sample } = generateSelected('selected-y', seed);
      const test = worldTest(world);
      return mean(predict(fitDefault(sample, seed).auto.model, test.x).map((p, i) => p - test.psi[i]));
    });
    expect(Math.abs(mean(levels))).toBeLessThan(0.05);
  });
});

describe('do-not-route', () => {
  it('is silent where routing pays and loud where nothing can be predicted', () => {
    const world = generateWorld('linear', 3);
    const test = worldTest(world);
    const good = fitDefault(worldSample(world, 500, false), 3);
    const codes = (predicted: Float64Array): string[] =>
      evaluateOn(test.r, predicted, 1).warnings.map((warning) => warning.code);
    expect(codes(predict(good.auto.model, test.x))).not.toContain('do-not-route');
    const rng = createRng(5);
    expect(codes(test.r.map(() => rng.normal()))).toContain('do-not-route');
    expect(codes(test.r.map(() => 1))).toContain('do-not-route');
  });
});
