import { listSources } from '../../../db/repositories/sources.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import { TRAIN_DEFAULTS } from '../../routing/run.ts';
import { readPairSnapshot } from './snapshot-service.ts';

type Result = JobResult<'bias.estimate'>;

/**
 * Gold minus preference for each source. Where none is named, sources with too few labels for this pair are left out with
 * a warning; a named one fails the job.
 */
export async function estimateBiases(
  { deps, session }: EngineContext,
  input: ParsedInput<'bias.estimate'>,
  job: JobContext,
): Promise<Result> {
  const { strong, cheap, seed } = input;
  const isNamed = input.sources.length > 0;
  const names = isNamed ? input.sources : listSources(session().file.db).map((source) => source.name);
  if (names.length === 0) {
    throw new AppError('not-enough-data', 'The project has no preferences yet: import some first.');
  }
  const { repeats, dimensions } = TRAIN_DEFAULTS;
  const sources: Result['sources'][number][] = [];
  const warnings: Result['warnings'][number][] = [];
  for (const [i, source] of names.entries()) {
    job.control.throwIfCancelled();
    const snapshot = readPairSnapshot(session(), { strong, cheap, source, stage: 'route', signals: [] });
    const part = { from: i / names.length, to: (i + 1) / names.length };
    try {
      const config = { seed, repeats, dimensions };
      const report = await runJobTask(deps, job, 'bias', { snapshot, config }, part);
      sources.push({ ...report, source });
    } catch (error) {
      if (isNamed || !(error instanceof AppError) || error.code !== 'not-enough-data') throw error;
      warnings.push({ code: 'source-left-out', message: error.message });
    }
  }
  if (sources.length === 0) {
    throw new AppError('not-enough-data', warnings.map((w) => w.message).join(' '));
  }
  return { pair: { strong, cheap }, sources, warnings };
}
