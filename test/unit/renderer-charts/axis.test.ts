import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearScale, paddedExtent, spreadLabels, ticksOf } from '../../../renderer/charts/axis.ts';

describe('spreadLabels', () => {
  it('leaves labels alone that are far enough apart', () => {
    expect(spreadLabels([10, 50, 90], 15, 0, 100)).toEqual([10, 50, 90]);
  });

  it('moves two labels of the same height apart evenly', () => {
    expect(spreadLabels([50, 50], 10, 0, 100)).toEqual([45, 55]);
  });

  it('keeps labels inside the picture', () => {
    expect(spreadLabels([0, 0, 0], 10, 4, 100)).toEqual([4, 14, 24]);
    expect(spreadLabels([100, 100], 10, 0, 96)).toEqual([86, 96]);
  });

  it('keeps the order and the gap, wherever labels are wanted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 250 }), { minLength: 1, maxLength: 12 }), (wanted) => {
        const placed = spreadLabels(wanted, 15, 0, 200);
        const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b] || a - b);
        for (let k = 1; k < order.length; k++) {
          expect(placed[order[k]] - placed[order[k - 1]]).toBeGreaterThanOrEqual(15 - 1e-9);
        }
        expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(...placed)).toBeLessThanOrEqual(200 + 1e-9);
      }),
    );
  });
});

describe('paddedExtent', () => {
  it('takes values that differ by rounding only as one value', () => {
    expect(paddedExtent([0, 2e-16, -1e-16], 0.06, 0)).toEqual([-0.05 - 1e-16, 0.05 + 2e-16]);
  });

  it('has air on both sides and holds the anchor', () => {
    expect(paddedExtent([1, 2], 0.1)).toEqual([0.9, 2.1]);
    const [low, high] = paddedExtent([1, 2], 0.1, 0);
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThan(2);
  });

  it('is never empty, also for one value, none, or values that are not finite', () => {
    for (const values of [[], [0], [3, 3], [Number.NaN], [Infinity, 1]]) {
      const [low, high] = paddedExtent(values);
      expect(high).toBeGreaterThan(low);
    }
  });
});

describe('ticksOf', () => {
  it('puts round values where the scale has them', () => {
    const ticks = ticksOf(linearScale([0, 1], [0, 500]), 100);
    expect(ticks.map((t) => t.label)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(ticks.map((t) => t.at)).toEqual([0, 100, 200, 300, 400, 500]);
  });
});
