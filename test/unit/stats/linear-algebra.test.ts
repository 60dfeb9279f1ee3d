import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import type { Matrix } from '../../../src/core/matrix.ts';
import { gram, multiply, solvePositiveDefinite } from '../../../src/stats/linalg.ts';
import { symmetricEigen } from '../../../src/stats/symmetric-eigen.ts';

function randomMatrix(rows: number, cols: number, seed: number): Matrix {
  const rng = createRng(seed);
  return { rows, cols, data: new Float64Array(rows * cols).map(() => rng.normal()) };
}

/** The definition, term by term. */
function naiveProduct(a: Matrix, b: Float64Array, cols: number): Float64Array {
  const out = new Float64Array(a.rows * cols);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < cols; k++) {
      for (let j = 0; j < a.cols; j++) out[i * cols + k] += a.data[i * a.cols + j] * b[j * cols + k];
    }
  }
  return out;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 23 }),
  cols: fc.integer({ min: 1, max: 17 }),
  seed: fc.nat(),
});

describe('dense kernels', () => {
  it('multiply as the definition says, for every remainder of the unrolled loops', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 9 }), ({ rows, cols, seed }, width) => {
        const a = randomMatrix(rows, cols, seed);
        const b = randomMatrix(cols, width, seed + 1);
        expect(largestDifference(multiply(a, b.data, width), naiveProduct(a, b.data, width))).toBeLessThan(
          1e-12,
        );
      }),
    );
  });

  it('build a symmetric Gram matrix', () => {
    fc.assert(
      fc.property(shapes, ({ rows, cols, seed }) => {
        const a = randomMatrix(rows, cols, seed);
        const transposed = { rows: cols, cols: rows, data: new Float64Array(rows * cols) };
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < cols; k++) transposed.data[k * rows + i] = a.data[i * cols + k];
        }
        expect(largestDifference(gram(a), naiveProduct(transposed, a.data, cols))).toBeLessThan(1e-12);
      }),
    );
  });

  it('solve positive definite systems and refuse others', () => {
    const a = randomMatrix(30, 8, 3);
    const s = gram(a);
    const x = solvePositiveDefinite(s, new Float64Array(8).fill(1));
    const back = naiveProduct({ rows: 8, cols: 8, data: s }, x, 1);
    expect(largestDifference(back, new Float64Array(8).fill(1))).toBeLessThan(1e-10);
    expect(() => solvePositiveDefinite(new Float64Array([1, 2, 2, 1]), new Float64Array(2))).toThrow(
      RangeError,
    );
  });
});

describe('symmetricEigen', () => {
  it('satisfies A v = λ v with orthonormal v, ascending, for any symmetric matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (n, seed) => {
        const s = gram(randomMatrix(Math.ceil(n / 2), n, seed));
        const { values, vectors } = symmetricEigen(s, n);
        const av = naiveProduct({ rows: n, cols: n, data: s }, vectors, n);
        const scaled = vectors.map((v, i) => v * values[i % n]);
        expect(largestDifference(av, scaled)).toBeLessThan(1e-10);
        const vtv = gram({ rows: n, cols: n, data: vectors });
        const identity = vtv.map((_, i) => Number(Math.floor(i / n) === i % n));
        expect(largestDifference(vtv, identity)).toBeLessThan(1e-10);
        for (let k = 1; k < n; k++) expect(values[k]).toBeGreaterThanOrEqual(values[k - 1]);
      }),
    );
  });

  it('keeps its input and handles zero and diagonal matrices', () => {
    const diagonal = new Float64Array([3, 0, 0, 0, 1, 0, 0, 0, 2]);
    const copy = Float64Array.from(diagonal);
    expect(Array.from(symmetricEigen(diagonal, 3).values)).toEqual([1, 2, 3]);
    expect(diagonal).toEqual(copy);
    expect(Array.from(symmetricEigen(new Float64Array(4), 2).values)).toEqual([0, 0]);
  });
});
