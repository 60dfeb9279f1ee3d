import { describe, expect, it } from 'vitest';
import { compareLearners } from '../../src/causal/disagreement.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem } from '../../src/causal/nuisances.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { mean, standardDeviation } from '../../src/stats/descriptive.ts';
import { fitDefault } from '../support/world-fit.ts';
import { generateSelected, generateWorld, TRAIN_ROWS, worldSample } from '../support/worlds.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => 500 + i);

function compare(sample: Sample, seed: number) {
  const problem = createProblem(sample, makeFolds(sample, { kind: 'grouped', repeats: 1, seed }));
  return compareLearners(problem, problem.sources[0]);
}

describe('R-learner against DR-learner', () => {
  it('differ by noise of the stated size where all assumptions hold', () => {
    for (const isPaired of [false, true]) {
      const all = SEEDS.map((seed) =>
        compare(worldSample(generateWorld('linear', seed), 200, isPaired), seed),
      );
      const ratio = all.map(({ difference, standardError }) => difference / standardError);
      expect(Math.abs(mean(ratio))).toBeLessThan(0.5);
      expect(standardDeviation(ratio, 1)).toBeLessThan(1.3);
      expect(ratio.filter((z) => Math.abs(z) > 2).length / SEEDS.length).toBeLessThanOrEqual(0.1);
      // Both are near the truth, .1 as a mean over the prompts.
      expect(mean(all.map(({ rLearner }) => rLearner))).toBeCloseTo(0.1, 1);
      expect(mean(all.map(({ drLearner }) => drLearner))).toBeCloseTo(0.1, 1);
    }
  });

  it('are told apart where a prompt-dependent bias meets an uneven design', () => {
    const z = SEEDS.slice(0, 20).map((seed) => {
      const { world, sample } = generateSelected('selected-x', seed);
      // A bias so strong in what decides who is graded that its weighted means differ.
      const [judge] = sample.sources;
      const preferenceGain = judge.preferenceGain.map((y, i) => y - 0.3 * world.x.data[i * 20]);
      const { difference, standardError } = compare(
        { ...sample, sources: [{ ...judge, preferenceGain }] },
        seed,
      );
      return difference / standardError;
    });
    expect(mean(z)).toBeGreaterThan(2);
  });

  it('warn in the run with both figures', () => {
    const { world, sample } = generateSelected('selected-x', 500);
    const [judge] = sample.sources;
    const preferenceGain = judge.preferenceGain.map((y, i) => y - 0.6 * world.x.data[i * 20]);
    const loud = fitDefault({ ...sample, sources: [{ ...judge, preferenceGain }] }, 1);
    expect(loud.warnings.find(({ code }) => code === 'learners-disagree')?.message).toMatch(
      /R-learner puts the mean bias of judge at [\d.]+, the DR-learner at/,
    );
    const quiet = fitDefault(worldSample(generateWorld('linear', 501), 0.05 * TRAIN_ROWS, false), 1);
    expect(quiet.warnings.map(({ code }) => code)).not.toContain('learners-disagree');
  });
});
