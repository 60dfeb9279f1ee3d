import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { evaluateMany } from '../../../src/routing/evaluate-many.ts';
import { evaluatePredictions } from '../../../src/routing/evaluate.ts';
import type { ManySet } from '../../../src/routing/many-set.ts';
import { createChooser, relativeCosts } from '../../../src/routing/policy-choice.ts';
import { shareAboveThreshold } from '../../../src/routing/operating-points.ts';
import { thresholdOfShare } from '../../../src/runtime/decide.ts';
import { severalWorld } from '../../support/several-world.ts';

const thousandths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1000 * min, max: 1000 * max }).map((v) => v / 1000);
const gain = thousandths(-1, 1);
const world = fc.record({
  gains: fc.array(fc.tuple(gain, gain, gain), { minLength: 1, maxLength: 20 }),
  costs: fc.tuple(thousandths(0, 1), thousandths(-0.5, 1)),
});

function columnsOf(gains: readonly (readonly [number, number, number])[]): Float64Array[] {
  return [0, 1, 2].map((k) => Float64Array.from(gains, (row) => row[k]));
}

describe('the choice among models', () => {
  it('is the highest gain minus w times cost', () => {
    fc.assert(
      fc.property(world, fc.double({ min: 0, max: 5, noNaN: true }), ({ gains, costs }, w) => {
        const relative = [1, ...costs, 0];
        const chosen = createChooser(relative).choose(columnsOf(gains), w);
        gains.forEach((row, i) => {
          const scores = [...row, 0].map((g, k) => g - w * relative[k]);
          expect(scores[chosen[i]]).toBe(Math.max(...scores));
        });
      }),
    );
  });

  it('goes to the cheapest model where scores are equal', () => {
    const gains = [Float64Array.of(0, 0.5), Float64Array.of(0, 0.25)];
    expect([...createChooser([1, 0.5, 0]).choose(gains, 0)]).toEqual([2, 0]);
    expect([...createChooser([1, 0.5, 0]).choose(gains, 0.5)]).toEqual([2, 2]);
  });

  it('changes at its breakpoints and nowhere else', () => {
    fc.assert(
      fc.property(world, ({ gains, costs }) => {
        const chooser = createChooser([1, ...costs, 0]);
        const columns = columnsOf(gains);
        const edges = [0, ...chooser.breakpoints(columns)];
        edges.forEach((from, i) => {
          const to = i + 1 < edges.length ? edges[i + 1] : from + 1;
          if (to - from < 1e-6) return;
          const inside = [0.01, 0.5, 0.99].map((t) => chooser.choose(columns, from + t * (to - from)));
          expect(inside[1]).toEqual(inside[0]);
          expect(inside[2]).toEqual(inside[0]);
        });
        // Beyond the last of them everything is with the cheapest model.
        const cheapest = Math.min(0, ...costs);
        const last = chooser.choose(columns, edges[edges.length - 1] + 1);
        for (const model of last) expect([1, ...costs, 0][model]).toBeCloseTo(cheapest, 5);
      }),
    );
  });

  it('refuses an anchor that is the dearest model, in words', () => {
    const { snapshot } = severalWorld(1, 60, 20);
    const dear = { ...snapshot, anchorCost: new Float64Array(60).fill(1) };
    expect(() => relativeCosts(dear)).toThrow(/No model costs more than the anchor “small”/);
    expect(relativeCosts({ ...dear, models: dear.models.slice(0, 1) })).toEqual([1, 0]);
  });
});

describe('the evaluation of several models', () => {
  it('is that of two models where there are two, to 1e-12, intervals too', () => {
    const rng = createRng(9);
    const n = 120;
    const column = (): Float64Array => Float64Array.from({ length: n }, () => rng.normal());
    const [truth, guess, level] = [column(), column(), column()];
    const predicted = guess.map((v, i) => 0.1 * v + 0.3 * truth[i]);
    const rows = Int32Array.from({ length: n }, (_, i) => i);
    const group = rows.map((i) => i >> 1);
    const costs = [new Float64Array(n).fill(1), new Float64Array(n)];
    const shared = { rows, group, qualityUnit: 'gold-score' as const };
    const many: ManySet = {
      ...shared,
      names: ['a', 'b'],
      gains: [truth, new Float64Array(n)],
      anchorQuality: level,
      costs,
      relativeCost: [1, 0],
      warnings: [],
    };
    const pair = {
      ...shared,
      strong: 'a',
      cheap: 'b',
      gain: truth,
      cheapQuality: level,
      cheapCost: costs[1],
      extraCost: costs[0],
      strongCost: costs[0],
    };
    const [several, two] = [
      evaluateMany(many, { name: 'auto', predicted: [predicted] }, [], 0.1, 3),
      evaluatePredictions(pair, { name: 'auto', predicted }, [], 0.1, 3),
    ];
    const same = (a: unknown, b: unknown): void => {
      const numbers = (value: unknown): number[] =>
        JSON.stringify(value)
          .match(/-?\d[\d.e+-]*/g)
          ?.map(Number) ?? [];
      const [x, y] = [numbers(a), numbers(b)];
      expect(x.length).toBe(y.length);
      x.forEach((value, i) => {
        expect(Math.abs(value - y[i])).toBeLessThan(1e-12);
      });
    };
    same(several.policyValue, two.policyValue);
    same(several.point, two.point);
    same(several.fixed, two.fixed);
    same(several.metrics.regretToOracle, two.metrics.regretToOracle);
    for (const name of ['oracle', 'random', 'always-strong', 'always-cheap']) {
      same(several.estimators[name].policyValue, two.estimators[name].policyValue);
    }
    same(several.metrics.gainRelMse, two.metrics.gainRelMse);
    expect(several.warnings.map(({ code }) => code)).toEqual(two.warnings.map(({ code }) => code));
  });
});

describe('a share of strong calls', () => {
  it('and its threshold are two names of one point', () => {
    const percentiles = Array.from({ length: 101 }, (_, k) => Math.sinh(k / 30) - 1);
    for (const share of [0.013, 0.2, 0.5, 0.77, 0.999]) {
      expect(shareAboveThreshold(percentiles, thresholdOfShare(percentiles, share))).toBeCloseTo(share, 9);
    }
    expect(shareAboveThreshold(percentiles, 100)).toBe(0);
    expect(shareAboveThreshold(percentiles, -100)).toBe(1);
  });
});
