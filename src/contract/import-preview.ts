import { importFormats } from './imports.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/** A file as it would be stored, before anything is. */

const verdict = z.enum(['a', 'b', 'tie']);
const score = z.number().nullable();

const previewRow = z.object({
  line: z.int(),
  dataset: z.string(),
  externalId: z.string(),
  /** The beginning of the text. */
  prompt: z.string(),
  split: z.enum(['train', 'dev', 'test']).nullable(),
  category: z.string().nullable(),
  responses: z.array(z.object({ model: z.string(), excerpt: z.string().nullable() })),
  gold: z.array(
    z.object({
      modelA: z.string(),
      modelB: z.string().nullable(),
      scoreA: score,
      scoreB: score,
      verdict: verdict.nullable(),
    }),
  ),
  preferences: z.array(
    z.object({
      source: z.string(),
      modelA: z.string(),
      modelB: z.string().nullable(),
      scoreA: score,
      scoreB: score,
      verdict: verdict.nullable(),
    }),
  ),
  vectorLength: z.int().nullable(),
});

export const previewMethods = {
  /** Recognises a file and reads its first rows. With `mapping`: as that mapping reads them. */
  'import.preview': query(
    z.object({
      path: z.string().min(1),
      format: z.enum(importFormats).optional(),
      mapping: z.record(z.string(), z.unknown()).optional(),
      dataset: z.string().min(1).optional(),
      limit: z.int().min(1).max(100).default(10),
    }),
    z.object({
      fileName: z.string(),
      bytes: z.int(),
      format: z.enum(importFormats),
      /** The mapping in use: the caller's, a known table's, or a proposal to be confirmed; null where the format needs none. */
      mapping: z.record(z.string(), z.unknown()).nullable(),
      /** Whether the mapping is only proposed by the names of the columns. */
      isProposed: z.boolean(),
      /** Columns of a CSV file, fields of JSONL, with their first values; empty where the format needs no mapping. */
      columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()) })),
      rows: z.array(previewRow),
      /** Among the first rows. */
      refusals: z.array(z.object({ line: z.int(), reason: z.string() })),
      /** Why nothing can be read yet: what the mapping lacks. */
      problem: z.string().nullable(),
    }),
  ),
};
