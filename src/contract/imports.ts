import { goldAmount, seed, warning } from './common.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

export const importFormats = [
  'wide',
  'pairs',
  'swap',
  'decisions',
  'label-table',
  'arena-55k',
  'arena-conversations',
  'router-bench',
  'alpaca-eval',
  'fastchat-votes',
  'label-studio',
  'argilla',
  'dpo',
  'healthbench',
  'csv',
  'jsonl',
  'parquet',
] as const;
const importFormat = z.enum(importFormats);
const rowCounts = z.record(z.string(), z.int());

const fileReport = z.object({
  importId: z.string(),
  fileName: z.string(),
  format: importFormat,
  rowsRead: z.int(),
  rowsRefused: z.int(),
  /** Rows that were new, by kind; all zero when a file is imported again. */
  added: rowCounts,
  /** Rows that the project had before. */
  alreadyThere: rowCounts,
  /** The first refused rows; `import.refusals` answers all of them. */
  refusals: z.array(z.object({ line: z.int(), reason: z.string() })),
  warnings: z.array(warning),
});

export const importReport = z.object({
  files: z.array(fileReport),
  gold: z
    .object({
      eligible: z.int(),
      revealed: z.int(),
      masked: z.int(),
      /** Whether this import drew, or a draw from before stands. */
      isNew: z.boolean(),
    })
    .nullable(),
  warnings: z.array(warning),
  seconds: z.number(),
});

export const importMethods = {
  /** Reads files into the project, all rows of a file or none; then draws which gold is revealed. */
  'import.start': job(
    z.object({
      paths: z.array(z.string().min(1)).min(1),
      /** A format's name; left out: recognised. */
      format: importFormat.optional(),
      /** The column mapping of a CSV or JSONL file (docs/import.md). */
      mapping: z.record(z.string(), z.unknown()).optional(),
      /** The dataset of rows that name none; left out: the name of the file. */
      dataset: z.string().min(1).optional(),
      gold: goldAmount.optional(),
      seed: seed.default(0),
    }),
    importReport,
    startedJob,
  ),
  'import.refusals': query(
    z.object({ importId: z.string().min(1) }),
    z.object({ refusals: z.array(z.object({ line: z.int(), reason: z.string() })) }),
  ),
};
