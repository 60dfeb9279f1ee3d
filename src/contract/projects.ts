import { measured, nothing, price, warning } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

const projectInfo = z.object({
  path: z.string(),
  id: z.string(),
  name: z.string(),
  createdMs: z.int(),
  isSimulated: z.boolean(),
});

const modelStatus = z.object({
  name: z.string(),
  inputUsdPerMillion: z.number().nullable(),
  outputUsdPerMillion: z.number().nullable(),
  /** Responses with their text. */
  responses: z.int(),
  /** Prompts with visible gold for this model. */
  gold: z.int(),
});

const sourceStatus = z.object({
  name: z.string(),
  kind: z.enum(['judge', 'crowd', 'rule', 'reward-model', 'simulated']),
  scale: z.tuple([z.number(), z.number()]).nullable(),
  scores: z.int(),
  verdicts: z.int(),
  prompts: z.int(),
  /** Share of pairs with visible gold, ties left out, on which source and gold prefer the same response. */
  agreement: measured,
  /** Pairs compared for `agreement`. */
  comparedPairs: z.int(),
});

export const projectStatus = z.object({
  project: projectInfo,
  counts: z.object({
    datasets: z.int(),
    prompts: z.int(),
    responses: z.int(),
    models: z.int(),
    sources: z.int(),
    preferenceScores: z.int(),
    preferenceVerdicts: z.int(),
    /** Prompts with gold that people may see. */
    goldPrompts: z.int(),
    /** Prompts whose gold was masked by a draw: read by evaluate and replicate only. */
    maskedGoldPrompts: z.int(),
    runs: z.int(),
    exports: z.int(),
  }),
  splits: z.object({ train: z.int(), dev: z.int(), test: z.int(), none: z.int() }),
  models: z.array(modelStatus),
  sources: z.array(sourceStatus),
  imports: z.array(
    z.object({
      id: z.string(),
      fileName: z.string(),
      format: z.string(),
      rowsRead: z.int(),
      rowsRefused: z.int(),
      createdMs: z.int(),
    }),
  ),
  warnings: z.array(warning),
});

export const projectMethods = {
  /** Makes a new project file. `already-exists` where there is a file. */
  'project.create': query(
    z.object({
      path: z.string().min(1),
      name: z.string().min(1).optional(),
      isSimulated: z.boolean().default(false),
    }),
    projectInfo,
  ),
  /** Opens a project file; the one open before is closed. */
  'project.open': query(z.object({ path: z.string().min(1) }), projectInfo),
  'project.close': query(nothing, nothing),
  'project.status': query(nothing, projectStatus),
  'model.setPrice': query(
    z.object({ model: z.string().min(1), inputUsdPerMillion: price, outputUsdPerMillion: price }),
    z.object({ model: z.string(), inputUsdPerMillion: price, outputUsdPerMillion: price }),
  ),
};
