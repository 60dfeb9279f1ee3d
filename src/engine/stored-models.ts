import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import { writeTensors } from '../export/write-safetensors.ts';
import { modelHead } from '../learners/model-head.ts';
import { modelOfHead } from '../learners/model-of-head.ts';
import { dimOf, type Model } from '../learners/model.ts';
import type { StoredModels } from '../routing/run.ts';
import { readSafetensorsHeader, readSafetensorsTensors } from '../runtime/safetensors.ts';

/**
 * Every estimator of every head of a run in one safetensors blob: they stand beside its router in a later evaluation. The
 * metadata says whose head is whose.
 */
export function packModels(models: StoredModels): Uint8Array {
  const all = Object.entries(models).flatMap(([model, byEstimator]) =>
    Object.entries(byEstimator).map(([estimator, fitted]) => ({ model, estimator, fitted })),
  );
  const heads = all.map(({ fitted }, i) => modelHead(fitted, i));
  const index = {
    dim: all.length === 0 ? 0 : dimOf(all[0].fitted),
    heads: all.map(({ model, estimator }, i) => ({ model, estimator, spec: heads[i].spec })),
  };
  const tensors = Object.fromEntries(heads.flatMap((head) => Object.entries(head.tensors)));
  return writeTensors(tensors, { models: JSON.stringify(index) });
}

/** @throws AppError `damaged` where the blob is not what `packModels` wrote. */
export function unpackModels(bytes: Uint8Array): StoredModels {
  try {
    const header = readSafetensorsHeader(bytes);
    const { dim, heads } = packed.parse(JSON.parse(header.metadata.models));
    const tensors = Object.fromEntries(readSafetensorsTensors(bytes, header));
    const models: Record<string, Record<string, Model>> = {};
    heads.forEach(({ model, estimator, spec }, i) => {
      models[model] = { ...models[model], [estimator]: modelOfHead(spec, tensors, i, dim) };
    });
    return models;
  } catch (cause) {
    throw new AppError('damaged', 'The stored estimators of the run cannot be read. Train it again.', {
      cause,
    });
  }
}

const simple = [
  z.object({ kind: z.literal('linear') }),
  z.object({ kind: z.literal('trees'), trees: z.int(), nodes: z.int() }),
  z.object({ kind: z.literal('mlp'), hidden: z.array(z.int()) }),
  z.object({ kind: z.literal('nearest'), k: z.int(), points: z.int() }),
] as const;

const part = z.discriminatedUnion('kind', simple).and(z.object({ weight: z.number() }));

const packed = z.object({
  dim: z.int(),
  heads: z.array(
    z.object({
      model: z.string(),
      estimator: z.string(),
      spec: z.discriminatedUnion('kind', [
        ...simple,
        z.object({ kind: z.literal('sum'), parts: z.array(part) }),
      ]),
    }),
  ),
});
