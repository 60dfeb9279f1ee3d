import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { AppError } from '../../../src/core/errors.ts';
import { autoCandidates, exponentialWeights } from '../../../src/causal/auto.ts';
import { rLearnerBias, drLearnerBias } from '../../../src/causal/bias.ts';
import { ESTIMATORS, admissibleEstimators } from '../../../src/causal/estimators.ts';
import { foldRows, FOLD_COUNT, makeFolds } from '../../../src/causal/folds.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import { resolvePropensity } from '../../../src/causal/propensity.ts';
import { scalingFactor } from '../../../src/causal/scaling.ts';
import { preferencePropensity, selectRows, type Sample } from '../../../src/causal/sample.ts';
import { mean } from '../../../src/stats/descriptive.ts';
import { linearOf } from '../../support/linear-of.ts';
import { fitDefault } from '../../support/world-fit.ts';
import { generateWorld, worldSample } from '../../support/worlds.ts';

const world = generateWorld('linear', 11);

describe('folds', () => {
  it('are disjoint, cover, keep groups together and balance gold', () => {
    const sample = worldSample(world, 100, false);
    const group = sample.group.map((g) => Math.floor(g / 3));
    for (const folds of makeFolds({ ...sample, group }, { kind: 'grouped', repeats: 3, seed: 4 })) {
      const seen = new Set<number>();
      const gold: number[] = [];
      for (let fold = 0; fold < FOLD_COUNT; fold++) {
        const rows = foldRows(folds, fold, 'inside');
        rows.forEach((row) => seen.add(row));
        gold.push(rows.filter((row) => sample.hasGold[row] === 1).length);
        const outside = new Set(Array.from(foldRows(folds, fold, 'outside'), (row) => group[row]));
        expect(rows.some((row) => outside.has(group[row]))).toBe(false);
      }
      expect(seen.size).toBe(sample.group.length);
      expect(Math.max(...gold) - Math.min(...gold)).toBeLessThanOrEqual(6);
    }
  });

  it('differ between repeats and are the same for the same seed', () => {
    const sample = worldSample(world, 100, false);
    const scheme = { kind: 'grouped', repeats: 2, seed: 9 } as const;
    const [a, b] = makeFolds(sample, scheme);
    expect(a).not.toEqual(b);
    expect(makeFolds(sample, scheme)[0]).toEqual(a);
  });
});

describe('the preference propensity', () => {
  it('is 1 − π unpaired, 1 fully paired and in between otherwise', () => {
    const unpaired = worldSample(world, 100, false);
    expect(preferencePropensity(unpaired, unpaired.sources[0])[0]).toBeCloseTo(0.95, 12);
    const paired = worldSample(world, 100, true);
    expect(preferencePropensity(paired, paired.sources[0])[0]).toBeCloseTo(1, 12);
    const [source] = paired.sources;
    const half = source.hasPreference.map((h, i) => (i < 50 ? 0 : h));
    expect(preferencePropensity(paired, { ...source, hasPreference: half })[0]).toBeCloseTo(0.975, 12);
  });
});

describe('estimators', () => {
  it('recover the bias of a large paired and unpaired sample', () => {
    for (const isPaired of [false, true]) {
      const problem = createProblem(
        worldSample(world, 1000, isPaired),
        makeFolds(worldSample(world, 1000, isPaired), { kind: 'grouped', repeats: 1, seed: 1 }),
      );
      const truth = world.delta.subarray(0, 2000);
      for (const { bias } of [rLearnerBias, drLearnerBias].map((f) => f(problem, problem.sources[0]))) {
        const error = mean(bias.map((d, i) => (d - truth[i]) ** 2));
        const spread = mean(truth.map((d) => (d - mean(truth)) ** 2));
        // 1 is what the right constant would get.
        expect(error / spread).toBeLessThan(0.8);
      }
    }
  });

  it('do not depend on the order of rows in the grouped configuration up to the draw of folds', () => {
    const sample = worldSample(world, 100, true);
    const problem = createProblem(sample, makeFolds(sample, { kind: 'reference' }));
    const order = createRng(3).permutation(2000);
    const shuffled = selectRows(sample, order);
    const folds = makeFolds(sample, { kind: 'reference' }).map((f) => Int32Array.from(order, (i) => f[i]));
    const shuffledProblem = createProblem(shuffled, folds);
    for (const name of admissibleEstimators(problem)) {
      const a = linearOf(ESTIMATORS[name](problem).model);
      const b = linearOf(ESTIMATORS[name](shuffledProblem).model);
      expect(b.intercept, name).toBeCloseTo(a.intercept, 9);
      a.coefficients.forEach((c, k) => {
        expect(b.coefficients[k], name).toBeCloseTo(c, 9);
      });
    }
  });

  it('admit only what the labels allow', () => {
    const unpaired = worldSample(world, 100, false);
    const names = (s: Sample): string[] => admissibleEstimators(createProblem(s, []));
    expect(names(unpaired)).not.toContain('paired-difference');
    expect(names(worldSample(world, 100, true))).toContain('two-stage-surrogate');
    const goldOnly = selectRows(
      unpaired,
      Int32Array.from({ length: 100 }, (_, i) => i),
    );
    expect(names(goldOnly)).toEqual(['gold-only']);
    const fit = fitDefault(goldOnly, 1);
    expect(fit.weights).toEqual({ 'gold-only': 1 });
    expect(fit.warnings.map((w) => w.code)).toContain('no-preferences');
  });

  it('refuse too little gold with a clear error, and NaN with another', () => {
    const few = worldSample(world, 5, false);
    expect(() => fitDefault(few, 1)).toThrow(/5 gold prompts/);
    const broken = worldSample(world, 100, false);
    broken.goldGain[0] = Number.NaN;
    expect(() => fitDefault(broken, 1)).toThrow(AppError);
    expect(() => fitDefault(broken, 1)).toThrow(/row 0/);
  });
});

