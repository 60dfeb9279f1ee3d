import { describe, expect, it } from 'vitest';
import { fitReleasedScript } from '../../src/causal/released-script.ts';
import { selectRows } from '../../src/causal/sample.ts';
import { predict } from '../../src/learners/model.ts';
import { scorePredictions } from '../../src/routing/policy-value.ts';
import { fitDefault } from '../support/world-fit.ts';
import { generateWorld, worldSample, worldTest } from '../support/worlds.ts';

describe('the published recipe', () => {
  const world = generateWorld('const', 1);
  const test = worldTest(world);
  const rows = Int32Array.from({ length: 800 }, (_, i) => i);
  const sample = selectRows(worldSample(world, 100, false), rows);
  const script = fitReleasedScript(sample, 1);

  it('ranks, and repairs less of a constant bias than cross-fitting does', () => {
    const scores = [script.rLearner, script.drLearner].map((model) =>
      scorePredictions(predict(model, test.x), test.psi),
    );
    for (const { egMean } of scores) expect(egMean).toBeGreaterThan(0.005);
    const auto = scorePredictions(predict(fitDefault(sample, 1).auto.model, test.x), test.psi);
    for (const { gainRelMse } of scores) expect(gainRelMse).toBeGreaterThan(auto.gainRelMse);
  });

  it('is a forest, the same for the same seed', () => {
    expect(script.rLearner.kind).toBe('trees');
    expect(fitReleasedScript(sample, 1)).toEqual(script);
  });
});
