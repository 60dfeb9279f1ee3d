import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import type { SparseMatrix } from '../../../src/features/sparse-matrix.ts';
import { transpose } from '../../../src/features/sparse-matrix.ts';
import { truncatedSvd, type TruncatedSvd } from '../../../src/features/truncated-svd.ts';
import { symmetricEigen } from '../../../src/stats/symmetric-eigen.ts';

/** The non-zero entries of a dense matrix. */
function sparse(dense: readonly (readonly number[])[]): SparseMatrix {
  const column: number[] = [];
  const value: number[] = [];
  const rowStart = [0];
  for (const row of dense) {
    row.forEach((x, j) => {
      if (x === 0) return;
      column.push(j);
      value.push(x);
    });
    rowStart.push(column.length);
  }
  return {
    rows: dense.length,
    cols: dense[0].length,
    rowStart: Int32Array.from(rowStart),
    column: Uint16Array.from(column),
    value: Float32Array.from(value),
  };
}

/** Random entries, a third of them zero, in float32; columns of falling size, so that singular values fall. */
function randomDense(rows: number, cols: number, decay: number, seed = 3): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: rows }, () =>
    Array.from({ length: cols }, (_, j) =>
      rng.uniform() < 0.34 ? 0 : Math.fround(rng.normal() * Math.exp(-decay * j)),
    ),
  );
}

/** Eigenvalues (descending) and eigenvectors of aᵀ a. */
function exact(dense: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const cols = dense[0].length;
  const gram = new Float64Array(cols * cols);
  for (const row of dense) {
    for (let e = 0; e < cols * cols; e++) gram[e] += row[Math.floor(e / cols)] * row[e % cols];
  }
  const { values, vectors } = symmetricEigen(gram, cols);
  const order = Array.from(values.keys()).reverse();
  return {
    values: order.map((k) => values[k]),
    vectors: order.map((k) => Array.from({ length: cols }, (_, i) => vectors[i * cols + k])),
  };
}

function componentsOf({ components, rank }: TruncatedSvd): number[][] {
  return Array.from({ length: rank }, (_, k) =>
    Array.from({ length: components.length / rank }, (_, i) => components[i * rank + k]),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

/** Sine of the largest angle between two subspaces given by orthonormal vectors. */
function largestAngle(a: readonly number[][], b: readonly number[][]): number {
  const residuals = a.map((v) => {
    const inside = b.reduce((sum, w) => sum + dot(v, w) ** 2, 0);
    return Math.sqrt(Math.max(0, dot(v, v) - inside));
  });
  return Math.max(...residuals);
}

describe('the truncated SVD', () => {
  const dense = randomDense(120, 60, 0.08);
  const truth = exact(dense);
  const svd = truncatedSvd(sparse(dense), 10, createRng(1));

  it('finds the singular values and vectors of an exact decomposition', () => {
    expect(svd.rank).toBe(10);
    svd.singularValues.forEach((sigma, k) => {
      expect(sigma).toBeCloseTo(Math.sqrt(truth.values[k]), 5);
    });
    expect(largestAngle(componentsOf(svd), truth.vectors.slice(0, 10))).toBeLessThan(1e-3);
    componentsOf(svd).forEach((component, k) => {
      expect(Math.abs(dot(component, truth.vectors[k]))).toBeGreaterThan(1 - 1e-5);
    });
  });

  it('has orthonormal components', () => {
    const components = componentsOf(svd);
    components.forEach((a, i) => {
      components.forEach((b, j) => {
        expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 5);
      });
    });
  });

  it('captures 99 % of the best explained variance where singular values hardly fall', () => {
    const flat = randomDense(600, 300, 0.001);
    const best = exact(flat)
      .values.slice(0, 50)
      .reduce((a, b) => a + b, 0);
    const found = truncatedSvd(sparse(flat), 50, createRng(2)).singularValues.reduce(
      (sum, s) => sum + s * s,
      0,
    );
    expect(found).toBeLessThanOrEqual(best * (1 + 1e-6));
    expect(found).toBeGreaterThan(0.99 * best);
  });

  it('makes the largest entry of every component positive', () => {
    for (const component of componentsOf(svd)) {
      const largest = component.reduce((held, x) => (Math.abs(x) > Math.abs(held) ? x : held), 0);
      expect(largest).toBeGreaterThan(0);
    }
  });

  it('gives the same bytes for the same seed, and the same vectors for another', () => {
    const again = truncatedSvd(sparse(dense), 10, createRng(1));
    expect(again.components).toEqual(svd.components);
    const other = truncatedSvd(sparse(dense), 10, createRng(99));
    componentsOf(other).forEach((component, k) => {
      expect(dot(component, componentsOf(svd)[k])).toBeCloseTo(1, 4);
    });
  });

  it('does not mind the order of the rows', () => {
    const order = createRng(8).permutation(dense.length);
    const shuffled = truncatedSvd(sparse(Array.from(order, (i) => dense[i])), 10, createRng(1));
    shuffled.components.forEach((value, i) => {
      expect(value).toBeCloseTo(svd.components[i], 4);
    });
  });

  it('stops at the rank of the matrix', () => {
    const rng = createRng(4);
    const directions = randomDense(3, 40, 0, 7);
    const low = Array.from({ length: 100 }, () => {
      const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()];
      return directions[0].map((x, j) => a * x + b * directions[1][j] + c * directions[2][j]);
    });
    expect(truncatedSvd(sparse(low), 10, createRng(1)).rank).toBe(3);
    const copies = Array.from({ length: 30 }, (_, i) => directions[i % 2]);
    expect(truncatedSvd(sparse(copies), 10, createRng(1)).rank).toBe(2);
  });

  it('finds as many components as there are rows, and none in a matrix of zeros', () => {
    const small = truncatedSvd(sparse(randomDense(4, 30, 0)), 10, createRng(1));
    expect(small.rank).toBe(4);
    const nothing = truncatedSvd(sparse([[0, 0, 0]]), 10, createRng(1));
    expect([nothing.rank, nothing.components.length]).toEqual([0, 0]);
  });
});

describe('a sparse matrix', () => {
  it('is itself when transposed twice', () => {
    const matrix = sparse(randomDense(17, 9, 0.1));
    const flipped = transpose(matrix);
    expect([flipped.rows, flipped.cols]).toEqual([9, 17]);
    expect(transpose(flipped)).toEqual(matrix);
  });
});
