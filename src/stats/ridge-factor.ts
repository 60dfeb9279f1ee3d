/**
 * Cholesky factors of ridge regressions with a free intercept. With z = (1, x), the system is (G + λ D) θ = c with
 * G = Σ w z zᵀ, D = diag(0, 1, …, 1), λ = (Σ w) · 10^exponent. The elimination of the first column centres the others, so that
 * nothing has to be centred beforehand.
 */

/** Where a row starts in a lower triangle that is packed row by row: the corner of a matrix is then its beginning. */
export const rowStart = (row: number): number => (row * (row + 1)) / 2;

/**
 * The factor L of G + λ D, packed, with reciprocals on the diagonal. Two columns and four rows at a time: eight sums that do
 * not wait for each other, which is six times as fast as one.
 * @param gram packed; only the corner of m × m is read
 * @param l where the factor goes, m(m + 1)/2
 * @throws RangeError where the rows carry no weight
 */
export function factorRidge(gram: Float64Array, m: number, exponent: number, l: Float64Array): Float64Array {
  if (!(gram[0] > 0)) throw new RangeError('factorRidge: the rows carry no weight');
  const penalty = gram[0] * 10 ** exponent;
  for (let j = 0; j < m; j += 2) {
    const p = rowStart(j);
    const q = p + j + 1;
    let pivot = gram[p + j] + (j === 0 ? 0 : penalty);
    for (let k = 0; k < j; k++) pivot -= l[p + k] * l[p + k];
    const first = reciprocalRoot(pivot);
    l[p + j] = first;
    if (j + 1 === m) break;
    let below = gram[q + j];
    let next = gram[q + j + 1] + penalty;
    for (let k = 0; k < j; k++) {
      below -= l[q + k] * l[p + k];
      next -= l[q + k] * l[q + k];
    }
    below *= first;
    const second = reciprocalRoot(next - below * below);
    l[q + j] = below;
    l[q + j + 1] = second;
    let i = j + 2;
    for (; i + 3 < m; i += 4) {
      const a = rowStart(i);
      const b = a + i + 1;
      const c = b + i + 2;
      const d = c + i + 3;
      let a0 = gram[a + j];
      let b0 = gram[b + j];
      let c0 = gram[c + j];
      let d0 = gram[d + j];
      let a1 = gram[a + j + 1];
      let b1 = gram[b + j + 1];
      let c1 = gram[c + j + 1];
      let d1 = gram[d + j + 1];
      for (let k = 0; k < j; k++) {
        const u = l[p + k];
        const v = l[q + k];
        a0 -= l[a + k] * u;
        b0 -= l[b + k] * u;
        c0 -= l[c + k] * u;
        d0 -= l[d + k] * u;
        a1 -= l[a + k] * v;
        b1 -= l[b + k] * v;
        c1 -= l[c + k] * v;
        d1 -= l[d + k] * v;
      }
      l[a + j] = a0 *= first;
      l[b + j] = b0 *= first;
      l[c + j] = c0 *= first;
      l[d + j] = d0 *= first;
      l[a + j + 1] = (a1 - a0 * below) * second;
      l[b + j + 1] = (b1 - b0 * below) * second;
      l[c + j + 1] = (c1 - c0 * below) * second;
      l[d + j + 1] = (d1 - d0 * below) * second;
    }
    for (; i < m; i++) {
      const row = rowStart(i);
      let sum0 = gram[row + j];
      let sum1 = gram[row + j + 1];
      for (let k = 0; k < j; k++) {
        sum0 -= l[row + k] * l[p + k];
        sum1 -= l[row + k] * l[q + k];
      }
      l[row + j] = sum0 *= first;
      l[row + j + 1] = (sum1 - sum0 * below) * second;
    }
  }
  return l;
}

function reciprocalRoot(pivot: number): number {
  if (!(pivot > 0)) throw new RangeError('factorRidge: the matrix is not positive definite');
  return 1 / Math.sqrt(pivot);
}

/** θ of L Lᵀ θ = c, for a factor of `factorRidge`. */
export function solveFactored(l: Float64Array, c: Float64Array): Float64Array {
  const m = c.length;
  const theta = Float64Array.from(c);
  for (let i = 0; i < m; i++) {
    const row = rowStart(i);
    let sum = theta[i];
    for (let k = 0; k < i; k++) sum -= l[row + k] * theta[k];
    theta[i] = sum * l[row + i];
  }
  for (let i = m - 1; i >= 0; i--) {
    const row = rowStart(i);
    const value = theta[i] * l[row + i];
    theta[i] = value;
    for (let k = 0; k < i; k++) theta[k] -= l[row + k] * value;
  }
  return theta;
}
