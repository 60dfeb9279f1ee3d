import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialCdf, clopperPearson, hoeffdingBentkus } from '../../../src/stats/binomial.ts';
import reference from '../../fixtures/scipy-values.json' with { type: 'json' };

describe('against scipy', () => {
  it.each(reference.cases)('n $n, k $k, α $alpha', ({ n, k, alpha, cdf, ...expected }) => {
    const isClose = (value: number, truth: number): void => {
      // Tails far below anything that is ever compared with a level may differ in their last digits.
      expect(Math.abs(value - truth)).toBeLessThanOrEqual(1e-9 * truth + 1e-12);
    };
    isClose(binomialCdf(k, n, alpha), cdf);
    isClose(hoeffdingBentkus(k / n, n, alpha), expected.hoeffdingBentkus);
    clopperPearson(k, n).forEach((bound, i) => {
      expect(bound).toBeCloseTo(expected.clopperPearson[i], 8);
    });
  });
});

describe('the Hoeffding–Bentkus p-value', () => {
  const chance = fc.double({ min: 0.01, max: 0.99, noNaN: true });

  it('is 1 without data and never outside [0, 1]', () => {
    expect(hoeffdingBentkus(0, 0, 0.1)).toBe(1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), chance, chance, (n, share, alpha) => {
        const p = hoeffdingBentkus(Math.round(n * share) / n, n, alpha);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('grows with the number of losses', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), chance, (n, alpha) => {
        const values = Array.from({ length: n + 1 }, (_, k) => hoeffdingBentkus(k / n, n, alpha));
        for (let k = 1; k <= n; k++) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1] - 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('is super-uniform where the risk is exactly α', () => {
    // P(p ≤ δ) over all counts of a binomial, exactly.
    for (const [n, alpha, delta] of [
      [60, 0.2, 0.1],
      [300, 0.1, 0.05],
      [25, 0.35, 0.2],
    ]) {
      let mass = 0;
      for (let k = 0; k <= n; k++) {
        if (hoeffdingBentkus(k / n, n, alpha) <= delta) {
          mass += binomialCdf(k, n, alpha) - binomialCdf(k - 1, n, alpha);
        }
      }
      expect(mass).toBeLessThanOrEqual(delta);
    }
  });
});