describe('auto', () => {
  it('weighs by held-out loss: equal losses equally, a far worse one not at all', () => {
    const weights = exponentialWeights({
      sse: { 'gold-only': 10, 'r-learner': 10, 'mean-shift': 40 },
      goldRows: 100,
    });
    expect(weights['gold-only']).toBeCloseTo(0.5, 6);
    expect(weights['mean-shift']).toBeLessThan(1e-6);
    const total = Object.values(weights).reduce((s, w) => s + w, 0);
    expect(total).toBeCloseTo(1, 12);
  });

  it('weighs every assumption about the bias, none among them, and the R-learner only where it is valid', () => {
    const problem = createProblem(worldSample(world, 100, false), []);
    expect(autoCandidates(problem, false)).toEqual([
      'preference-only',
      'pooled',
      'mean-shift',
      'r-learner',
      'dr-learner',
      'calibrated-offset',
    ]);
    expect(autoCandidates(problem, true)).not.toContain('r-learner');
    expect(autoCandidates(createProblem(worldSample(world, 100, true), []), false)).toEqual(
      expect.arrayContaining(['paired-difference', 'two-stage-surrogate']),
    );
  });

  it('takes preferences as they are where the judge is right, and not where it reverses the truth', () => {
    const uncorrected = (name: 'null' | 'flip'): number => {
      const { weights } = fitDefault(worldSample(generateWorld(name, 1), 100, false), 1);
      return (weights['preference-only'] ?? 0) + (weights.pooled ?? 0);
    };
    expect(uncorrected('null')).toBeGreaterThan(0.3);
    expect(uncorrected('flip')).toBeLessThan(0.05);
  });

  it('says what it weighed and compares it with gold alone', () => {
    const { reason, weights } = fitDefault(worldSample(generateWorld('flip', 1), 100, false), 1);
    const small = Object.values(weights).filter((weight) => weight < 0.01).length;
    expect(reason).toMatch(/ leads with \d+ % \(its held-out gold error is \d+ % of that of gold alone\)/);
    expect(reason).toContain(`${small} more below 1 %.`);
    expect(reason).not.toMatch(/ 0 %/);
  });

  it('gives the same answer twice', () => {
    const sample = worldSample(world, 100, false);
    const a = fitDefault(sample, 5);
    expect(fitDefault(sample, 5).auto.model).toEqual(a.auto.model);
  });
});

describe('propensity', () => {
  const sample = worldSample(world, 200, false);
  it('is used as logged, never clipped', () => {
    const logged = sample.propensity.map((_, i) => (i % 2 === 0 ? 0.001 : 0.9));
    const { values, source } = resolvePropensity(sample.x, sample.hasGold, sample.group, logged, 1);
    expect(source).toBe('designed');
    expect(values).toEqual(logged);
  });

  it('is estimated where nobody logged it, says so, and finds what decided', () => {
    const rng = createRng(8);
    const truth = Float64Array.from(
      { length: 2000 },
      (_, i) => 1 / (1 + Math.exp(2 - 1.5 * sample.x.data[i * 20])),
    );
    const hasGold = Uint8Array.from(truth, (p) => Number(rng.uniform() < p));
    const unknown = new Float64Array(2000).fill(Number.NaN);
    const { values, source, warnings } = resolvePropensity(sample.x, hasGold, sample.group, unknown, 1);
    expect(source).toBe('estimated');
    expect(warnings.map((w) => w.code)).toContain('estimated-propensity');
    expect(mean(values.map((p, i) => (p - truth[i]) ** 2))).toBeLessThan(0.005);
  });

  it('is 1 where everything was graded', () => {
    const all = new Uint8Array(2000).fill(1);
    const unknown = new Float64Array(2000).fill(Number.NaN);
    const { values, source } = resolvePropensity(sample.x, all, sample.group, unknown, 1);
    expect(source).toBe('everything-graded');
    expect(values.every((p) => p === 1)).toBe(true);
  });
});

describe('scaling', () => {
  const rng = createRng(2);
  const gold = Float64Array.from({ length: 500 }, () => rng.normal());
  it.each(['variance', 'range', 'wasserstein'] as const)('by %s undoes a change of unit', (method) => {
    const preference = gold.map((r) => r / 4);
    expect(scalingFactor(gold, preference, method)).toBeCloseTo(4, 6);
  });
  it('leaves a source that always says the same as it is', () => {
    expect(scalingFactor(gold, new Float64Array(500).fill(1), 'variance')).toBe(1);
    expect(scalingFactor(gold, gold, 'none')).toBe(1);
  });
});
