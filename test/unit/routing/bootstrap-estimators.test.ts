import { describe, expect, it } from 'vitest';
import { makeFolds } from '../../../src/causal/folds.ts';
import { selectRows, type Sample } from '../../../src/causal/sample.ts';
import { createRng } from '../../../src/core/rng.ts';
import { drawFit, planBootstrap } from '../../../src/routing/bootstrap-fit.ts';
import { fitFromMoments } from '../../../src/routing/bootstrap-estimators.ts';
import { createBootstrapProblem, drawMoments } from '../../../src/routing/bootstrap-problem.ts';
import { createCell, momentsOf } from '../../../src/stats/bootstrap-moments.ts';
import type { PenaltyBook } from '../../../src/stats/bootstrap-ridge.ts';
import { plainEstimates } from '../../support/plain-estimators.ts';
import { fitDefault } from '../../support/world-fit.ts';
import { generateSelected, generateWorld, worldSample } from '../../support/worlds.ts';

const scheme = { kind: 'grouped', repeats: 1, seed: 5 } as const;

/** Some rows of a generated sample, with a few prompts that occur twice. */
function smaller(sample: Sample): Sample {
  const gold = Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 1);
  const others = Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 0);
  const rows = Int32Array.from([...gold.slice(0, 60), ...others.slice(0, 240)]);
  const chosen = selectRows(sample, rows);
  return { ...chosen, group: chosen.group.map((g, i) => (i % 50 === 7 ? chosen.group[i - 1] : g)) };
}

const cases: readonly (readonly [string, Sample])[] = [
  ['unpaired', smaller(worldSample(generateWorld('linear', 1), 100, false))],
  ['paired', smaller(worldSample(generateWorld('flip', 2), 100, true))],
  ['drawn by x', smaller(generateSelected('selected-x', 3).sample)],
  ['drawn by the verdict', smaller(generateSelected('selected-y', 4).sample)],
];

describe.each(cases)('estimators from second moments, %s', (_, sample) => {
  const problem = createBootstrapProblem(sample, scheme, scheme);
  const [folds] = makeFolds(sample, scheme);
  // A weight for each prompt, as a draw has.
  const rng = createRng(11);
  const weights = Float64Array.from({ length: problem.units }, () => rng.exponential());
  const unitOfGroup = new Map<number, number>();
  for (const { moments } of problem.cells) {
    // The second column of u is the first feature: it tells which row a row of a cell is.
    moments.unit.forEach((unit, i) => {
      const row = Array.from(sample.group.keys()).find(
        (k) => sample.x.data[k * sample.x.cols] === moments.x.data[i * moments.x.cols + 1],
      );
      if (row !== undefined) unitOfGroup.set(sample.group[row], unit);
    });
  }
  const weightOf = (row: number): number => weights[unitOfGroup.get(sample.group[row]) ?? -1];

  it('are those of the formulas, row by row, for any weights', () => {
    const book: PenaltyBook = new Map();
    fitFromMoments(problem, drawMoments(problem, new Float64Array(problem.units).fill(1)), book, null);
    const { estimates } = fitFromMoments(problem, drawMoments(problem, weights), book, null);
    const plain = plainEstimates(sample, folds, weightOf, (name) => book.get(name) ?? Number.NaN);
    const fitted: Readonly<Record<string, Float64Array | undefined>> = estimates;
    expect(Object.keys(plain).length).toBeGreaterThanOrEqual(7);
    for (const [name, theta] of Object.entries(plain)) {
      const own = fitted[name];
      expect(own?.length, name).toBe(theta.length);
      theta.forEach((value, k) => {
        expect(Math.abs((own?.[k] ?? Number.NaN) - value), `${name} ${k}`).toBeLessThan(1e-8);
      });
    }
  });

  it('leave out what a fold of the cross-validation holds, entirely', () => {
    const book: PenaltyBook = new Map();
    const moments = drawMoments(problem, weights);
    fitFromMoments(problem, moments, book, null);
    const { estimates } = fitFromMoments(problem, moments, book, 2);
    const goldRows = Int32Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 1);
    const [held] = makeFolds(selectRows(sample, goldRows), scheme);
    const out = new Set(goldRows.filter((_, i) => held[i] === 2).map((row) => sample.group[row]));
    const kept = Int32Array.from(sample.group.keys()).filter((i) => !out.has(sample.group[i]));
    const reduced = selectRows(sample, kept);
    const plain = plainEstimates(
      reduced,
      folds.filter((_, i) => !out.has(sample.group[i])),
      (i) => weightOf(kept[i]),
      (name) => book.get(name) ?? Number.NaN,
    );
    const own = estimates['gold-only'];
    plain['gold-only'].forEach((value, k) => {
      expect(Math.abs((own?.[k] ?? Number.NaN) - value)).toBeLessThan(1e-8);
    });
  });
});

