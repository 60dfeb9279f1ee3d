import { describe, expect, it } from 'vitest';
import { autoCandidates } from '../../src/causal/auto.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { planBootstrap } from '../../src/routing/bootstrap-fit.ts';
import { createBootstrapProblem, unitNumbers } from '../../src/routing/bootstrap-problem.ts';
import { runDraws } from '../../src/routing/bootstrap-run.ts';
import { summariseDraws } from '../../src/routing/bootstrap-summary.ts';
import { policyValue } from '../../src/routing/policy-value.ts';
import { percentileInterval } from '../../src/stats/bootstrap.ts';
import { predict, type Model } from '../../src/learners/model.ts';
import { evaluateOn } from '../support/evaluate-world.ts';
import { fitDefault } from '../support/world-fit.ts';
import {
  generateWorld,
  TEST_ROWS,
  TRAIN_ROWS,
  worldSample,
  worldTest,
  type World,
} from '../support/worlds.ts';

/**
 * Does redrawing the training labels say how much a run would move on other labels? Truths are taken over the runs
 * themselves: the mean of V over independent trainings, and the mean of ψ̂(x) at fixed prompts.
 */
const RUNS = 200;
const DRAWS = 50;
const GOLD = 200;
const W = 0.1;
const SHARED = {
  scheme: { kind: 'grouped', repeats: 3, seed: 5 },
  once: { kind: 'grouped', repeats: 1, seed: 5 },
} as const;

/** A few prompts that every run is asked about. */
const probes = (() => {
  const { x } = generateWorld('linear', 4242, 40);
  return x;
})();

interface Run {
  readonly value: number;
  readonly psi: Float64Array;
  readonly meanBias: readonly [number, number] | null;
  /** V(.1), both redrawn. */
  readonly both: readonly [number, number] | null;
  readonly probeIntervals: readonly (readonly [number, number])[];
}

function train(seed: number): Run {
  const world: World = generateWorld('linear', seed + 300, TRAIN_ROWS + TEST_ROWS);
  const sample = worldSample(world, GOLD, true);
  const test = worldTest(world);
  const fit = fitDefault(sample, 5);
  const units = unitNumbers();
  const problem = createBootstrapProblem(sample, SHARED.scheme, SHARED.once, units);
  const plan = planBootstrap(problem, autoCandidates(fit.problem, false), units.count());
  const { model } = fit.auto;
  if (model.kind !== 'linear') throw new Error('expected a linear model');
  // Few test prompts: both parts of the noise matter.
  const n = 300;
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const zero = new Float64Array(n);
  const testX = { rows: n, cols: test.x.cols, data: test.x.data.slice(0, n * test.x.cols) };
  const gain = test.r.slice(0, n);
  const draws = runDraws(
    {
      heads: [{ plan, models: { auto: model } }],
      units: units.count(),
      router: 'auto',
      names: ['auto'],
      test: {
        kind: 'pair',
        set: {
          rows,
          gain,
          group: rows,
          strong: 'a',
          cheap: 'b',
          cheapQuality: zero,
          qualityUnit: 'gain-over-cheap',
          cheapCost: zero,
          strongCost: zero.map(() => 1),
          extraCost: zero.map(() => 1),
        },
      },
      testX,
      w: W,
      seed,
    },
    0,
    DRAWS,
    uncontrolled,
  );
  const evaluation = evaluateOn(gain, predict(model, testX), seed);
  const bias = { mean: 0.1, ci95: [0, 0] as const, method: 'paired-difference' as const, rows: GOLD };
  // The figure itself, not the truth, is what an interval is put around.
  const own = fit.problem.goldRows.reduce(
    (sum, i) => sum + (sample.goldGain[i] - sample.sources[0].preferenceGain[i]) / GOLD,
    0,
  );
  const { redrawn, meanBias } = summariseDraws(evaluation, { ...bias, mean: own }, draws, null);
  return {
    value: trueValue(model, test),
    psi: predict(model, probes),
    meanBias,
    both: redrawn.both?.policyValue[String(W)] ?? null,
    probeIntervals: Array.from({ length: probes.rows }, (_, i) =>
      percentileInterval(draws.map(({ thetas: [theta] }) => atProbe(theta, i))),
    ),
  };
}

function atProbe(theta: Float64Array, i: number): number {
  let sum = theta[0];
  for (let k = 0; k < probes.cols; k++) sum += probes.data[i * probes.cols + k] * theta[k + 1];
  return sum;
}

function trueValue(model: Model, test: { x: World['x']; psi: Float64Array }): number {
  return policyValue(predict(model, test.x), test.psi, new Float64Array(test.psi.length).fill(1), W);
}

describe('intervals with the training redrawn', () => {
  it('hold what the recipe gives on average, in about 95 % of 200 runs', () => {
    const runs = Array.from({ length: RUNS }, (_, k) => train(k + 1));
    const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    const share = (holds: (run: Run) => boolean): number => mean(runs.map((run) => Number(holds(run))));
    const within = (ci95: readonly [number, number] | null, value: number): boolean =>
      ci95 !== null && ci95[0] <= value && value <= ci95[1];

    const value = mean(runs.map((run) => run.value));
    const psi = Array.from({ length: probes.rows }, (_, i) => mean(runs.map((run) => run.psi[i])));
    const shares = {
      'the mean bias': share((run) => within(run.meanBias, 0.1)),
      'V(.1) of the recipe, both redrawn': share((run) => within(run.both, value)),
      'ψ̂(x) around its own mean, 40 prompts': mean(
        psi.map((centre, i) => share((run) => within(run.probeIntervals[i], centre))),
      ),
    };
    for (const [what, held] of Object.entries(shares)) {
      process.stdout.write(`\ncoverage of ${what}: ${(100 * held).toFixed(1)} % of ${RUNS}\n`);
    }
    for (const held of Object.values(shares)) {
      expect(held).toBeGreaterThanOrEqual(0.9);
      expect(held).toBeLessThanOrEqual(0.98);
    }
  });
});
