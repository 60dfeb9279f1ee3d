import { fileURLToPath } from 'node:url';
import { listCertificates } from '../../../db/repositories/checks.ts';
import { insertExport } from '../../../db/repositories/exports.ts';
import type { ReadableDb } from '../../../db/sqlite.ts';
import { certificateDocument } from '../../contract/certificates.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import type { JobResult, MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { buildBundle } from '../../export/bundle.ts';
import { chooseFormats } from '../../export/formats.ts';
import type { RuntimeFiles } from '../../export/runtime-files.ts';
import type { ParityReport } from '../../export/parity.ts';
import { verifyBundle } from '../../export/verify.ts';
import type { TrainedRouter } from '../../runtime/manifest.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import type { Session } from '../session.ts';
import { operatingPointsOf } from './point-service.ts';
import { requireArtifact, requireRun } from './run-service.ts';

/** Writes a run's router as a bundle: proven first, then renamed into place. */
export async function exportBundle(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'bundle.export'>,
  job: JobContext,
): Promise<JobResult<'bundle.export'>> {
  const open = session();
  chooseFormats(input.formats); // an unknown one is refused before anything is done
  const run = requireRun(getRun(open.file.db, input.runId), input.runId);
  const trained = withCertificate(readTrainedRouter(open, run.id), certifiedOf(open.file.db, run.id));
  job.control.throwIfCancelled();
  job.control.report({ stage: 'Writing and proving', fraction: 0.1 });
  const bundle = await buildBundle(trained, {
    directory: input.directory,
    runtimes: runtimeFiles(deps.runtimeUrl),
    overwrite: input.overwrite,
    formats: input.formats,
  });
  const exportId = deps.newId();
  const { directory, files, parity } = bundle;
  insertExport(open.file.db, {
    id: exportId,
    runId: run.id,
    directory,
    formats: ['router.safetensors', ...writtenFormats(parity)],
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
    litellmCallback: fileURLToPath(new URL('metarouter_callback.py', runtimeUrl)),
  };
}

/** As it was trained, with the operating points that were saved since. */
function readTrainedRouter(open: Session, runId: string): TrainedRouter {
  const { manifest, tensors } = readRouterFile(requireArtifact(open, runId));
  return { manifest: { ...manifest, operatingPoints: operatingPointsOf(open, runId, manifest) }, tensors };
}

/** The newest certificate of a run that certifies something. */
function certifiedOf(db: ReadableDb, runId: string): Readonly<Record<string, unknown>> | null {
  const all = listCertificates(db, runId).map((document) => certificateDocument.parse(document));
  const newest = all.find(({ chosen }) => chosen !== null);
  if (newest === undefined) return null;
  const { tested: _, ...said } = newest;
  return said;
}

function withCertificate(
  { manifest, tensors }: TrainedRouter,
  certificate: Readonly<Record<string, unknown>> | null,
): TrainedRouter {
  return certificate === null ? { manifest, tensors } : { manifest: { ...manifest, certificate }, tensors };
}

function writtenFormats(parity: ParityReport): string[] {
  return Object.entries(parity).flatMap(([name, { state }]) => (state === 'absent' ? [] : [name]));
}
