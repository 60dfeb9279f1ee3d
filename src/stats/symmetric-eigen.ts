/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: Householder reduction to tridiagonal form, then the QL
 * algorithm with implicit shifts (Bowdler, Martin, Reinsch & Wilkinson 1968, Numer. Math. 11, 293–306; EISPACK tred2 and
 * tql2). Written here and not taken from a library because it is the inner loop of every ridge regression (ADR 4).
 */
export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** n × n, row-major; column k belongs to values[k]; orthonormal. */
  readonly vectors: Float64Array;
}

/** @param a n × n symmetric, row-major; not changed. */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const vectors = Float64Array.from(a);
  const values = new Float64Array(n);
  const off = new Float64Array(n);
  if (n === 0) return { values, vectors };
  tridiagonalise(vectors, values, off, n);
  implicitQl(vectors, values, off, n);
  sortAscending(vectors, values, n);
  transposeInPlace(vectors, n);
  return { values, vectors };
}

/**
 * Householder reduction; on return u holds the accumulated transformation, d the diagonal, e[1..] the off-diagonal. What the
 * published procedure calls v[k][j] is u[j·n + k] here: its loops along columns, and the rotations of QL, then run along rows.
 */
function tridiagonalise(u: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = u[j * n + n - 1];
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = u[j * n + i - 1];
        u[j * n + i] = 0;
        u[i * n + j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      let f = d[i - 1];
      let g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      for (let j = 0; j < i; j++) {
        const line = j * n;
        f = d[j];
        u[i * n + j] = f;
        g = e[j] + u[line + j] * f;
        for (let k = j + 1; k < i; k++) {
          const entry = u[line + k];
          g += entry * d[k];
          e[k] += entry * f;
        }
        e[j] = g;
      }
      f = 0;
      for (let j = 0; j < i; j++) {
        e[j] /= h;
        f += e[j] * d[j];
      }
      const hh = f / (h + h);
      for (let j = 0; j < i; j++) e[j] -= hh * d[j];
      for (let j = 0; j < i; j++) {
        const line = j * n;
        f = d[j];
        g = e[j];
        for (let k = j; k < i; k++) u[line + k] -= f * e[k] + g * d[k];
        d[j] = u[line + i - 1];
        u[line + i] = 0;
      }
    }
    d[i] = h;
  }
  accumulate(u, d, n);
  e[0] = 0;
}

function accumulate(u: Float64Array, d: Float64Array, n: number): void {
  for (let i = 0; i < n - 1; i++) {
    u[i * n + n - 1] = u[i * n + i];
    u[i * n + i] = 1;
    const next = (i + 1) * n;
    const h = d[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = u[next + k] / h;
      for (let j = 0; j <= i; j++) {
        const line = j * n;
        let g = 0;
        for (let k = 0; k <= i; k++) g += u[next + k] * u[line + k];
        for (let k = 0; k <= i; k++) u[line + k] -= g * d[k];
      }
    }
    for (let k = 0; k <= i; k++) u[next + k] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = u[j * n + n - 1];
    u[j * n + n - 1] = 0;
  }
  u[n * n - 1] = 1;
}

/** QL with implicit shifts; `u` is the transposed transformation, so that a rotation touches two contiguous rows. */
function implicitQl(u: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  let f = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
    if (m > l) {
      let iterations = 0;
      do {
        if (++iterations > 100) throw new RangeError('symmetricEigen: no convergence; is the input finite?');
        let g = d[l];
        let p = (d[l + 1] - g) / (2 * e[l]);
        let r = Math.hypot(p, 1);
        if (p < 0) r = -r;
        d[l] = e[l] / (p + r);
        d[l + 1] = e[l] * (p + r);
        const dl1 = d[l + 1];
        let h = g - d[l];
        for (let i = l + 2; i < n; i++) d[i] -= h;
        f += h;
        p = d[m];
        let c = 1;
        let c2 = c;
        let c3 = c;
        const el1 = e[l + 1];
        let s = 0;
        let s2 = 0;
        for (let i = m - 1; i >= l; i--) {
          c3 = c2;
          c2 = c;
          s2 = s;
          g = c * e[i];
          h = c * p;
          r = Math.sqrt(p * p + e[i] * e[i]);
          e[i + 1] = s * r;
          s = e[i] / r;
          c = p / r;
          p = c * d[i] - s * g;
          d[i + 1] = h + s * (c * g + s * d[i]);
          rotateRows(u, i * n, (i + 1) * n, n, c, s);
        }
        p = (-s * s2 * c3 * el1 * e[l]) / dl1;
        e[l] = s * p;
        d[l] = c * p;
      } while (Math.abs(e[l]) > Number.EPSILON * largest);
    }
    d[l] += f;
    e[l] = 0;
  }
}

function rotateRows(u: Float64Array, at: number, next: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const h = u[next + k];
    const g = u[at + k];
    u[next + k] = s * g + c * h;
    u[at + k] = c * g - s * h;
  }
}

function sortAscending(u: Float64Array, d: Float64Array, n: number): void {
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => d[a] - d[b]);
  const values = order.map((i) => d[i]);
  const rows = order.map((i) => u.slice(i * n, (i + 1) * n));
  rows.forEach((row, i) => {
    u.set(row, i * n);
  });
  d.set(values);
}

function transposeInPlace(m: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const held = m[i * n + j];
      m[i * n + j] = m[j * n + i];
      m[j * n + i] = held;
    }
  }
}
