import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from '../../../src/contract/zod.ts';
import {
  cohenKappa,
  fleissKappa,
  gwetAc1,
  krippendorffAlpha,
  percentAgreement,
  type Ratings,
} from '../../../src/stats/agreement.ts';
import { measureAgreement } from '../../../src/stats/agreement-interval.ts';
import { bootstrapWeights, percentileInterval } from '../../../src/stats/bootstrap.ts';
import { createRng } from '../../../src/core/rng.ts';

const golden = z
  .array(
    z.object({
      name: z.string(),
      values: z.array(z.array(z.number().nullable())),
      figures: z.record(z.string(), z.number()),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/agreement.json', import.meta.url), 'utf8')));

function ratingsOf(rows: readonly (readonly (number | null)[])[]): Ratings {
  const raters = rows[0].length;
  return { items: rows.length, raters, values: Float64Array.from(rows.flat(), (v) => v ?? Number.NaN) };
}

const figures: Readonly<Record<string, (ratings: Ratings) => number>> = {
  percent: percentAgreement,
  fleiss: fleissKappa,
  'fleiss-statsmodels': fleissKappa,
  ac1: gwetAc1,
  'alpha-nominal': (r) => krippendorffAlpha(r, 'nominal'),
  'alpha-ordinal': (r) => krippendorffAlpha(r, 'ordinal'),
  'alpha-interval': (r) => krippendorffAlpha(r, 'interval'),
  'cohen-none': (r) => cohenKappa(r),
  'cohen-linear': (r) => cohenKappa(r, 'linear'),
  'cohen-quadratic': (r) => cohenKappa(r, 'quadratic'),
};

type Weighted = (ratings: Ratings, weights?: ArrayLike<number>) => number;
const weighted: Readonly<Record<string, Weighted>> = {
  percent: percentAgreement,
  fleiss: fleissKappa,
  ac1: gwetAc1,
  cohen: (r, w) => cohenKappa(r, 'quadratic', w),
  alpha: (r, w) => krippendorffAlpha(r, 'ordinal', w),
};

describe('agreement equals what independent libraries compute, to 1e-9', () => {
  it.each(golden.map((each) => [each.name, each] as const))('%s', (_, { values, figures: expected }) => {
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(6);
    for (const [name, value] of Object.entries(expected)) {
      expect(Math.abs(figures[name](ratingsOf(values)) - value), name).toBeLessThan(1e-9);
    }
  });

  it('and Krippendorff’s published example', () => {
    const [published] = golden;
    const ratings = ratingsOf(published.values);
    expect(krippendorffAlpha(ratings, 'nominal')).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(ratings, 'ordinal')).toBeCloseTo(0.815, 3);
    expect(krippendorffAlpha(ratings, 'interval')).toBeCloseTo(0.849, 3);
  });
});

const tables = fc.integer({ min: 2, max: 4 }).chain((raters) =>
  fc.array(
    fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { freq: 5 }), {
      minLength: raters,
      maxLength: raters,
    }),
    { minLength: 3, maxLength: 20 },
  ),
);
const multirater = ['percent', 'fleiss', 'ac1', 'alpha-nominal', 'alpha-ordinal', 'alpha-interval'];

function expectSame(value: number, expected: number, name?: string): void {
  if (Number.isNaN(expected)) expect(value, name).toBeNaN();
  else expect(value, name).toBeCloseTo(expected, 9);
}

describe('agreement', () => {
  it('does not depend on the order of raters or items, and an item weighed twice counts as two', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const turned = [...rows].reverse().map((row) => [...row].reverse());
        for (const name of multirater) {
          const value = figures[name](ratingsOf(rows));
          expectSame(figures[name](ratingsOf(turned)), value, name);
        }
        const doubled = ratingsOf([...rows, rows[0]]);
        const weights = rows.map((_, i) => (i === 0 ? 2 : 1));
        for (const weighted of [percentAgreement, fleissKappa, gwetAc1]) {
          expectSame(weighted(ratingsOf(rows), weights), weighted(doubled));
        }
        const alpha = krippendorffAlpha(ratingsOf(rows), 'interval', weights);
        expectSame(alpha, krippendorffAlpha(doubled, 'interval'));
      }),
    );
  });

  it('is 1 where all agree, about 0 by chance, and has an interval that covers what was planted', () => {
    const same = ratingsOf([1, 0, 2, 1, 0, 2].map((v) => [v, v, v]));
    for (const name of multirater) expect(figures[name](same), name).toBeCloseTo(1, 12);
    const rng = createRng(3);
    const chance = ratingsOf(
      Array.from({ length: 4000 }, () => [0, 0, 0].map(() => Math.floor(rng.uniform() * 3))),
    );
    for (const name of multirater.slice(1)) expect(Math.abs(figures[name](chance)), name).toBeLessThan(0.03);
    const { value, ci95 } = measureAgreement(chance, fleissKappa, 1);
    expect(ci95?.[0]).toBeLessThan(value ?? 1);
    expect(ci95?.[0]).toBeLessThan(0);
    expect(ci95?.[1]).toBeGreaterThan(0);
  });

  it('is the same for items that were pooled as for each by itself, draw by draw', () => {
    const value = fc.constantFrom(null, -1, 0, 1);
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 6, maxLength: 40 });
    fc.assert(
      fc.property(rows, fc.integer(), (given, seed) => {
        const ratings = ratingsOf(given);
        for (const [name, figure] of Object.entries(weighted)) {
          const measured = measureAgreement(ratings, figure, seed);
          const direct = figure(ratings);
          if (!Number.isFinite(direct)) expect(measured.value, name).toBeNull();
          else expect(measured.value, name).toBeCloseTo(direct, 10);
          if (measured.ci95 === null) continue;
          const each = Int32Array.from({ length: ratings.items }, (_, i) => i);
          const draws = Array.from(bootstrapWeights(each, seed, 200), (weights) => figure(ratings, weights));
          const [lo, hi] = percentileInterval(draws.filter(Number.isFinite));
          expect(measured.ci95[0], name).toBeCloseTo(lo, 9);
          expect(measured.ci95[1], name).toBeCloseTo(hi, 9);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('says why there is none', () => {
    const alone = ratingsOf([
      [1, null],
      [null, 2],
    ]);
    expect(measureAgreement(alone, percentAgreement, 0)).toMatchObject({
      value: null,
      reason: 'no item has grades of two raters',
    });
    const constant = ratingsOf([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(measureAgreement(constant, (r) => krippendorffAlpha(r, 'nominal'), 0).value).toBeNull();
    expect(measureAgreement(constant, percentAgreement, 0)).toMatchObject({ value: 1, ci95: null });
  });

  it('has intervals that cover the truth in 90 to 98 of 100 worlds', () => {
    // Two raters who each tell a fair coin's side with probability .85: percent agreement is .85² + .15² = .745.
    let covered = 0;
    for (let world = 0; world < 200; world++) {
      const rng = createRng(1000 + world);
      const rows = Array.from({ length: 80 }, () => {
        const truth = Number(rng.uniform() < 0.5);
        return [0, 0].map(() => (rng.uniform() < 0.85 ? truth : 1 - truth));
      });
      const { ci95 } = measureAgreement(ratingsOf(rows), percentAgreement, world);
      if (ci95 !== null && ci95[0] <= 0.745 && ci95[1] >= 0.745) covered++;
    }
    expect(covered / 2).toBeGreaterThanOrEqual(90);
    expect(covered / 2).toBeLessThanOrEqual(98);
  });
});
