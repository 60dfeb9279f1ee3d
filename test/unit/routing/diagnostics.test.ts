import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeFolds } from '../../../src/causal/folds.ts';
import { createProblem } from '../../../src/causal/nuisances.ts';
import type { Sample } from '../../../src/causal/sample.ts';
import { uncontrolled } from '../../../src/core/progress.ts';
import { createRng } from '../../../src/core/rng.ts';
import {
  agreement,
  biasScores,
  heterogeneity,
  meanBiasDiagnostic,
} from '../../../src/routing/diagnostics-bias.ts';
import { calibration, correctionDiagnostics, type HeldOut } from '../../../src/routing/diagnostics-gold.ts';
import { learningCurve, powerDiagnostic } from '../../../src/routing/learning-curve.ts';
import { placebo } from '../../../src/routing/placebo.ts';
import { sensitivity } from '../../../src/routing/sensitivity.ts';
import { normalQuantile, Z95 } from '../../../src/stats/normal.ts';
import { generateWorld, worldSample, worldTest, type WorldName } from '../../support/worlds.ts';

function labelsOf(sample: Sample): { sample: Sample; problem: ReturnType<typeof createProblem> } {
  return {
    sample,
    problem: createProblem(sample, makeFolds(sample, { kind: 'grouped', repeats: 1, seed: 1 })),
  };
}

describe('the bias checks, where the truth is known', () => {
  const check = (
    world: WorldName,
  ): { mean: ReturnType<typeof meanBiasDiagnostic>; skill: number; sentence: string } => {
    const labels = labelsOf(worldSample(generateWorld(world, 3), 300, true));
    const scores = biasScores(labels, labels.problem.sources[0]);
    const h = heterogeneity(labels, scores);
    return { mean: meanBiasDiagnostic(scores), skill: h.value.value ?? Number.NaN, sentence: h.sentence };
  };

  it('see a constant bias as a number, and nothing that depends on the prompt', () => {
    const { mean, skill, sentence } = check('const');
    expect(mean.verdict).toBe('look');
    expect(mean.value.ci95?.[0]).toBeLessThan(0.15);
    expect(mean.value.ci95?.[1]).toBeGreaterThan(0.15);
    expect(skill).toBeLessThan(0.02);
    expect(sentence).toContain('Nothing shows');
  });

  it('see no bias where there is none, and one that depends on the prompt where it does', () => {
    expect(check('null').mean.verdict).toBe('fine');
    const flip = check('flip');
    // Var Δ = .24² + .16² against Var(r − y) = that + 2 · .25²: .40, less what 300 pairs cannot learn.
    expect(flip.skill).toBeGreaterThan(0.25);
    expect(flip.skill).toBeLessThan(0.5);
    expect(flip.sentence).toContain('differs from prompt to prompt');
  });

  it('finds R and DR in agreement under a designed draw', () => {
    const labels = labelsOf(worldSample(generateWorld('linear', 4), 300, false));
    const { verdict, value } = agreement(labels, labels.problem.sources[0]);
    expect(verdict).toBe('fine');
    expect(value.ci95?.[0]).toBeLessThan(0);
    expect(value.ci95?.[1]).toBeGreaterThan(0);
  });
});

describe('the placebo', () => {
  it('holds for a source against itself', () => {
    const sample = worldSample(generateWorld('linear', 5), 100, true);
    const result = placebo(sample, sample.sources[0], 1);
    expect(result.verdict).toBe('fine');
    expect(result.picture?.series[0].points).toHaveLength(20);
    const missed = result.picture?.series[0].points.filter(
      (p) => p.ci95 !== null && (p.ci95[0] > 0 || p.ci95[1] < 0),
    );
    expect(missed?.length).toBe(Math.round(20 * (result.figures[0].value.value ?? Number.NaN)));
  });

  it('says what is missing without preferences', () => {
    const sample = worldSample(generateWorld('linear', 5), 100, true);
    expect(placebo(sample, undefined, 1).verdict).toBe('unknown');
  });
});

describe('sensitivity', () => {
  const gains = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 40, maxLength: 200 });

  it('is the distance from the threshold that a tenth of the prompts is within', () => {
    fc.assert(
      fc.property(gains, fc.double({ min: 0, max: 0.3, noNaN: true }), (values, w) => {
        const { value } = sensitivity({ predicted: Float64Array.from(values), w, halfWidth: null });
        const within = values.filter((v) => Math.abs(v - w) <= (value.value ?? Number.NaN) + 1e-12).length;
        expect(within / values.length).toBeGreaterThanOrEqual(0.1 - 1 / values.length);
        const below = values.filter((v) => Math.abs(v - w) < (value.value ?? Number.NaN) - 1e-12).length;
        expect(below / values.length).toBeLessThanOrEqual(0.1 + 1 / values.length);
      }),
    );
  });

  it('warns where the mean bias is not known as well as that', () => {
    const predicted = Float64Array.from({ length: 100 }, (_, i) => (i - 50) / 500);
    expect(sensitivity({ predicted, w: 0, halfWidth: 0.2 }).warningCode).toBe('fragile-routes');
    expect(sensitivity({ predicted, w: 0, halfWidth: 0.001 }).warningCode).toBeNull();
  });
});

