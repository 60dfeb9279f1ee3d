import { fileURLToPath } from 'node:url';
import { insertExport } from '../../../db/repositories/exports.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import type { JobResult, MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { buildBundle, type RuntimeFiles } from '../../export/bundle.ts';
import { verifyBundle } from '../../export/verify.ts';
import type { TrainedRouter } from '../../runtime/manifest.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { requireArtifact, requireRun } from './run-service.ts';

/** What this version writes; the other formats of the bundle are named in its documentation as not available yet. */
const FORMATS = ['safetensors', 'mjs', 'py'];

/** Writes a run's router as a bundle: proven first, then renamed into place. */
export async function exportBundle(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'bundle.export'>,
  job: JobContext,
): Promise<JobResult<'bundle.export'>> {
  const open = session();
  requireFormats(input.formats);
  const run = requireRun(getRun(open.file.db, input.runId), input.runId);
  const trained = readTrainedRouter(requireArtifact(open, run.id));
  job.control.throwIfCancelled();
  job.control.report({ stage: 'Writing and proving', fraction: 0.1 });
  const bundle = await buildBundle(trained, {
    directory: input.directory,
    runtimes: runtimeFiles(deps.runtimeUrl),
    overwrite: input.overwrite,
  });
  const exportId = deps.newId();
  const { directory, files, parity } = bundle;
  insertExport(open.file.db, {
    id: exportId,
    runId: run.id,
    directory,
    formats: FORMATS,
    createdMs: deps.clock(),
  });
  emit({ name: 'bundle.exported', data: { exportId, runId: run.id, directory } });
  job.control.report({ stage: 'Done', fraction: 1 });
  return { exportId, runId: run.id, directory, files, parity };
}

/** Proves a bundle, running only the runtimes that are this version's own. */
export async function verify(
  { deps }: EngineContext,
  input: ParsedInput<'bundle.verify'>,
): Promise<MethodOutput<'bundle.verify'>> {
  return verifyBundle(input.directory, { runtimes: runtimeFiles(deps.runtimeUrl) });
}

function runtimeFiles(runtimeUrl: URL): RuntimeFiles {
  return {
    routerMjs: fileURLToPath(new URL('router.mjs', runtimeUrl)),
    routerPy: fileURLToPath(new URL('router.py', runtimeUrl)),
  };
}

function readTrainedRouter(bytes: Uint8Array): TrainedRouter {
  const { manifest, tensors } = readRouterFile(bytes);
  return { manifest, tensors };
}

function requireFormats(formats: readonly string[]): void {
  const unknown = formats.find((format) => format !== 'all' && !FORMATS.includes(format));
  if (unknown === undefined) return;
  throw new AppError(
    'usage',
    `There is no format ${unknown}. Formats of this version: ${FORMATS.join(', ')} (a bundle always holds all of them).`,
  );
}
