import { AppError } from '../../src/core/errors.ts';
import type { Warning } from '../../src/core/warning.ts';
import type { EncoderDescription } from '../../src/runtime/manifest.ts';
import type { CovariateColumn } from '../../src/routing/snapshot.ts';
import { getEncoderDescription, iterateEmbeddings, listEncoders } from '../repositories/embeddings.ts';
import type { ReadableDb } from '../sqlite.ts';

/** The numeric columns imported with the prompts, by name; what is not a number is absent, and counted. */
export function covariateColumns(documents: readonly (string | null)[]): {
  readonly covariates: readonly CovariateColumn[];
  readonly warnings: readonly Warning[];
} {
  const columns = new Map<string, Float64Array>();
  let refused = 0;
  documents.forEach((json, row) => {
    if (json === null) return;
    const document: unknown = JSON.parse(json);
    if (typeof document !== 'object' || document === null) return;
    for (const [name, value] of Object.entries<unknown>({ ...document })) {
      if (typeof value !== 'number') {
        if (value !== null) refused++;
        continue;
      }
      let column = columns.get(name);
      if (column === undefined) {
        column = new Float64Array(documents.length).fill(Number.NaN);
        columns.set(name, column);
      }
      column[row] = value;
    }
  });
  const names = [...columns.keys()].sort();
  return {
    covariates: names.flatMap((name) => {
      const values = columns.get(name);
      return values === undefined ? [] : [{ name, values }];
    }),
    warnings:
      refused === 0
        ? []
        : [
            {
              code: 'covariate-not-numeric',
              message: `${refused} values of imported columns are not numbers and were left out.`,
            },
          ],
  };
}

/** The imported vectors of the given prompts, row by row. `usage` where the encoder is unknown or a prompt has none. */
export function promptVectors(
  db: ReadableDb,
  encoder: string | null,
  promptIds: readonly number[],
): {
  readonly vectors: Float64Array | null;
  readonly vectorDim: number;
  readonly vectorEncoder?: EncoderDescription;
} {
  if (encoder === null) return { vectors: null, vectorDim: 0 };
  const encoders = listEncoders(db);
  const known = encoders.find((each) => each.encoder === encoder);
  if (known === undefined) {
    const available = encoders.map((each) => each.encoder);
    throw new AppError(
      'usage',
      `The project has no vectors of the encoder “${encoder}”. ` +
        (available.length === 0 ? 'It has none at all.' : `It has vectors of: ${available.join(', ')}.`),
      { details: { encoder, available } },
    );
  }
  const { dimension } = known;
  const rowOf = new Map(promptIds.map((id, row) => [id, row]));
  const vectors = new Float64Array(promptIds.length * dimension);
  let filled = 0;
  for (const { promptId, vector } of iterateEmbeddings(db, encoder)) {
    const row = rowOf.get(promptId);
    if (row === undefined || vector.length !== dimension) continue;
    vectors.set(vector, row * dimension);
    filled++;
  }
  if (filled < promptIds.length) {
    throw new AppError(
      'usage',
      `Only ${filled} of ${promptIds.length} prompts have a vector of ${dimension} numbers from “${encoder}”. ` +
        'Import the missing ones, or train without imported vectors.',
      { details: { encoder, filled, prompts: promptIds.length } },
    );
  }
  const description = getEncoderDescription(db, encoder);
  return { vectors, vectorDim: dimension, ...(description === null ? {} : { vectorEncoder: description }) };
}
