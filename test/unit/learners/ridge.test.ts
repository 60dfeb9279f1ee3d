import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeRows, type Matrix } from '../../../src/core/matrix.ts';
import { createRng } from '../../../src/core/rng.ts';
import { predictLinear } from '../../../src/learners/linear.ts';
import { fitRidge, PENALTY_EXPONENTS } from '../../../src/learners/ridge.ts';
import { solvePositiveDefinite } from '../../../src/stats/linalg.ts';

interface Regression {
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly w: Float64Array;
}

function randomRegression(n: number, d: number, seed: number): Regression {
  const rng = createRng(seed);
  const x = { rows: n, cols: d, data: new Float64Array(n * d).map(() => rng.normal()) };
  const y = Float64Array.from(
    { length: n },
    (_, i) => x.data[i * d] - 0.5 * x.data[i * d + d - 1] + rng.normal(),
  );
  const w = new Float64Array(n).map(() => 0.2 + rng.exponential());
  return { x, y, w };
}

/** Plain weighted ridge by the normal equations with the intercept as a column, for a given penalty. */
function solvePlain(
  { x, y, w }: Regression,
  penalty: number,
): { intercept: number; coefficients: Float64Array } {
  const size = x.cols + 1;
  const a = new Float64Array(size * size);
  const b = new Float64Array(size);
  for (let i = 0; i < x.rows; i++) {
    const row = [1, ...x.data.subarray(i * x.cols, (i + 1) * x.cols)];
    for (let j = 0; j < size; j++) {
      b[j] += w[i] * row[j] * y[i];
      for (let k = 0; k < size; k++) a[j * size + k] += w[i] * row[j] * row[k];
    }
  }
  for (let j = 1; j < size; j++) a[j * size + j] += penalty;
  const solution = solvePositiveDefinite(a, b);
  return { intercept: solution[0], coefficients: solution.slice(1) };
}

/** Leave-one-out by leaving one out: the centring is that of all rows' weights minus the row's. */
function looByRefitting(data: Regression, penalty: number): number {
  const total = data.w.reduce((s, v) => s + v, 0);
  let error = 0;
  for (let i = 0; i < data.x.rows; i++) {
    const others = Array.from({ length: data.x.rows }, (_, k) => k).filter((k) => k !== i);
    const fit = solvePlain(
      {
        x: takeRows(data.x, others),
        y: Float64Array.from(others, (k) => data.y[k]),
        w: Float64Array.from(others, (k) => data.w[k]),
      },
      penalty,
    );
    const row = takeRows(data.x, [i]);
    error += data.w[i] * (data.y[i] - predictLinear({ kind: 'linear', ...fit }, row)[0]) ** 2;
  }
  return error / total;
}

describe('fitRidge', () => {
  it('chooses the penalty that leaving one out by hand chooses, and solves the normal equations', () => {
    for (const seed of [1, 2, 3]) {
      const data = randomRegression(24, 4, seed);
      const total = data.w.reduce((s, v) => s + v, 0);
      const errors = PENALTY_EXPONENTS.map((g) => looByRefitting(data, total * 10 ** g));
      const best = errors.indexOf(Math.min(...errors));
      const fit = fitRidge(data.x, data.y, data.w);
      expect(fit.penalty).toBeCloseTo(total * 10 ** PENALTY_EXPONENTS[best], 9);
      expect(fit.looError).toBeCloseTo(errors[best], 9);
      const plain = solvePlain(data, fit.penalty);
      expect(fit.intercept).toBeCloseTo(plain.intercept, 10);
      fit.coefficients.forEach((c, k) => {
        expect(c).toBeCloseTo(plain.coefficients[k], 10);
      });
    }
  });

  it('does not depend on the order of rows, and moves with the targets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 40 }), fc.nat(), (n, seed) => {
        const { x, y, w } = randomRegression(n, 3, seed);
        const fit = fitRidge(x, y, w);
        const order = createRng(seed + 1).permutation(n);
        const shuffled = fitRidge(
          takeRows(x, order),
          Float64Array.from(order, (i) => y[i]),
          Float64Array.from(order, (i) => w[i]),
        );
        const moved = fitRidge(
          x,
          y.map((v) => 2 * v + 7),
          w,
        );
        fit.coefficients.forEach((c, k) => {
          expect(shuffled.coefficients[k]).toBeCloseTo(c, 9);
          expect(moved.coefficients[k]).toBeCloseTo(2 * c, 9);
        });
        expect(moved.intercept).toBeCloseTo(2 * fit.intercept + 7, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('treats an integer weight as that many copies of the row in its coefficients', () => {
    const { x, y } = randomRegression(12, 2, 5);
    const doubled = [...Array.from({ length: 12 }, (_, i) => i), 0, 1];
    const w = Float64Array.from({ length: 12 }, (_, i) => (i < 2 ? 2 : 1));
    const weighted = fitRidge(x, y, w);
    const plain = solvePlain(
      {
        x: takeRows(x, doubled),
        y: Float64Array.from(doubled, (i) => y[i]),
        w: new Float64Array(14).fill(1),
      },
      weighted.penalty,
    );
    weighted.coefficients.forEach((c, k) => {
      expect(c).toBeCloseTo(plain.coefficients[k], 10);
    });
  });

  it('gives the mean where the features say nothing, and refuses what is not finite or empty', () => {
    const constant = { rows: 3, cols: 2, data: new Float64Array(6) };
    const fit = fitRidge(constant, Float64Array.of(1, 2, 6));
    expect(fit.intercept).toBeCloseTo(3, 12);
    expect(Array.from(fit.coefficients)).toEqual([0, 0]);
    expect(() => fitRidge({ rows: 0, cols: 2, data: new Float64Array(0) }, new Float64Array(0))).toThrow(
      RangeError,
    );
    expect(() => fitRidge(constant, Float64Array.of(1, Number.NaN, 2))).toThrow(/finite/);
  });
});
