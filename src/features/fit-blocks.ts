/**
 * Fits the feature blocks of a run to its training rows; labels are never used. Everything that the runtime reads is
 * rounded to float32 first, and training features come from the rounded numbers through the runtime's own code, so that a
 * trained model sees in production what it saw in training.
 */
import { AppError } from '../core/errors.ts';
import { subProgress, uncontrolled, type JobControl } from '../core/progress.ts';
import { createRng, deriveSeed, type Rng } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import type { BlockSpec, Tensor } from '../runtime/manifest.ts';
import { collectMoments, type BlockMoments } from './block-moments.ts';
import { isPresent, rawReader, type RawReader } from './block-rows.ts';
import type { BlockInputs, FeatureInputs } from './feature-inputs.ts';
import { fitIdf, fitTextProjection, fitVectorProjection } from './projection.ts';

export interface FitBlocksOptions {
  readonly seed: number;
  /** Components of a projected block; fewer where its rank is lower. */
  readonly dim?: number;
  readonly control?: JobControl;
}

export interface FittedBlocks {
  readonly blocks: readonly BlockSpec[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Width of the feature vector. */
  readonly dim: number;
  /** Fitting rows in which a block's input is absent and counts as the centre; blocks without such rows are left out. */
  readonly absent: readonly { readonly block: string; readonly rows: number }[];
  readonly warnings: readonly Warning[];
}

const DEFAULT_DIM = 50;

/** A block without its centre and scale, and the tensors that its raw numbers need. */
interface RawBlock {
  readonly block: BlockSpec;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly sampledRows: number;
}

function fitRawBlock(
  input: BlockInputs,
  rows: Int32Array,
  dim: number,
  rng: Rng,
  control: JobControl,
): RawBlock {
  const { name } = input;
  const sampledRows = rows.length;
  switch (input.kind) {
    case 'hashed-ngram': {
      const { spec } = input.counts;
      const fitted = fitIdf(input.counts, rows, control);
      const projection = fitTextProjection(input.counts, rows, fitted, dim, rng, control);
      return {
        block: { kind: input.kind, name, input: input.input, dim: projection.dim, scale: 1, encoder: spec },
        tensors: {
          [`${name}.idf`]: { shape: [spec.buckets], data: fitted.idf },
          [`${name}.components`]: { shape: [spec.buckets, projection.dim], data: projection.components },
        },
        sampledRows: projection.sampledRows,
      };
    }
    case 'precomputed': {
      const projection = fitVectorProjection(input.values, input.dim, rows, dim, rng, control);
      return {
        block: {
          ...{ kind: input.kind, name, dim: projection.dim, scale: 1, inputDim: input.dim },
          ...(input.encoder === undefined ? {} : { encoder: input.encoder }),
        },
        tensors: {
          [`${name}.components`]: { shape: [input.dim, projection.dim], data: projection.components },
        },
        sampledRows: projection.sampledRows,
      };
    }
    case 'text-form':
      return {
        block: { kind: input.kind, name, input: input.input, dim: input.dim, scale: 1, version: 1 },
        tensors: {},
        sampledRows,
      };
    case 'columns':
    case 'signals':
      return {
        block: { kind: input.kind, name, dim: 1, scale: 1, names: [input.column] },
        tensors: {},
        sampledRows,
      };
  }
}

function fitMoments(read: RawReader, dim: number, rows: Int32Array, control: JobControl): BlockMoments {
  const collector = collectMoments(dim);
  const raw = new Float64Array(dim);
  rows.forEach((row, k) => {
    if (k % 1024 === 0) control.throwIfCancelled();
    read(row, raw, 0);
    collector.add(raw);
  });
  return collector.moments();
}

/** What a person calls the input of a block. */
function describe(input: BlockInputs): string {
  if (input.kind === 'columns') return `the column ${input.column}`;
  if (input.kind === 'signals') return `the signal ${input.column}`;
  const noun = input.kind === 'precomputed' ? 'vector' : 'text';
  return `the ${noun} of the ${input.input} (block ${input.name})`;
}

/** What a person should know about a fitted block, or about one that was left out (`fitted` null). */
function warningsOf(
  input: BlockInputs,
  rows: { readonly all: number; readonly present: number },
  fitted: { readonly isConstant: boolean; readonly sampledRows: number } | null,
): readonly Warning[] {
  // The form of a text is absent where the text is, which is said once.
  if (input.kind === 'text-form') return [];
  const what = describe(input);
  if (fitted === null) {
    return [
      { code: 'feature-omitted', message: `No training row says anything by ${what}: it is left out.` },
    ];
  }
  const warnings: Warning[] = [];
  const { all, present } = rows;
  if (present < all) {
    const message = `In ${all - present} of ${all} training rows ${what} is absent; it counts as the average there.`;
    warnings.push({ code: 'feature-absent', message });
  }
  if (fitted.isConstant) {
    const message = `In all ${present} training rows ${what} is the same: it says nothing.`;
    warnings.push({ code: 'feature-constant', message });
  }
  if (fitted.sampledRows < present) {
    const message = `The projection of ${what} was fitted to a random ${fitted.sampledRows} of ${present} training rows.`;
    warnings.push({ code: 'encoder-sampled', message });
  }
  return warnings;
}

/**
 * Fits every block to the given rows of the inputs.
 *
 * @throws AppError `not-enough-data` where there is no row or nothing to make a feature of; `cancelled`
 * @example
 * const inputs = prepareFeatureInputs(snapshot);
 * const fitted = fitBlocks(inputs, trainRows, { seed });
 * const x = featuresOf(inputs, fitted, trainRows);
 */
export function fitBlocks(
  inputs: FeatureInputs,
  rowIndices: ArrayLike<number>,
  { seed, dim = DEFAULT_DIM, control = uncontrolled }: FitBlocksOptions,
): FittedBlocks {
  const rows = Int32Array.from(rowIndices);
  const blocks: BlockSpec[] = [];
  const tensors: Record<string, Tensor> = {};
  const absent: { block: string; rows: number }[] = [];
  const warnings: Warning[] = [];
  inputs.blocks.forEach((input, i) => {
    const { name } = input;
    const part = subProgress(control, i / inputs.blocks.length, (i + 1) / inputs.blocks.length);
    const present = rows.filter((row) => isPresent(input, row));
    const count = { all: rows.length, present: present.length };
    if (present.length < rows.length) absent.push({ block: name, rows: rows.length - present.length });
    const rng = createRng(deriveSeed(seed, 'features', name));
    const raw = present.length === 0 ? null : fitRawBlock(input, present, dim, rng, part);
    if (raw === null || raw.block.dim === 0) {
      warnings.push(...warningsOf(input, count, null));
      return;
    }
    const moments = fitMoments(rawReader(input, raw.block, raw.tensors), raw.block.dim, present, part);
    const { center, scale, isConstant } = moments;
    blocks.push({ ...raw.block, scale });
    Object.assign(tensors, raw.tensors, { [`${name}.center`]: { shape: [center.length], data: center } });
    warnings.push(...warningsOf(input, count, { isConstant, sampledRows: raw.sampledRows }));
  });
  if (blocks.length === 0) {
    throw new AppError(
      'not-enough-data',
      `Features: none of the ${rows.length} training rows has a text, a vector or a number to learn from.`,
    );
  }
  const width = blocks.reduce((sum, block) => sum + block.dim, 0);
  return { blocks, tensors, dim: width, absent, warnings };
}
