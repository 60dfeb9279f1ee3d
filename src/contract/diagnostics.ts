import { measured, pair, stage, warning } from './common.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { interval } from './uncertainty.ts';
import { z } from './zod.ts';

/** What can be checked of a run's assumptions and worth: each a number, a sentence, and a picture to draw. */

export const diagnosticNames = [
  'overlap',
  'mean-bias',
  'heterogeneity',
  'slices',
  'calibration',
  'placebo',
  'sensitivity',
  'agreement',
  'correction-level',
  'correction-ranking',
  'power',
] as const;

const point = z.object({
  x: z.number(),
  y: z.number(),
  ci95: interval.nullable(),
  /** What the point stands for, where x is only a position. */
  label: z.string().optional(),
});

/** Enough to draw it: axes with units, series of points, lines to compare with. */
export const picture = z.object({
  xLabel: z.string(),
  yLabel: z.string(),
  xScale: z.enum(['linear', 'log', 'categories']),
  series: z.array(z.object({ name: z.string(), mark: z.enum(['line', 'points']), points: z.array(point) })),
  references: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('x'), value: z.number(), label: z.string() }),
      z.object({ kind: z.literal('y'), value: z.number(), label: z.string() }),
      z.object({ kind: z.literal('diagonal'), label: z.string() }),
    ]),
  ),
});

export const diagnostic = z.object({
  name: z.enum(diagnosticNames),
  title: z.string(),
  /** `unknown`: there is not enough to tell, and the sentence says what is missing. */
  verdict: z.enum(['fine', 'look', 'bad', 'unknown']),
  /** The number that stands for it, and what it is. */
  value: measured,
  unit: z.string(),
  /** What it means, in plain words. */
  sentence: z.string(),
  /** Also among the warnings of the document; null where nothing is wrong. */
  warningCode: z.string().nullable(),
  /** Everything else that was measured. */
  figures: z.array(z.object({ name: z.string(), value: measured })),
  picture: picture.nullable(),
  /** The model against the anchor, in a run of more than two; else null. */
  model: z.string().nullable().default(null),
  /** The source that it is about, in a run with several; null: the router. */
  source: z.string().nullable().default(null),
});

export const diagnosticsDocument = z.object({
  runId: z.string(),
  createdMs: z.int(),
  pair,
  source: z.string().nullable(),
  stage,
  isSimulated: z.boolean(),
  diagnostics: z.array(diagnostic),
  warnings: z.array(warning),
  seconds: z.number(),
});

export const diagnosticsMethods = {
  /** Works out everything that can be checked of a run, from the labels of now, and keeps it with the run. */
  'run.diagnose': job(z.object({ runId: z.string().min(1).optional() }), diagnosticsDocument, startedJob),
  /** What `run.diagnose` left last; null where nobody has asked. No id: the newest run. */
  'run.diagnostics': query(
    z.object({ runId: z.string().min(1).optional() }),
    z.object({ diagnostics: diagnosticsDocument.nullable() }),
  ),
};
