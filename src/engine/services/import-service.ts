import { mergeStagedFiles, type StagedFile } from '../../../db/import/merge-staging.ts';
import { removeStaging, stagingPathFor } from '../../../db/import/staging-files.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';

/** Of the progress of an import: the merge is short and holds the writer, so that it reports nothing itself. */
const STAGING_PART = 0.9;

/**
 * Stages each file in a worker, then merges all of them on the engine's connection. A cancel or a failure before the merge
 * leaves the project as it was.
 */
export async function importFiles(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'import.start'>,
  job: JobContext,
): Promise<JobResult<'import.start'>> {
  const startedMs = deps.clock();
  const { file } = session();
  const staged: StagedFile[] = [];
  const paths = input.paths.map((_, i) => stagingPathFor(file.path, `${job.jobId}-${i}`));
  try {
    for (const [i, filePath] of input.paths.entries()) {
      const stagingPath = paths.at(i) ?? '';
      const part = (k: number): number => (STAGING_PART * k) / input.paths.length;
      const { format, mapping, dataset } = input;
      const task = { filePath, stagingPath, options: { format, mapping, dataset } };
      const summary = await runJobTask(deps, job, 'stage-import', task, { from: part(i), to: part(i + 1) });
      staged.push({ stagingPath, summary });
    }
    job.control.throwIfCancelled();
    job.control.report({ stage: 'Merging', fraction: STAGING_PART });
    const gold = input.gold === undefined ? undefined : { amount: input.gold, seed: input.seed };
    const report = mergeStagedFiles(file.db, staged, { clock: deps.clock, newId: deps.newId, gold });
    for (const { importId, added } of report.imports)
      emit({ name: 'import.merged', data: { importId, added: { ...added } } });
    if (report.gold?.isNew === true) {
      const { revealed, masked } = report.gold;
      emit({ name: 'gold.drawn', data: { revealed, masked } });
    }
    return {
      files: report.imports.map((each) => ({
        ...each,
        added: { ...each.added },
        alreadyThere: { ...each.alreadyThere },
      })),
      gold: report.gold,
      warnings: [],
      seconds: (deps.clock() - startedMs) / 1000,
    };
  } finally {
    // A worker that was ended could not tidy up.
    for (const path of paths) removeStaging(path);
  }
}
