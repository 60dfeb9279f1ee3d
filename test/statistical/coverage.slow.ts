import { describe, expect, it } from 'vitest';
import { createProblem } from '../../src/causal/nuisances.ts';
import { estimateMeanBias } from '../../src/causal/mean-bias.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { policyValue } from '../../src/routing/policy-value.ts';
import { evaluateOn } from '../support/evaluate-world.ts';
import { generateSelected, generateWorld, worldSample } from '../support/worlds.ts';
import type { Sample } from '../../src/causal/sample.ts';

const RUNS = 200;

/** Share of runs whose nominal 95 % interval holds the truth; 90 to 98 % is what 200 runs can tell from 95 %. */
function coverage(covers: (run: number) => boolean): number {
  let held = 0;
  for (let run = 1; run <= RUNS; run++) if (covers(run)) held++;
  return held / RUNS;
}

function report(what: string, share: number): void {
  process.stdout.write(`\ncoverage of ${what}: ${(100 * share).toFixed(1)} % of ${RUNS}\n`);
  expect(share).toBeGreaterThanOrEqual(0.9);
  expect(share).toBeLessThanOrEqual(0.98);
}

/** E Δ in world `linear`. */
const MEAN_BIAS = 0.1;

function coversMeanBias(sample: Sample, seed: number): boolean {
  const problem = createProblem(sample, makeFolds(sample, { kind: 'grouped', repeats: 3, seed }));
  const [low, high] = estimateMeanBias(problem, problem.sources[0]).ci95;
  return low <= MEAN_BIAS && MEAN_BIAS <= high;
}

describe('nominal 95 % intervals', () => {
  it.each([false, true])('of the mean bias hold it (paired: %s)', (isPaired) => {
    report(
      `the mean bias, 200 gold, paired ${isPaired}`,
      coverage((seed) => coversMeanBias(worldSample(generateWorld('linear', seed), 200, isPaired), seed)),
    );
  });

  it('of the mean bias hold it under a non-uniform logged design', () => {
    report(
      'the mean bias, selected-x',
      coverage((seed) => coversMeanBias(generateSelected('selected-x', seed).sample, seed)),
    );
  });

  it('of V(w) of a fixed router hold it', () => {
    // A router fixed beforehand: the first two terms of ψ. Its true value is taken over many rows.
    const route = (x: Float64Array, n: number): Float64Array =>
      Float64Array.from({ length: n }, (_, i) => 0.05 + 0.12 * x[i * 20] + 0.08 * x[i * 20 + 1]);
    const large = generateWorld('linear', 999, 200_000);
    const unit = new Float64Array(200_000).fill(1);
    const truth = policyValue(route(large.x.data, 200_000), large.psi, unit, 0.1);
    report(
      'V(.1), 300 test prompts',
      coverage((seed) => {
        const n = 300;
        const world = generateWorld('linear', seed + 5000, n);
        const { policyValue: values } = evaluateOn(world.r, route(world.x.data, n), seed);
        const [low, high] = values['0.1'].ci95 ?? [Number.NaN, Number.NaN];
        return low <= truth && truth <= high;
      }),
    );
  });
});
