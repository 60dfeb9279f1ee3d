import { describe, expect, it } from 'vitest';
import { calibrationBins } from '../../../src/routing/inspect-run.ts';

describe('calibrationBins', () => {
  it('puts every prompt into one bin, in the order of the predicted gain', () => {
    const predicted = Float64Array.from({ length: 105 }, (_, i) => (i * 37) % 105);
    const bins = calibrationBins(predicted, predicted);
    expect(bins).toHaveLength(10);
    expect(bins.reduce((sum, bin) => sum + bin.n, 0)).toBe(105);
    for (const bin of bins) expect(bin.meanGold).toBeCloseTo(bin.meanPredicted, 12);
    const means = bins.map((bin) => bin.meanPredicted);
    expect([...means].sort((a, b) => a - b)).toEqual(means);
  });

  it('has fewer bins where there are few prompts, and none for a handful', () => {
    const predicted = Float64Array.from({ length: 25 }, (_, i) => i);
    expect(calibrationBins(predicted, predicted)).toHaveLength(2);
    expect(calibrationBins(predicted.slice(0, 9), predicted.slice(0, 9))).toEqual([]);
  });

  it('gives the textbook interval of a mean', () => {
    const gold = Float64Array.of(1, -1, 1, -1, 1, -1, 1, -1, 1, -1);
    const [bin] = calibrationBins(new Float64Array(10), gold);
    const error = Math.sqrt(10 / 9) / Math.sqrt(10);
    expect(bin.meanGold).toBeCloseTo(0, 12);
    expect(bin.ci95?.[1]).toBeCloseTo(1.959963984540054 * error, 9);
  });
});
