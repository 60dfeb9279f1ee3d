/** The bundle: the folder that leaves the app, proven to decide as it was evaluated before it is put in place. */
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Manifest, TrainedRouter } from '../runtime/manifest.ts';
import { readRouterFile, type RouterFile } from '../runtime/router-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { writeCard, type Licences } from './card.ts';
import { listFiles, replaceFolder, writeSynced } from './folder.ts';
import { CARD, chooseFormats, FORMATS, type Format, type FormatFiles } from './formats.ts';
import { goldenRows, type GoldenRow } from './golden.ts';
import { checkFormat, notCompared, type FormatReport, type ParityReport } from './parity.ts';
import { createPythonFinder } from './python.ts';
import type { RuntimeFiles } from './runtime-files.ts';
import { parseSums, SUMS_FILE, writeSums } from './sums.ts';
import { writeSafetensors } from './write-safetensors.ts';

export interface BundleOptions {
  /** The folder to write; its parents are made. */
  readonly directory: string;
  readonly runtimes: RuntimeFiles;
  /** Names of formats (formats.ts); absent: all of them. */
  readonly formats?: readonly string[] | undefined;
  /** Replace a bundle that is there. Anything else that is there is never replaced. */
  readonly overwrite?: boolean;
  /** The Python to prove formats with; otherwise one is looked for. */
  readonly python?: string | undefined;
  readonly licences?: Licences;
}

export interface Bundle {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Sorted by name. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Every format that there is, written or not. */
  readonly parity: ParityReport;
}

export const ROUTER_FILE = 'router.safetensors';
export const MANIFEST_FILE = 'manifest.json';
export const GOLDEN_FILE = 'golden.jsonl';

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

/** The formats of one bundle: what was written, and why the others were not. */
interface WrittenFormats {
  readonly present: readonly Format[];
  readonly files: FormatFiles;
  readonly absent: ReadonlyMap<string, string>;
}

async function writeFormats(
  formats: readonly Format[],
  file: RouterFile,
  runtimes: RuntimeFiles,
): Promise<WrittenFormats> {
  const absent = new Map(FORMATS.map(({ name }) => [name, 'not asked for']));
  const files: Record<string, Uint8Array | string> = {};
  const present: Format[] = [];
  for (const format of formats) {
    const written = await format.write({ file, runtimes });
    if (typeof written === 'string') {
      absent.set(format.name, written);
      continue;
    }
    absent.delete(format.name);
    present.push(format);
    Object.assign(files, written);
  }
  return { present, files, absent };
}

interface Proof {
  readonly folder: string;
  readonly bytes: Uint8Array;
  readonly file: RouterFile;
  readonly rows: readonly GoldenRow[];
  readonly python: string | undefined;
}

async function proveParity(
  { present, absent }: WrittenFormats,
  { folder, bytes, file, rows, python }: Proof,
): Promise<ParityReport> {
  const problems: string[] = [];
  const findPython = createPythonFinder(python);
  const report: Record<string, FormatReport> = {};
  for (const format of FORMATS) {
    const { name, note } = format;
    if (!present.includes(format)) {
      report[name] = notCompared('absent', absent.get(name));
      continue;
    }
    const ask = await format.ask({
      folder,
      bytes,
      file,
      python: findPython,
      program: async (path) => Promise.resolve(join(folder, path)),
    });
    report[name] =
      typeof ask === 'string'
        ? notCompared('not-run', ask)
        : {
            ...(await checkFormat(name, ask, rows, problems, format)),
            ...(note === undefined ? {} : { note }),
          };
  }
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
    Object.entries(report).map(([name, entry]) => [name, { ...entry, maxAbsDiff: round(entry.maxAbsDiff) }]),
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
  const { formats, hasCard } = chooseFormats(options.formats ?? ['all']);
  const { bytes, file, manifest } = serialise(trained);
  const rows = goldenRows(file);
  const written = await writeFormats(formats, file, options.runtimes);
  const encode = (content: Uint8Array | string): Uint8Array =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const first: FormatFiles = { [ROUTER_FILE]: bytes, [GOLDEN_FILE]: jsonLines(rows), ...written.files };
  const files: Record<string, Uint8Array> = {};
  const put = async (name: string, content: Uint8Array | string): Promise<void> => {
    files[name] = encode(content);
    await writeSynced(folder, name, files[name]);
  };
  for (const [name, content] of Object.entries(first)) await put(name, content);
  const proven = await proveParity(written, { folder, bytes, file, rows, python: options.python });
  const parity = {
    ...proven,
    [CARD]: hasCard ? notCompared('written') : notCompared('absent', 'not asked for'),
  };
  const stored = roundedUp(parity);
  await put(MANIFEST_FILE, `${canonicalJson({ ...manifest, parity: stored }, 2)}\n`);
  const card: FormatFiles = hasCard ? writeCard(file.manifest, stored, options.licences) : {};
  for (const [name, content] of Object.entries(card)) await put(name, content);
  await put(SUMS_FILE, writeSums(files));
  const sizes = Object.entries(files).map(([name, content]) => ({ name, bytes: content.length }));
  return { manifest: file.manifest, parity, files: sizes.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/**
 * Writes a trained router as a bundle. Everything is written to a temporary folder beside the target and proven there: every
 * format that can be run here must reproduce the golden rows. Then it is renamed into place.
 *
 * @throws AppError `usage` (no such format), `already-exists`, `not-found` (runtimes), `parity-failed`, `invalid-input` (NaN), `internal` (a router that is
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
