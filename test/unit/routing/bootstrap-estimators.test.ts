import { describe, expect, it } from 'vitest';
import { makeFolds } from '../../../src/causal/folds.ts';
import { selectRows, type Sample } from '../../../src/causal/sample.ts';
import { createRng } from '../../../src/core/rng.ts';
import { drawMoments } from '../../../src/routing/bootstrap-draw.ts';
import { drawFit, drawWeights, planBootstrap, type WeightedFit } from '../../../src/routing/bootstrap-fit.ts';
import { fitFromMoments, fitWithoutGold } from '../../../src/routing/bootstrap-estimators.ts';
import { createBootstrapProblem, unitNumbers } from '../../../src/routing/bootstrap-problem.ts';
import { createArena } from '../../../src/stats/arena.ts';
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

/** A second judge, of every third prompt or of all. */
function judgedTwice(sample: Sample, every: number): Sample {
  const [first] = sample.sources;
  const second = {
    name: 'second',
    hasPreference: first.hasPreference.map((_, i) => Number(i % every === 0)),
    preferenceGain: first.preferenceGain.map(
      (_, i) => Math.sin(i) / 2 + sample.x.data[i * sample.x.cols] / 5,
    ),
  };
  return { ...sample, sources: [first, second] };
}

const cases: readonly (readonly [string, Sample])[] = [
  ['unpaired', smaller(worldSample(generateWorld('linear', 1), 100, false))],
  ['paired', smaller(worldSample(generateWorld('flip', 2), 100, true))],
  ['drawn by x', smaller(generateSelected('selected-x', 3).sample)],
  ['drawn by the verdict', smaller(generateSelected('selected-y', 4).sample)],
  [
    'two sources, one of every third prompt',
    judgedTwice(smaller(worldSample(generateWorld('linear', 8), 100, false)), 3),
  ],
  [
    'two sources, both of every prompt',
    judgedTwice(smaller(worldSample(generateWorld('linear', 9), 100, true)), 1),
  ],
];

describe.each(cases)('estimators from second moments, %s', (_, sample) => {
  const units = unitNumbers();
  const problem = createBootstrapProblem(sample, scheme, scheme, units);
  const arena = createArena();
  const [folds] = makeFolds(sample, scheme);
  // A weight for each prompt, as a draw has.
  const rng = createRng(11);
  const weights = Float64Array.from({ length: units.count() }, () => rng.exponential());
  const weightOf = (row: number): number => weights[units.of(sample.group[row])];
  const penalties = (): PenaltyBook => ({ exponents: new Map() });
  const penaltyIn = (book: PenaltyBook) => (name: string) => book.exponents.get(name) ?? Number.NaN;

  it('are those of the formulas, row by row, for any weights', () => {
    const book = penalties();
    const ones = new Float64Array(units.count()).fill(1);
    fitFromMoments(problem, drawMoments(problem, ones, arena), book);
    arena.reset();
    const { estimates } = fitFromMoments(problem, drawMoments(problem, weights, arena), book);
    const plain = plainEstimates(sample, folds, weightOf, penaltyIn(book));
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
    const book = penalties();
    const moments = drawMoments(problem, weights, arena);
    fitFromMoments(problem, moments, book);
    const estimates = fitWithoutGold(problem, moments, book, 2, ['gold-only', 'pooled']);
    const goldRows = Int32Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 1);
    const [held] = makeFolds(selectRows(sample, goldRows), scheme);
    const out = new Set(goldRows.filter((_, i) => held[i] === 2).map((row) => sample.group[row]));
    const kept = Int32Array.from(sample.group.keys()).filter((i) => !out.has(sample.group[i]));
    const reduced = selectRows(sample, kept);
    const plain = plainEstimates(
      reduced,
      folds.filter((_, i) => !out.has(sample.group[i])),
      (i) => weightOf(kept[i]),
      penaltyIn(book),
    );
    for (const name of ['gold-only', 'pooled'] as const) {
      plain[name].forEach((value, k) => {
        expect(Math.abs((estimates[name]?.[k] ?? Number.NaN) - value)).toBeLessThan(1e-8);
      });
    }
  });
});