describe('the fit with all weights 1', () => {
  it.each([false, true])('is close to that of the run itself (paired: %s)', (isPaired) => {
    const sample = worldSample(generateWorld('linear', 6), 200, isPaired);
    const run = fitDefault(sample, 5);
    const problem = createBootstrapProblem(sample, scheme, scheme);
    const plan = planBootstrap(problem, ['gold-only', 'r-learner', 'dr-learner', 'offset'], 1);
    const model = run.estimates['r-learner']?.model;
    if (model?.kind !== 'linear') throw new Error('expected a linear model');
    const rLearner = model.coefficients;
    const own = plan.unit.estimates['r-learner'] ?? new Float64Array(1);
    const distance = Math.hypot(...rLearner.map((v, k) => v - own[k + 1]));
    // Other folds and penalties chosen otherwise.
    expect(distance / Math.hypot(...rLearner)).toBeLessThan(0.2);
  });

  it('is the centre of the draws, which differ and repeat', () => {
    const sample = worldSample(generateWorld('linear', 7), 100, true);
    const plan = planBootstrap(createBootstrapProblem(sample, scheme, scheme), ['gold-only', 'offset'], 3);
    const first = drawFit(plan, 0);
    expect(drawFit(plan, 0)).toEqual(first);
    expect(drawFit(plan, 1).estimates.auto).not.toEqual(first.estimates.auto);
    const draws = Array.from({ length: 40 }, (_, b) => drawFit(plan, b).estimates['gold-only']?.[0] ?? 0);
    const mean = draws.reduce((sum, v) => sum + v, 0) / draws.length;
    const spread = Math.sqrt(draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (draws.length - 1));
    expect(Math.abs(mean)).toBeLessThan((3 * spread) / Math.sqrt(draws.length));
    // The standard error of a mean of 100 labels with standard deviation about .43.
    expect(spread).toBeGreaterThan(0.025);
    expect(spread).toBeLessThan(0.075);
  });
});

describe('moments in blocks', () => {
  const rng = createRng(2);
  const x = { rows: 900, cols: 4, data: Float64Array.from({ length: 3600 }, () => rng.normal()) };
  const rows = {
    rows: Int32Array.from({ length: 900 }, (_, i) => i),
    group: Int32Array.from({ length: 900 }, (_, i) => Math.floor(i / 2)),
    factors: [new Float64Array(900).fill(1), Float64Array.from({ length: 900 }, () => 1 + rng.uniform())],
  };
  const units = (): ((key: number | string) => number) => {
    const known = new Map<number | string, number>();
    return (key) => {
      const unit = known.get(key) ?? known.size;
      known.set(key, unit);
      return unit;
    };
  };

  it('are those of the rows where all weights are equal', () => {
    const direct = createCell(x, rows, 0, units(), 'a');
    const blocked = createCell(x, rows, 30, units(), 'a');
    expect(blocked.blocks?.units.length).toBe(30);
    for (const kind of [0, 1]) {
      const weights = new Float64Array(450).fill(0.7);
      const expected = momentsOf(direct, kind, weights, () => new Float64Array(0));
      momentsOf(blocked, kind, weights, () => new Float64Array(0)).forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k], 8);
      });
    }
  });

  it('spread as much as those of the rows, over draws', () => {
    const spreadOf = (blocks: number): number => {
      const cell = createCell(x, rows, blocks, units(), 'a');
      const draws = createRng(5);
      const values = Array.from({ length: 600 }, () => {
        const weights = Float64Array.from({ length: 450 }, () => draws.exponential());
        const moments = momentsOf(cell, 0, weights, () => new Float64Array(0));
        return moments[1];
      });
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    };
    // 100 blocks tell a standard deviation to about 7 %, 600 draws to 3 %.
    expect(spreadOf(100) / spreadOf(0)).toBeGreaterThan(0.8);
    expect(spreadOf(100) / spreadOf(0)).toBeLessThan(1.2);
  });
});
