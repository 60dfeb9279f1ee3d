import { findPrompt } from '../../../db/repositories/prompts.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { trainConfig } from '../../contract/runs.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { readStoredRun, requireArtifact, requireRun, trainerConfig } from './run-service.ts';
import { readSnapshot } from './snapshot-service.ts';

/** More prompts than this nobody looks through. */
const MOST_PROMPTS = 1000;
const EXCERPT = 160;

export async function inspectRun(
  { deps, session }: EngineContext,
  input: ParsedInput<'run.inspect'>,
  job: JobContext,
): Promise<JobResult<'run.inspect'>> {
  const open = session();
  const { db } = open.file;
  const run = requireRun(getRun(db, input.runId), input.runId);
  const config = trainConfig.parse(run.config);
  const snapshot = readSnapshot(open, config);
  job.control.throwIfCancelled();
  const { manifest } = readRouterFile(requireArtifact(open, run.id));
  const stored = readStoredRun(open, run, trainerConfig(config));
  const inspection = await runJobTask(deps, job, 'inspect', { snapshot, run: stored, split: input.split });
  const { goldGain } = inspection;
  const byStake = Array.from(goldGain.keys()).sort((a, b) => Math.abs(goldGain[b]) - Math.abs(goldGain[a]));
  return {
    runId: run.id,
    n: inspection.n,
    costUnit: snapshot.costUnit,
    qualityUnit: manifest.qualityUnit,
    curves: inspection.curves,
    policyCurves: inspection.policyCurves,
    calibration: inspection.calibration,
    predictedGain: Array.from(inspection.predictedGain),
    predictedCi95: inspection.predictedCi95,
    goldGain: Array.from(goldGain),
    prompts: byStake.slice(0, MOST_PROMPTS).flatMap((row) => {
      const at = inspection.rows[row];
      const prompt = findPrompt(db, snapshot.promptIds[at]);
      if (prompt === null) return [];
      return [
        {
          row,
          promptId: prompt.id,
          excerpt: prompt.text.slice(0, EXCERPT),
          category: snapshot.categories[at],
        },
      ];
    }),
    gainPercentiles: manifest.gainPercentiles ?? [],
  };
}