describe('checks on held-out gold', () => {
  /** Predictions are a + b times what they should be. */
  function held(shift: number, stretch: number, n = 600): HeldOut {
    const rng = createRng(8);
    const truth = Float64Array.from({ length: n }, () => 0.2 * rng.normal());
    const gain = truth.map((v) => v + 0.3 * rng.normal());
    const rows = Int32Array.from({ length: n }, (_, i) => i);
    const zero = new Float64Array(n);
    return {
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
      router: { name: 'auto', predicted: truth.map((v) => shift + stretch * v) },
      others: [
        { name: 'pooled', predicted: truth.map((v) => v + 0.3) },
        { name: 'gold-only', predicted: truth.map((v) => 0.5 * v) },
      ],
      w: 0,
      seed: 1,
    };
  }

  it('find predictions that mean what they say', () => {
    const { verdict, value } = calibration(held(0, 1));
    expect(verdict).toBe('fine');
    expect(value.ci95?.[0]).toBeLessThan(1);
    expect(value.ci95?.[1]).toBeGreaterThan(1);
  });

  it('find a level that is off, and predictions that are too bold', () => {
    const shifted = calibration(held(0.15, 1));
    expect(shifted.warningCode).toBe('miscalibrated');
    expect(shifted.sentence).toContain('too high by 0.1');
    const bold = calibration(held(0, 2.5));
    expect(bold.sentence).toContain('too bold');
    expect(bold.value.value).toBeCloseTo(0.4, 1);
    expect(calibration(held(0.1, 0)).value.reason).toContain('same for all');
  });

  it('tell the level from the ranking', () => {
    const [level, ranking] = correctionDiagnostics(held(0, 1));
    expect(level).toMatchObject({ name: 'correction-level', verdict: 'fine', warningCode: null });
    // Pooling is off by a constant: it ranks as well.
    expect(ranking).toMatchObject({ name: 'correction-ranking', warningCode: 'correction-does-not-help' });
    expect(ranking.value.value).toBeCloseTo(0, 12);
    expect(ranking.sentence).toContain('does not help the ranking here');
    const [hurt] = correctionDiagnostics(held(0.9, 1));
    expect(hurt.warningCode).toBe('correction-hurts');
  });
});

describe('the learning curve', () => {
  it('falls with the gold, and says what more would buy', () => {
    const world = generateWorld('linear', 9);
    const test = worldTest(world);
    const points = learningCurve(
      {
        sample: worldSample(world, 160, true),
        selectedOnVerdict: false,
        testX: test.x,
        testGain: test.r,
        w: 0,
        seed: 2,
      },
      uncontrolled,
    );
    expect(points.map((p) => p.nGold)).toEqual([40, 80, 120, 160]);
    expect(points[3].gainRelMse).toBeLessThan(points[0].gainRelMse);
    const result = powerDiagnostic({
      points,
      value: { value: 0.1, ci95: [0.08, 0.12] },
      w: 0,
      nTest: 500,
      budget: null,
    });
    expect(result.value.value).toBeLessThan(0);
    expect(result.sentence).toContain('±0.020 from 500 graded test prompts; ±0.010 takes about 1,500 more');
  });

  it('counts on ungraded test prompts where they help', () => {
    const rng = createRng(3);
    const points = [50, 100, 200].map((nGold) => ({
      nGold,
      egMean: 0.05,
      gainRelMse: 0.5 + 10 / nGold,
      policyValue: 0.1,
      egSpread: 0.01,
      mseSpread: 0.02,
      repeats: 6,
    }));
    const gold = Float64Array.from({ length: 150 }, () => rng.normal() / 2);
    const budget = { gold, preference: gold.map((g) => g + rng.normal() / 5), unlabelled: 1000 };
    const result = powerDiagnostic({
      points,
      value: { value: 0, ci95: [-0.08, 0.08] },
      w: 0,
      nTest: 150,
      budget,
    });
    expect(result.sentence).toContain('With the help of 1,000 ungraded test prompts');
    const widths = result.figures
      .filter(({ name }) => name.startsWith('half-width'))
      .map(({ value }) => value);
    expect(widths.every(({ ci95 }) => ci95 !== null)).toBe(true);
    const values = widths.map(({ value }) => value ?? Number.NaN);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    // Gold alone: 1.96 · .5 / √150 = .080.
    expect(values[0]).toBeLessThan(0.06);
  });

  it('has nothing to say about very little gold', () => {
    expect(
      powerDiagnostic({ points: [], value: { value: null, ci95: null }, w: 0, nTest: 9, budget: null })
        .verdict,
    ).toBe('unknown');
  });
});

describe('the quantile of the standard normal', () => {
  it('is that of scipy.stats.norm.ppf', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(Z95, 8);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 7);
    expect(normalQuantile(0.9995)).toBeCloseTo(3.290526731491926, 7);
  });
});
