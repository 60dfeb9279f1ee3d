/** The projections that are fitted on training rows: tf–idf → d components, imported vectors → d components. */
import type { JobControl } from '../core/progress.ts';
import type { Rng } from '../core/rng.ts';
import { weighCounts } from '../runtime/ngrams.ts';
import type { SparseMatrix } from './sparse-matrix.ts';
import type { TextCounts } from './text-counts.ts';
import { truncatedSvd } from './truncated-svd.ts';

/** Beyond these the singular vectors come from a random sample of the rows: memory and time stay bounded. */
export const MAX_SVD_ROWS = 20_000;
export const MAX_SVD_ENTRIES = 20_000_000;
/** Imported vectors have every entry, and far fewer rows determine their leading directions. */
const MAX_DENSE_ENTRIES = 8_000_000;
/** Imported vectors up to this width are used as they are. */
export const MAX_PASS_THROUGH_DIM = 64;

export interface Projection {
  readonly dim: number;
  /** inputs × dim, row-major. */
  readonly components: Float32Array;
  /** Rows that the components were computed from. */
  readonly sampledRows: number;
}

/** Up to `limit` of the rows, all where there are fewer, in their order. */
function sampleRows(rows: Int32Array, limit: number, rng: Rng): Int32Array {
  if (rows.length <= limit) return rows;
  return rng
    .permutation(rows.length)
    .subarray(0, limit)
    .sort()
    .map((k) => rows[k]);
}

export interface FittedIdf {
  readonly idf: Float32Array;
  /** Buckets that the rows have, summed over the rows. */
  readonly entries: number;
}

/** idf[b] = ln((1 + n) / (1 + df(b))) + 1 over the n rows, df = rows that have bucket b. */
export function fitIdf(counts: TextCounts, rows: Int32Array, control: JobControl): FittedIdf {
  const documents = new Int32Array(counts.spec.buckets);
  let entries = 0;
  rows.forEach((row, k) => {
    if (k % 1024 === 0) control.throwIfCancelled();
    const { buckets, length } = counts.row(row);
    for (let i = 0; i < length; i++) documents[buckets[i]]++;
    entries += length;
  });
  return { idf: Float32Array.from(documents, (df) => Math.log((1 + rows.length) / (1 + df)) + 1), entries };
}

function tfIdfMatrix(counts: TextCounts, rows: Int32Array, idf: Float32Array): SparseMatrix {
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, k) => {
    rowStart[k + 1] = rowStart[k] + counts.row(row).length;
  });
  const column = new Uint16Array(rowStart[rows.length]);
  const value = new Float32Array(rowStart[rows.length]);
  const values = new Float64Array(counts.spec.buckets);
  rows.forEach((row, k) => {
    const found = counts.row(row);
    weighCounts(found, idf, values);
    column.set(found.buckets.subarray(0, found.length), rowStart[k]);
    value.set(values.subarray(0, found.length), rowStart[k]);
  });
  return { rows: rows.length, cols: counts.spec.buckets, rowStart, column, value };
}

/** The leading `dim` right singular vectors of the tf–idf matrix of the rows, or as many as its rank. */
export function fitTextProjection(
  counts: TextCounts,
  rows: Int32Array,
  { idf, entries }: FittedIdf,
  dim: number,
  rng: Rng,
  control: JobControl,
): Projection {
  const limit = Math.min(MAX_SVD_ROWS, Math.ceil((MAX_SVD_ENTRIES * rows.length) / Math.max(1, entries)));
  const sampled = sampleRows(rows, limit, rng);
  const { rank, components } = truncatedSvd(tfIdfMatrix(counts, sampled, idf), dim, rng, control);
  return { dim: rank, components, sampledRows: sampled.length };
}

/** A dense matrix is a sparse one that has every entry. */
function centredMatrix(vectors: Float64Array, dim: number, rows: Int32Array): SparseMatrix {
  const mean = new Float64Array(dim);
  for (const row of rows) for (let j = 0; j < dim; j++) mean[j] += vectors[row * dim + j] / rows.length;
  const column = new Uint16Array(rows.length * dim);
  const value = new Float32Array(rows.length * dim);
  rows.forEach((row, k) => {
    for (let j = 0; j < dim; j++) {
      column[k * dim + j] = j;
      value[k * dim + j] = vectors[row * dim + j] - mean[j];
    }
  });
  const rowStart = Int32Array.from({ length: rows.length + 1 }, (_, k) => k * dim);
  return { rows: rows.length, cols: dim, rowStart, column, value };
}

function identity(dim: number): Float32Array {
  const out = new Float32Array(dim * dim);
  for (let j = 0; j < dim; j++) out[j * dim + j] = 1;
  return out;
}

/** Principal components of imported vectors (n × inputDim, row-major) over the rows; the identity up to 64 dimensions. */
export function fitVectorProjection(
  vectors: Float64Array,
  inputDim: number,
  rows: Int32Array,
  dim: number,
  rng: Rng,
  control: JobControl,
): Projection {
  if (inputDim <= MAX_PASS_THROUGH_DIM) {
    return { dim: inputDim, components: identity(inputDim), sampledRows: rows.length };
  }
  const limit = Math.min(MAX_SVD_ROWS, Math.ceil(MAX_DENSE_ENTRIES / inputDim));
  const sampled = sampleRows(rows, limit, rng);
  const matrix = centredMatrix(vectors, inputDim, sampled);
  const { rank, components } = truncatedSvd(matrix, dim, rng, control);
  return { dim: rank, components, sampledRows: sampled.length };
}
