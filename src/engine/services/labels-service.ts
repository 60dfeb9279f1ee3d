import { existsSync, statSync } from 'node:fs';
import { iterateLabelRows } from '../../../db/repositories/label-rows.ts';
import { countPrompts } from '../../../db/repositories/prompts.ts';
import { listSources } from '../../../db/repositories/sources.ts';
import { rubricReader } from '../../annotate/export-rubrics.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { writeLabels } from '../../dataset/write-labels.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';

/** Writes the labels of the project to one file: whole, or not at all. */
export async function exportLabels(
  { session, emit }: EngineContext,
  input: ParsedInput<'labels.export'>,
  job: JobContext,
): Promise<JobResult<'labels.export'>> {
  const { db } = session().file;
  const { path, format } = input;
  if (existsSync(path) && !input.overwrite) {
    throw new AppError(
      'already-exists',
      `There is a file ${path}. Choose another name, or let it be replaced.`,
    );
  }
  const known = listSources(db).map(({ name }) => name);
  const unknown = input.sources?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new AppError('usage', `There is no source ${unknown}. Sources: ${known.join(', ')}.`);
  }
  const total = countPrompts(db);
  const rows = iterateLabelRows(db, {
    includesGold: input.includesGold,
    sources: input.sources ?? null,
    ...(format === 'healthbench' ? { rubricsOf: rubricReader(db) } : {}),
  });
  const written = await writeLabels(path, format, rows, (done) => {
    job.control.throwIfCancelled();
    job.control.report({ stage: 'Writing', fraction: done / total, done, total, unit: 'prompts' });
  });
  emit({ name: 'labels.exported', data: { path } });
  return {
    path,
    format,
    bytes: statSync(path).size,
    prompts: written.prompts,
    records: written.records,
    warnings: Object.entries(written.leftOut).map(([what, count]) => ({
      code: 'left-out',
      message: `Left out, because this format has no place for them: ${what} (${count}).`,
    })),
  };
}
