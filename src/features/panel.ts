/**
 * Dense matrices for the truncated SVD: as columns to orthonormalise, and as panels of eight columns to multiply with (a
 * panel of a tall matrix stays in the cache, and eight sums stay in registers).
 */
export const PANEL = 8;

/** rows × 8, row-major. A matrix of fewer columns has zeros in the last ones. */
export type Panel = Float32Array;

/** Up to eight columns as a panel. */
export function toPanel(columns: readonly Float64Array[], rows: number): Panel {
  const panel = new Float32Array(rows * PANEL);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) panel[i * PANEL + j] = column[i];
  });
  return panel;
}

/** The first `count` columns of rows × 8 numbers. */
export function toColumns(y: Float64Array, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, j) => {
    const column = new Float64Array(y.length / PANEL);
    for (let i = 0; i < column.length; i++) column[i] = y[i * PANEL + j];
    return column;
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  let i = 0;
  for (; i + 1 < a.length; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  return i < a.length ? even + odd + a[i] * b[i] : even + odd;
}

/** A column whose part outside the span of the basis is smaller than this, relative to itself, is in that span. */
const DEPENDENT = 1e-10;

function removeProjections(column: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const along = dot(column, direction);
    for (let i = 0; i < column.length; i++) column[i] -= along * direction[i];
  }
}

/**
 * Adds the columns, made orthonormal, to an orthonormal basis of at most `limit` vectors (modified Gram–Schmidt, twice:
 * Giraud, Langou & Rozložník 2005); those that depend on it are left out. The columns are overwritten.
 */
export function extendBasis(basis: Float64Array[], columns: readonly Float64Array[], limit: number): void {
  for (const column of columns) {
    if (basis.length === limit) return;
    const before = Math.sqrt(dot(column, column));
    removeProjections(column, basis);
    removeProjections(column, basis);
    const after = Math.sqrt(dot(column, column));
    if (!(after > DEPENDENT * before)) continue;
    for (let i = 0; i < column.length; i++) column[i] /= after;
    basis.push(column);
  }
}
