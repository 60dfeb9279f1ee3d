/** The bundle: the folder that leaves the app, proven to decide as it was evaluated before it is put in place. */
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Manifest, TrainedRouter } from '../runtime/manifest.ts';
import { readRouterFile, type RouterFile } from '../runtime/router-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { writeCard, type Licences } from './card.ts';
import { listFiles, replaceFolder, writeSynced } from './folder.ts';
import { goldenRows, type GoldenRow } from './golden.ts';
import {
  askRouterMjs,
  askRouterPy,
  checkFormat,
  skipped,
  type FormatParity,
  type ParityReport,
  type SkippedFormat,
} from './parity.ts';
import { findPython } from './python.ts';
import { parseSums, SUMS_FILE, writeSums } from './sums.ts';
import { writeSafetensors } from './write-safetensors.ts';

/** Where the built runtimes are (dist/runtime of the product). */
export interface RuntimeFiles {
  readonly routerMjs: string;
  readonly routerPy: string;
}

export interface BundleOptions {
  /** The folder to write; its parents are made. */
  readonly directory: string;
  readonly runtimes: RuntimeFiles;
  /** Replace a bundle that is there. Anything else that is there is never replaced. */
  readonly overwrite?: boolean;
  /** The Python to prove router.py with; otherwise one is looked for. */
  readonly python?: string | undefined;
  readonly licences?: Licences;
}

export interface Bundle {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Sorted by name. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly parity: ParityReport;
}

export const ROUTER_FILE = 'router.safetensors';
export const MANIFEST_FILE = 'manifest.json';
export const GOLDEN_FILE = 'golden.jsonl';
export const ROUTER_MJS = 'runtime/router.mjs';
export const ROUTER_PY = 'runtime/router.py';
export const NO_PYTHON =
  'no Python 3.11 or newer with numpy was found; set METAROUTER_PYTHON to one and verify the bundle';

/** What Python leaves beside a module that was imported is nobody's work. */
function isLeftover(name: string): boolean {
  return name.split('/').includes('__pycache__');
}

/** Refuses a target that holds anything but nothing, or a bundle that may be overwritten. */
async function checkTarget(directory: string, overwrite: boolean): Promise<void> {
  const found = await listFiles(directory);
  if (found.length === 0) return;
  const sums = found.includes(SUMS_FILE) && found.includes(ROUTER_FILE);
  if (!sums) {
    throw new AppError(
      'already-exists',
      `${directory} is not empty and is not a bundle: choose a folder that does not exist yet.`,
    );
  }
  const known = parseSums(await readFile(join(directory, SUMS_FILE), 'utf8'));
  const foreign = found.find((name) => name !== SUMS_FILE && !known.has(name) && !isLeftover(name));
  if (foreign !== undefined) {
    throw new AppError(
      'already-exists',
      `${directory} holds ${foreign}, which is not part of the bundle there: move it away or choose another folder.`,
    );
  }
  if (!overwrite) {
    throw new AppError(
      'already-exists',
      `${directory} holds a bundle already: allow overwriting or choose another folder.`,
    );
  }
}

async function readRuntime(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('not-found', `The runtime ${basename(path)} is missing: build the product first.`, {
      cause,
    });
  }
}

/** A folder of a new name beside the target, so that the rename stays on one disk. */
async function makeSibling(directory: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const path = join(dirname(directory), `.${basename(directory)}.${process.pid}-${attempt}.partial`);
    try {
      await mkdir(path);
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || attempt > 100) throw error;
    }
  }
}

async function proveParity(
  folder: string,
  bytes: Uint8Array,
  rows: readonly GoldenRow[],
  python?: string,
): Promise<ParityReport> {
  const problems: string[] = [];
  const report: Record<string, FormatParity | SkippedFormat> = {};
  report['router.mjs'] = await checkFormat(
    'router.mjs',
    askRouterMjs(join(folder, ROUTER_MJS), bytes),
    rows,
    problems,
  );
  const found = await findPython(python);
  report['router.py'] =
    found === null
      ? skipped(NO_PYTHON)
      : await checkFormat('router.py', askRouterPy(found, join(folder, ROUTER_PY), folder), rows, problems);
  if (problems.length === 0) return report;
  throw new AppError('parity-failed', `Nothing was exported. ${problems.join(' ')}`, {
    details: { parity: report },
  });
}