describe('the fit with all weights 1', () => {
  it.each([false, true])('is close to that of the run itself (paired: %s)', (isPaired) => {
    const sample = worldSample(generateWorld('linear', 6), 200, isPaired);
    const run = fitDefault(sample, 5);
    const units = unitNumbers();
    const problem = createBootstrapProblem(sample, scheme, scheme, units);
    const plan = planBootstrap(problem, ['gold-only', 'r-learner', 'dr-learner', 'offset'], units.count());
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
    const units = unitNumbers();
    const problem = createBootstrapProblem(sample, scheme, scheme, units);
    const plan = planBootstrap(problem, ['gold-only', 'offset'], units.count());
    const arena = createArena();
    const fit = (draw: number): WeightedFit => drawFit(plan, drawWeights(3, draw, units.count()), arena);
    const first = fit(0);
    expect(fit(1).estimates.auto).not.toEqual(first.estimates.auto);
    // In memory that others have used in between.
    expect(fit(0)).toEqual(first);
    const draws = Array.from({ length: 40 }, (_, b) => fit(b).estimates['gold-only']?.[0] ?? 0);
    const mean = draws.reduce((sum, v) => sum + v, 0) / draws.length;
    const spread = Math.sqrt(draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (draws.length - 1));
    expect(Math.abs(mean)).toBeLessThan((3 * spread) / Math.sqrt(draws.length));
    // The standard error of a mean of 100 labels with standard deviation about .43.
    expect(spread).toBeGreaterThan(0.025);
    expect(spread).toBeLessThan(0.075);
  });
});

describe('draws', () => {
  it('spread as much as trainings on other labels do, because each chooses its penalty', () => {
    const goldOnly = (seed: number): Sample => {
      const sample = worldSample(generateWorld('linear', seed), 200, false);
      return {
        ...selectRows(
          sample,
          Int32Array.from({ length: 200 }, (_, i) => i),
        ),
        sources: [],
      };
    };
    const prompts = generateWorld('linear', 4242, 20).x;
    const predictions = (theta: Float64Array | undefined): Float64Array =>
      Float64Array.from({ length: prompts.rows }, (_, i) =>
        (theta ?? new Float64Array(0)).reduce(
          (sum, v, k) => sum + v * (k === 0 ? 1 : prompts.data[i * prompts.cols + k - 1]),
          0,
        ),
      );
    const meanVariance = (sets: readonly Float64Array[]): number => {
      const variances = Array.from({ length: prompts.rows }, (_, i) => {
        const values = sets.map((set) => set[i]);
        const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
        return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
      });
      return variances.reduce((sum, v) => sum + v, 0) / variances.length;
    };
    const arena = createArena();
    const trainings: Float64Array[] = [];
    const within: number[] = [];
    for (let run = 0; run < 100; run++) {
      const units = unitNumbers();
      const problem = createBootstrapProblem(goldOnly(300 + run), scheme, scheme, units);
      const plan = planBootstrap(problem, ['gold-only'], units.count());
      trainings.push(predictions(plan.unit.estimates['gold-only']));
      const draws = Array.from({ length: 20 }, (_, b) =>
        drawFit(plan, drawWeights(run, b, units.count()), arena),
      );
      within.push(meanVariance(draws.map(({ estimates }) => predictions(estimates['gold-only']))));
    }
    const drawn = within.reduce((sum, v) => sum + v, 0) / within.length;
    const ratio = Math.sqrt(drawn / meanVariance(trainings));
    // With penalties kept it is .77; 100 trainings tell it to about .05.
    expect(ratio).toBeGreaterThan(0.88);
    expect(ratio).toBeLessThan(1.15);
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
