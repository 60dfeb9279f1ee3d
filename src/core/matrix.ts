/** A dense row-major matrix of float64. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** rows × cols values, row by row. */
  readonly data: Float64Array;
}

export function zeros(rows: number, cols: number): Matrix {
  return { rows, cols, data: new Float64Array(rows * cols) };
}

/** The rows with the given indices, in that order. */
export function takeRows(m: Matrix, indices: ArrayLike<number>): Matrix {
  const out = zeros(indices.length, m.cols);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * m.cols;
    out.data.set(m.data.subarray(from, from + m.cols), i * m.cols);
  }
  return out;
}

/** The values at the given indices, in that order. */
export function take(values: ArrayLike<number>, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]];
  return out;
}

/** Matrices side by side; all have the same number of rows. */
export function joinColumns(parts: readonly Matrix[]): Matrix {
  const rows = parts[0].rows;
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  const out = zeros(rows, cols);
  let offset = 0;
  for (const part of parts) {
    if (part.rows !== rows) throw new RangeError(`joinColumns: expected ${rows} rows, got ${part.rows}`);
    for (let i = 0; i < rows; i++) {
      out.data.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), i * cols + offset);
    }
    offset += part.cols;
  }
  return out;
}

/** Matrices on top of each other; all have the same number of columns. */
export function joinRows(parts: readonly Matrix[]): Matrix {
  const cols = parts[0].cols;
  const out = zeros(
    parts.reduce((sum, part) => sum + part.rows, 0),
    cols,
  );
  let offset = 0;
  for (const part of parts) {
    if (part.cols !== cols) throw new RangeError(`joinRows: expected ${cols} columns, got ${part.cols}`);
    out.data.set(part.data, offset);
    offset += part.data.length;
  }
  return out;
}
