import { findPrompt } from '../../../db/repositories/prompts.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { readRun, requireArtifact } from './run-service.ts';

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
  const { runId, snapshot, stored } = readRun(open, input.runId);
  job.control.throwIfCancelled();
  const { manifest } = readRouterFile(requireArtifact(open, runId));
  const inspection = await runJobTask(deps, job, 'inspect', { snapshot, run: stored, split: input.split });
  const { goldGain } = inspection;
  const byStake = Array.from(goldGain.keys()).sort((a, b) => Math.abs(goldGain[b]) - Math.abs(goldGain[a]));
  return {
    runId,
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
