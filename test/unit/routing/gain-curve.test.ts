import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { averageImprovementInQuality } from '../../../src/routing/cost-quality.ts';
import {
  callPerformanceThreshold,
  efficiencyArea,
  gainAtShares,
  gainCurve,
  meanEfficiencyGain,
  rankByGain,
} from '../../../src/routing/gain-curve.ts';
import { policyValue, relativeMse, scorePredictions, shareAbove } from '../../../src/routing/policy-value.ts';

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);
const curveOf = (predicted: number[], gains: number[]) =>
  gainCurve(rankByGain(Float64Array.from(predicted)), Float64Array.from(gains), ones(gains.length));

describe('the gain curve', () => {
  it('adds up gains from the top, by hand', () => {
    const curve = curveOf([0.9, 0.1, 0.5, -0.3], [1, -1, 1, 0]);
    expect(Array.from(gainAtShares(curve, [0, 0.25, 0.375, 0.5, 0.75, 1]))).toEqual([
      0, 0.25, 0.375, 0.5, 0.25, 0.25,
    ]);
    expect(curve.meanGain).toBe(0.25);
  });

  it('averages inside ties, so that the order of equal predictions does not matter', () => {
    const a = curveOf([1, 1, 0, 0], [1, 0, 1, 0]);
    const b = curveOf([1, 1, 0, 0], [0, 1, 0, 1]);
    expect(a.gain).toEqual(b.gain);
    expect(meanEfficiencyGain(curveOf([3, 3, 3], [1, 0, 0.2]))).toBeCloseTo(0, 12);
  });

  it('gives random routing APGR .5 and CPT50 of one half', () => {
    const gains = [1, 0, 1, 0.5];
    const curve = curveOf([0, 0, 0, 0], gains);
    expect(0.5 + efficiencyArea(curve) / curve.meanGain).toBeCloseTo(0.5, 12);
    expect(callPerformanceThreshold(curve, 0.5)).toBeCloseTo(0.5, 12);
    expect(callPerformanceThreshold(curve, 0.8)).toBeCloseTo(0.8, 12);
  });

  it('gives the oracle the least share for each CPT', () => {
    const curve = curveOf([1, 0, 1, 0], [1, 0, 1, 0]);
    expect(callPerformanceThreshold(curve, 0.5)).toBeCloseTo(0.25, 12);
    expect(callPerformanceThreshold(curve, 1)).toBeCloseTo(0.5, 12);
  });

  it('weights rows as copies of them', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 12 }), (seed, n) => {
        const rng = createRng(seed);
        const predicted = Array.from({ length: n }, () => Math.round(rng.normal() * 2));
        const gains = Array.from({ length: n }, () => rng.normal());
        const copies = Array.from({ length: n }, () => 1 + Math.floor(rng.uniform() * 3));
        const weighted = gainCurve(
          rankByGain(Float64Array.from(predicted)),
          Float64Array.from(gains),
          Float64Array.from(copies),
        );
        const repeat = (values: number[]): number[] =>
          values.flatMap((v, i) => new Array<number>(copies[i]).fill(v));
        const copied = curveOf(repeat(predicted), repeat(gains));
        const shares = Array.from({ length: 21 }, (_, k) => k / 20);
        const expected = gainAtShares(copied, shares);
        gainAtShares(weighted, shares).forEach((g, k) => {
          expect(g).toBeCloseTo(expected[k], 10);
        });
      }),
    );
  });

  it('only sees the ranking: any increasing map of the predictions leaves EG as it is', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const rng = createRng(seed);
        const predicted = Float64Array.from({ length: 40 }, () => rng.normal());
        const gains = Float64Array.from({ length: 40 }, () => rng.normal());
        const a = scorePredictions(predicted, gains).egMean;
        expect(
          scorePredictions(
            predicted.map((p) => Math.exp(p) + 3),
            gains,
          ).egMean,
        ).toBeCloseTo(a, 10);
      }),
    );
  });
});

describe('policy value and relative error', () => {
  const predicted = Float64Array.of(0.5, 0.05, -0.2);
  const gains = Float64Array.of(1, -1, 0.5);
  it('are as defined, by hand', () => {
    expect(policyValue(predicted, gains, ones(3), 0)).toBeCloseTo(0, 12);
    expect(policyValue(predicted, gains, ones(3), 0.1)).toBeCloseTo(0.3, 12);
    expect(shareAbove(predicted, ones(3), 0.1)).toBeCloseTo(1 / 3, 12);
    expect(relativeMse(Float64Array.of(1 / 6, 1 / 6, 1 / 6), gains, ones(3))).toBeCloseTo(1, 12);
    expect(relativeMse(gains, gains, ones(3))).toBe(0);
  });
});

describe('AIQ', () => {
  it('is the area under the non-decreasing hull, in both normalisations', () => {
    const points = [
      { cost: 1, quality: 0.5 },
      { cost: 2, quality: 0.9 },
      { cost: 2.5, quality: 0.6 },
      { cost: 3, quality: 1 },
    ];
    const area = 0.7 + 0.95;
    expect(averageImprovementInQuality(points)).toEqual({ perRange: area / 2, perMaximum: area / 3 });
  });
  it('does not exist where every point costs the same', () => {
    expect(
      averageImprovementInQuality([
        { cost: 1, quality: 0 },
        { cost: 1, quality: 1 },
      ]),
    ).toBeNull();
  });
});
