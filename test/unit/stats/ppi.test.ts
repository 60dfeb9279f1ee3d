import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { assistedMean, weightedAssistedMean } from '../../../src/stats/ppi.ts';

const values = (...v: number[]): Float64Array => Float64Array.from(v);

describe('PPI++', () => {
  it('is the formula, worked by hand', () => {
    // g = (1, 0, 1, 2), f = (1, 0, 0, 1), other f = (1, 1, 0, 0, 1, 0): n = 4, N = 6.
    // Cov(g, f) = ((0)(.5) + (−1)(−.5) + (0)(−.5) + (1)(.5)) / 3 = 1/3; Var f over all ten (five ones) = 2.5/9.
    // λ = (1/3) / ((1 + 4/6) · 2.5/9) = (1/3) / (25/54) = .72.
    // θ = .72 · 3/6 + (mean g = 1) − .72 · .5 = 1.
    // Var = Var(g − .72 f)/4 + .72² · .3/6; g − .72 f = (.28, 0, 1, 1.28), mean .64, Σ² = .1296 + .4096 + .1296 + .4096 = 1.0784.
    const result = assistedMean(values(1, 0, 1, 2), values(1, 0, 0, 1), values(1, 1, 0, 0, 1, 0));
    expect(result.lambda).toBeCloseTo(0.72, 12);
    expect(result.value).toBeCloseTo(1, 12);
    expect(result.standardError).toBeCloseTo(Math.sqrt(1.0784 / 3 / 4 + (0.72 ** 2 * 0.3) / 6), 12);
    expect(result.ci95[1] - result.ci95[0]).toBeCloseTo(2 * 1.959963984540054 * result.standardError, 12);
  });

  it('is gold alone where there is nothing else, and where predictions are worth nothing', () => {
    const g = values(1, 0, 1, 2);
    const alone = assistedMean(g, values(0, 1, 1, 0), values());
    expect(alone).toMatchObject({ value: 1, lambda: 0 });
    expect(alone.standardError).toBeCloseTo(Math.sqrt(2 / 3 / 4), 12);
    const constant = assistedMean(g, values(3, 3, 3, 3), values(3, 3));
    expect(constant).toMatchObject({ value: 1, lambda: 0 });
    expect(constant.standardError).toBeCloseTo(alone.standardError, 12);
  });

  it('does not care about the scale, the sign or the level of predictions', () => {
    const rng = createRng(3);
    const g = Float64Array.from({ length: 50 }, () => rng.normal());
    const f = g.map((v) => v + 0.5 * rng.normal());
    const other = Float64Array.from({ length: 400 }, () => 1.1 * rng.normal());
    const plain = assistedMean(g, f, other);
    const changed = assistedMean(
      g,
      f.map((v) => 7 - 3 * v),
      other.map((v) => 7 - 3 * v),
    );
    expect(changed.value).toBeCloseTo(plain.value, 10);
    expect(changed.standardError).toBeCloseTo(plain.standardError, 10);
    expect(changed.lambda).toBeCloseTo(-plain.lambda / 3, 10);
  });
});

describe('PPI++ under a weighted design', () => {
  it('is gold alone, self-normalised, without predictions', () => {
    // Weights 2, 4 and 2 over values 1, 2, 4: (2 + 8 + 8) / 8.
    const result = weightedAssistedMean(
      values(0, 0, 0, 0),
      Uint8Array.of(1, 1, 0, 1),
      values(1, 2, Number.NaN, 4),
      values(0.5, 0.25, 0.5, 0.5),
      false,
    );
    expect(result.value).toBeCloseTo(2.25, 12);
    // Linearised: ω/ω̄ (g − 2.25) = (1)(−1.25), (2)(−.25), 0, (1)(1.75) with ω̄ = 2, over n² = 16, times 3/2.
    expect(result.standardError).toBeCloseTo(
      Math.sqrt(((1.25 ** 2 + 0.5 ** 2 + 1.75 ** 2) / 16) * (3 / 2)),
      12,
    );
  });

  it('agrees with the even formula where the design is even', () => {
    const rng = createRng(9);
    const n = 4000;
    const f = Float64Array.from({ length: n }, () => rng.normal());
    const g = f.map((v) => 0.7 * v + 0.5 * rng.normal());
    const graded = Uint8Array.from({ length: n }, (_, i) => Number(i % 5 === 0));
    const weighted = weightedAssistedMean(f, graded, g, new Float64Array(n).fill(0.2));
    const isGold = (_: number, i: number): boolean => graded[i] === 1;
    const even = assistedMean(
      g.filter(isGold),
      f.filter(isGold),
      f.filter((_, i) => graded[i] === 0),
    );
    // λ is estimated from all prompts in one, from those with gold in the other.
    expect(Math.abs(weighted.value - even.value)).toBeLessThan(0.2 * even.standardError);
    expect(weighted.standardError / even.standardError).toBeCloseTo(1, 1);
  });
});