/** Differences rounded up to a power of ten, so that the bytes of a bundle do not depend on the machine's last digit. */
function roundedUp(report: ParityReport): ParityReport {
  const round = (difference: number | null): number | null =>
    difference === null ? null : Number(`1e${Math.ceil(Math.log10(Math.max(difference, 1e-12)))}`);
  return Object.fromEntries(
    Object.entries(report).map(([name, entry]) => [
      name,
      'skipped' in entry ? entry : { ...entry, maxAbsDiff: round(entry.maxAbsDiff) },
    ]),
  );
}

function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${canonicalJson(row)}\n`).join('');
}

/** What is written, read back as production will. */
function serialise(trained: TrainedRouter): { bytes: Uint8Array; file: RouterFile; manifest: Manifest } {
  const { bytes, manifest } = writeSafetensors(trained);
  try {
    return { bytes, file: readRouterFile(bytes), manifest };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('internal', `The trained router is not valid: ${why}`, { cause });
  }
}

/** Removes what a failed export made: its temporary folder, and new parents that are empty. */
async function cleanUp(temporary: string, firstMade: string | undefined): Promise<void> {
  await rm(temporary, { recursive: true, force: true });
  if (firstMade === undefined) return;
  for (let folder = dirname(temporary); folder.startsWith(firstMade); folder = dirname(folder)) {
    const isRemoved = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

async function fill(
  folder: string,
  trained: TrainedRouter,
  options: BundleOptions,
): Promise<Omit<Bundle, 'directory'>> {
  const { bytes, file, manifest } = serialise(trained);
  const rows = goldenRows(file);
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = {
    [ROUTER_FILE]: bytes,
    [ROUTER_MJS]: await readRuntime(options.runtimes.routerMjs),
    [ROUTER_PY]: await readRuntime(options.runtimes.routerPy),
    [GOLDEN_FILE]: encoder.encode(jsonLines(rows)),
  };
  for (const [name, content] of Object.entries(files)) await writeSynced(folder, name, content);
  const parity = await proveParity(folder, bytes, rows, options.python);
  const stored = roundedUp(parity);
  const rest: Record<string, Uint8Array> = {
    [MANIFEST_FILE]: encoder.encode(`${canonicalJson({ ...manifest, parity: stored }, 2)}\n`),
    'card.md': encoder.encode(writeCard(file.manifest, stored, options.licences)),
  };
  rest[SUMS_FILE] = encoder.encode(writeSums({ ...files, ...rest }));
  for (const [name, content] of Object.entries(rest)) await writeSynced(folder, name, content);
  const sizes = Object.entries({ ...files, ...rest }).map(([name, content]) => ({
    name,
    bytes: content.length,
  }));
  return { manifest: file.manifest, parity, files: sizes.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/**
 * Writes a trained router as a bundle. Everything is written to a temporary folder beside the target and proven there:
 * router.mjs and (where there is a Python) router.py must reproduce the golden rows. Then it is renamed into place.
 *
 * @throws AppError `already-exists`, `not-found` (runtimes), `parity-failed`, `invalid-input` (NaN), `internal` (a router that is
 *   not valid); then nothing is left behind
 */
export async function buildBundle(trained: TrainedRouter, options: BundleOptions): Promise<Bundle> {
  const directory = resolve(options.directory);
  await checkTarget(directory, options.overwrite ?? false);
  const firstMade = await mkdir(dirname(directory), { recursive: true });
  const temporary = await makeSibling(directory);
  try {
    const bundle = await fill(temporary, trained, options);
    await replaceFolder(temporary, directory);
    return { directory, ...bundle };
  } catch (error) {
    await cleanUp(temporary, firstMade);
    throw error;
  }
}
