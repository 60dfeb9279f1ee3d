import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import {
  budgetRows,
  gradesForHalfWidth,
  gradesForHalfWidthInterval,
  pairedCorrelation,
  pairedCorrelationInterval,
  ppiHalfWidth,
  type BudgetData,
} from '../../../src/stats/grading-budget.ts';

const RHO = 0.8;

/** Gold with variance 1 and a preference that correlates with it by `RHO`. */
function draw(rng: Rng, n: number): { readonly gold: Float64Array; readonly preference: Float64Array } {
  const gold = new Float64Array(n);
  const preference = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    preference[i] = rng.normal();
    gold[i] = RHO * preference[i] + Math.sqrt(1 - RHO ** 2) * rng.normal();
  }
  return { gold, preference };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the budget of grades', () => {
  it('predicts the spread of the PPI++ mean over 2,000 draws', () => {
    const moments = { goldVariance: 1, preferenceVariance: 1, covariance: RHO };
    const [n, unlabelled] = [50, 400];
    const lambda = RHO / (1 + n / unlabelled);
    const estimates = Array.from({ length: 2000 }, (_, i) => {
      const rng = createRng(i + 1);
      const graded = draw(rng, n);
      const others = draw(rng, unlabelled);
      return (
        lambda * mean(others.preference) + mean(graded.gold.map((g, k) => g - lambda * graded.preference[k]))
      );
    });
    const centre = mean(Float64Array.from(estimates));
    const sd = Math.sqrt(mean(Float64Array.from(estimates, (value) => (value - centre) ** 2)));
    expect((1.959964 * sd) / ppiHalfWidth(moments, n, unlabelled)).toBeGreaterThan(0.95);
    expect((1.959964 * sd) / ppiHalfWidth(moments, n, unlabelled)).toBeLessThan(1.05);
  });

  it('shrinks with more grades, is narrower than gold alone, and knows how well it knows', () => {
    const data: BudgetData = { ...draw(createRng(5), 100), unlabelled: 2000 };
    const rows = budgetRows(data, [0, 50, 200, 1000], 1);
    const widths = rows.map((row) => row.halfWidth);
    expect([...widths].sort((a, b) => b - a)).toEqual(widths);
    for (const row of rows.slice(0, 3)) {
      expect(row.halfWidth).toBeLessThan(row.goldOnlyHalfWidth);
      expect(row.ci95[0]).toBeLessThan(row.halfWidth);
      expect(row.ci95[1]).toBeGreaterThan(row.halfWidth);
    }
    expect(pairedCorrelation(data)).toBeGreaterThan(0.65);
  });

  it('says how many grades reach a width: that many do and one fewer do not', () => {
    const data: BudgetData = { ...draw(createRng(6), 60), unlabelled: 5000 };
    const more = gradesForHalfWidth(data, 0.1) ?? -1;
    expect(more).toBeGreaterThan(0);
    const [before, after] = budgetRows(data, [more - 1, more], 1);
    expect(before.halfWidth).toBeGreaterThan(0.1);
    expect(after.halfWidth).toBeLessThanOrEqual(0.1);
    const [lo, hi] = gradesForHalfWidthInterval(data, 0.1, 1);
    expect(lo).toBeLessThanOrEqual(more);
    expect(hi).toBeGreaterThanOrEqual(more);
  });

  it('holds the true correlation in 90 to 99 of 100 intervals, and knows the width from gold alone as well', () => {
    let held = 0;
    for (let i = 0; i < 100; i++) {
      const data: BudgetData = { ...draw(createRng(100 + i), 120), unlabelled: 500 };
      const [lo, hi] = pairedCorrelationInterval(data, 1);
      if (lo <= RHO && RHO <= hi) held++;
      const [row] = budgetRows(data, [0], 1);
      expect(row.goldOnlyCi95[0]).toBeLessThan(row.goldOnlyHalfWidth);
      expect(row.goldOnlyCi95[1]).toBeGreaterThan(row.goldOnlyHalfWidth);
    }
    expect(held).toBeGreaterThanOrEqual(90);
    expect(held).toBeLessThanOrEqual(99);
  });

  it('falls back on gold alone where the source says nothing', () => {
    const { gold } = draw(createRng(7), 40);
    const data: BudgetData = { gold, preference: new Float64Array(40).fill(Number.NaN), unlabelled: 0 };
    const [row] = budgetRows(data, [0], 1);
    expect(row.halfWidth).toBeCloseTo(row.goldOnlyHalfWidth, 12);
    expect(pairedCorrelation(data)).toBeNaN();
    expect(gradesForHalfWidth(data, 1e-9)).toBeNull();
  });
});
