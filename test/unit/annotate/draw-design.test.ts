import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawItems, drawProbabilities } from '../../../src/annotate/draw-design.ts';

const scores = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((values) => Float64Array.from(values));

describe('the probabilities of a draw', () => {
  it('add up to the budget, keep a floor for every item, and never pass 1', () => {
    fc.assert(
      fc.property(
        scores,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (u, share, tau) => {
          const budget = Math.max(0.5, share * u.length);
          const pi = drawProbabilities(u, budget, tau);
          const total = pi.reduce((sum, p) => sum + p, 0);
          expect(total).toBeCloseTo(Math.min(budget, u.length), 6);
          for (const p of pi) {
            expect(p).toBeGreaterThanOrEqual(Math.min(1, (tau * budget) / u.length) - 1e-12);
            expect(p).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('rise with the score, and are all alike where the scores or the design are', () => {
    const u = Float64Array.from([0, 1, 2, 4]);
    const pi = drawProbabilities(u, 1.5, 0.3);
    expect([...pi].sort((a, b) => a - b)).toEqual([...pi]);
    // τ b/N + (1 − τ) b u/Σu = .1125 + 1.05 u/7.
    expect(pi[2]).toBeCloseTo(0.1125 + (1.05 * 2) / 7, 12);
    expect([...drawProbabilities(u, 2, 1)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...drawProbabilities(new Float64Array(4), 2, 0.3)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...drawProbabilities(u, 4, 0.3)]).toEqual([1, 1, 1, 1]);
  });

  it('are those with which items are drawn, each by its own name and seed', () => {
    const pi = Float64Array.from({ length: 40 }, (_, i) => (i + 1) / 41);
    const keys = Array.from(pi, (_, i) => `d/p${i}`);
    const counts = new Float64Array(40);
    for (let seed = 0; seed < 2000; seed++) drawItems(pi, keys, seed).forEach((one, i) => (counts[i] += one));
    counts.forEach((count, i) => {
      const sd = Math.sqrt((pi[i] * (1 - pi[i])) / 2000);
      expect(Math.abs(count / 2000 - pi[i])).toBeLessThan(4.5 * sd);
    });
    const reversed = drawItems(pi.toReversed(), keys.toReversed(), 7);
    expect([...reversed].reverse()).toEqual([...drawItems(pi, keys, 7)]);
  });
});
