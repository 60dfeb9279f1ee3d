import { warning } from './common.ts';
import { startedJob } from './jobs.ts';
import { job } from './method.ts';
import { z } from './zod.ts';

/** What the labels of a project can be written as (docs/import.md). */
export const labelFormats = [
  'jsonl',
  'csv',
  'parquet',
  'label-studio',
  'argilla',
  'alpaca-eval',
  'fastchat-votes',
  'dpo',
  'healthbench',
] as const;

export const labelsDocument = z.object({
  path: z.string(),
  format: z.enum(labelFormats),
  bytes: z.int(),
  prompts: z.int(),
  records: z.int(),
  /** What the format has no place for. */
  warnings: z.array(warning),
});

export const labelMethods = {
  /** Writes prompts, responses and their labels to a file. Masked gold stays in the project. */
  'labels.export': job(
    z.object({
      path: z.string().min(1),
      format: z.enum(labelFormats),
      includesGold: z.boolean().default(true),
      /** Names of sources; left out: all. */
      sources: z.array(z.string().min(1)).optional(),
      /** Replace a file that is there. */
      overwrite: z.boolean().default(false),
    }),
    labelsDocument,
    startedJob,
  ),
};
