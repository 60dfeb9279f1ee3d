import { measured, nothing, price } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

const projectInfo = z.object({
  path: z.string(),
  id: z.string(),
  name: z.string(),
  createdMs: z.int(),
  isSimulated: z.boolean(),
  /** Of a pack: whose it is and what is in it. Everything but grading is refused then. */
  pack: z.object({ packId: z.string(), rater: z.string(), queueId: z.int(), taskId: z.string() }).nullable(),
});

const modelStatus = z.object({
  name: z.string(),
  inputUsdPerMillion: z.number().nullable(),
  outputUsdPerMillion: z.number().nullable(),
  responses: z.int(),
  responsesWithText: z.int(),
  /** Prompts with visible gold for this model. */
  gold: z.int(),
});

const agreement = measured.extend({ pairs: z.int() });

const sourceStatus = z.object({
  name: z.string(),
  kind: z.enum(['judge', 'crowd', 'rule', 'reward-model', 'simulated']),
  scale: z.tuple([z.number(), z.number()]).nullable(),
  scores: z.int(),
  verdicts: z.int(),
  prompts: z.int(),
  /** Share of pairs, outside the test set and with visible gold, on which source and gold say the same. */
  agreement,
  /** The same among the pairs that neither calls a tie. */
  agreementWithoutTies: agreement,
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
    goldGrades: z.int(),
    /** Prompts whose gold was masked by a draw: read by evaluate and replicate only. */
    maskedGoldPrompts: z.int(),
    runs: z.int(),
    exports: z.int(),
  }),
  splits: z.object({ train: z.int(), dev: z.int(), test: z.int(), none: z.int() }),
  datasets: z.array(z.object({ name: z.string(), prompts: z.int() })),
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
