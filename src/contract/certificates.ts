import { measured, pair, stage, warning } from './common.ts';
import { startedJob } from './jobs.ts';
import { job, query } from './method.ts';
import { z } from './zod.ts';

/**
 * "Of the automated answers at most α disagree with the experts, with confidence 1 − δ": Learn-then-Test over thresholds of
 * the predicted gain. Disagree = the delivered answer's gold is below the pass mark.
 */

/** Keep the cheap answer where gain ≤ keepBelow, call the strong model where gain > escalateAbove, ask an expert between. */
const setting = z.object({
  keepBelow: z.number().nullable(),
  escalateAbove: z.number().nullable(),
});

const testedSetting = setting.extend({
  /** Calibration prompts that it answers by itself, and those of them that fail. */
  automated: z.int(),
  disagreements: z.int(),
  risk: z.number().nullable(),
  pValue: z.number(),
  isCertified: z.boolean(),
  /** Shares of the calibration prompts. */
  keptShare: z.number(),
  escalatedShare: z.number(),
  expertShare: z.number(),
  /** Mean cost a prompt, expert included. */
  cost: z.number(),
});

export const certificateDocument = z.object({
  certificateId: z.string(),
  runId: z.string(),
  createdMs: z.int(),
  pair,
  source: z.string().nullable(),
  stage,
  isSimulated: z.boolean(),
  alpha: z.number(),
  delta: z.number(),
  /** In units of the gold scale, which runs from 0 to 1. */
  passMark: z.number(),
  /** Held out of training, of its encoder and of everything else that the run is made of. */
  calibrationPrompts: z.int(),
  costs: z.object({ cheap: z.number(), strong: z.number(), expert: z.number(), unit: z.string() }),
  /** The cheapest certified setting; null where none is. */
  chosen: testedSetting.extend({ riskInterval: measured }).nullable(),
  /** Every setting that was tested, chain by chain. */
  tested: z.array(testedSetting),
  chains: z.int(),
  /** About how many more graded calibration prompts would certify the most promising setting; null where none would. */
  moreGrades: z.int().nullable(),
  sentence: z.string(),
  warnings: z.array(warning),
});

export const certificateRequest = z.object({
  runId: z.string().min(1).optional(),
  alpha: z.number().gt(0).lt(1),
  delta: z.number().gt(0).lt(1).default(0.1),
  passMark: z.number().gt(0).max(1).default(0.5),
  /** What a person costs a prompt, in the run's cost unit. None: ten strong calls. */
  expertCost: z.number().min(0).optional(),
});

export const certificateMethods = {
  /** Certifies a run that was trained with `holdOutDev`; kept with the project whether anything was certified or not. */
  'certificate.compute': job(certificateRequest, certificateDocument, startedJob),
  /** Newest first; of one run where it is named. */
  'certificate.list': query(
    z.object({ runId: z.string().min(1).optional() }),
    z.object({ certificates: z.array(certificateDocument) }),
  ),
};
