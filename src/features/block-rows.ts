/** Rows of prepared inputs through the runtime's code: raw numbers while fitting, feature vectors afterwards. */
import { AppError } from '../core/errors.ts';
import { zeros, type Matrix } from '../core/matrix.ts';
import { uncontrolled, type JobControl } from '../core/progress.ts';
import { projectSparse, projectVector, standardise, type Tensors } from '../runtime/blocks.ts';
import type { BlockSpec } from '../runtime/manifest.ts';
import { weighCounts } from '../runtime/ngrams.ts';
import type { BlockInputs, FeatureInputs } from './feature-inputs.ts';

/** Whether the row has what the block reads; otherwise it counts as the centre. */
export function isPresent(input: BlockInputs, row: number): boolean {
  if (input.kind === 'hashed-ngram') return input.isPresent[row] === 1;
  for (let j = row * input.dim; j < (row + 1) * input.dim; j++) {
    if (!Number.isFinite(input.values[j])) return false;
  }
  return true;
}

/** Fills out[offset … offset + block.dim) with the raw numbers of a row that is present. */
export type RawReader = (row: number, out: Float64Array, offset: number) => void;

export function rawReader(input: BlockInputs, { name, dim }: BlockSpec, tensors: Tensors): RawReader {
  if (input.kind === 'hashed-ngram') {
    const { counts } = input;
    const idf = tensors[`${name}.idf`].data;
    const components = tensors[`${name}.components`].data;
    const values = new Float64Array(counts.spec.buckets);
    return (row, out, offset) => {
      const { buckets, counts: found, length } = counts.row(row);
      weighCounts({ buckets, counts: found, length }, idf, values);
      projectSparse({ buckets, values, length }, components, dim, out, offset);
    };
  }
  const { values, dim: inputDim } = input;
  if (input.kind === 'precomputed') {
    const components = tensors[`${name}.components`].data;
    return (row, out, offset) => {
      projectVector(values.subarray(row * inputDim, (row + 1) * inputDim), components, dim, out, offset);
    };
  }
  return (row, out, offset) => {
    for (let j = 0; j < dim; j++) out[offset + j] = values[row * inputDim + j];
  };
}

/**
 * The features of rows: rows × dim, the same numbers that the runtime's `createFeatureReader` gives for the same input.
 *
 * @param fitted what `fitBlocks` made of the same inputs
 */
export function featuresOf(
  inputs: FeatureInputs,
  fitted: { readonly blocks: readonly BlockSpec[]; readonly tensors: Tensors; readonly dim: number },
  rowIndices: ArrayLike<number>,
  control: JobControl = uncontrolled,
): Matrix {
  const out = zeros(rowIndices.length, fitted.dim);
  let column = 0;
  for (const block of fitted.blocks) {
    const input = inputs.blocks.find(({ name }) => name === block.name);
    if (input?.kind !== block.kind) {
      throw new AppError(
        'internal',
        `Features: the inputs have no block ${block.name} of kind ${block.kind}.`,
      );
    }
    const read = rawReader(input, block, fitted.tensors);
    const center = fitted.tensors[`${block.name}.center`].data;
    for (let i = 0; i < rowIndices.length; i++) {
      if (i % 1024 === 0) control.throwIfCancelled();
      if (!isPresent(input, rowIndices[i])) continue;
      const at = i * fitted.dim + column;
      read(rowIndices[i], out.data, at);
      standardise(out.data, at, center, block.scale);
    }
    column += block.dim;
  }
  return out;
}
