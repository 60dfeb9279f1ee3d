/** Proves a bundle that is already somewhere: whole, consistent, and deciding as it was evaluated. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toErrorPayload } from '../core/errors.ts';
import { RouterFileError } from '../runtime/errors.ts';
import { isRecord } from '../runtime/json.ts';
import { readRouterFile, type RouterFile } from '../runtime/router-file.ts';
import { readSafetensorsHeader } from '../runtime/safetensors.ts';
import { sha256Hex } from '../runtime/sha256.ts';
import { GOLDEN_FILE, MANIFEST_FILE, ROUTER_FILE } from './bundle.ts';
import { canonicalJson } from './canonical-json.ts';
import { listFiles } from './folder.ts';
import { CARD, FORMATS, ROUTER_MJS, ROUTER_PY } from './formats.ts';
import { parseGolden, type GoldenRow } from './golden.ts';
import { LITELLM_CALLBACK } from './litellm/litellm.ts';
import { checkFormat, notCompared, type FormatReport, type ParityReport } from './parity.ts';
import { createPythonFinder } from './python.ts';
import type { RuntimeFiles } from './runtime-files.ts';
import { parseSums, SUMS_FILE } from './sums.ts';

export interface VerifyOptions {
  /** The Python to run formats with; otherwise one is looked for. */
  readonly python?: string | undefined;
  /**
   * The product's own programs. Where given, a program of the bundle that differs from them is not run, because it is
   * somebody else's code: ours is run on its router file instead, and the format says so in a note. Without, the programs of
   * the bundle are run as they are.
   */
  readonly runtimes?: RuntimeFiles | undefined;
}

export interface Verification {
  /** Whether no problem was found. */
  readonly ok: boolean;
  readonly formats: ParityReport;
  readonly problems: readonly string[];
}

function explain(error: unknown): string {
  return error instanceof RouterFileError
    ? `${error.message} (${error.code})`
    : toErrorPayload(error).message;
}

async function checkSums(directory: string, files: readonly string[], problems: string[]): Promise<void> {
  if (!files.includes(SUMS_FILE)) {
    problems.push(`${SUMS_FILE} is missing.`);
    return;
  }
  const sums = parseSums(await readFile(join(directory, SUMS_FILE), 'utf8'));
  for (const name of [ROUTER_FILE, MANIFEST_FILE, GOLDEN_FILE]) {
    if (!sums.has(name)) problems.push(`${SUMS_FILE} does not list ${name}.`);
  }
  for (const [name, digest] of sums) {
    // Only what is inside the folder is opened, whatever the list says.
    if (!files.includes(name)) problems.push(`${name} is missing.`);
    else if (sha256Hex(await readFile(join(directory, name))) !== digest) {
      problems.push(`${name} is not the file that ${SUMS_FILE} lists.`);
    }
  }
}

/** Whether manifest.json says what router.safetensors says, beside its parity report. */
function isSameManifest(bytes: Uint8Array, manifestJson: string): boolean {
  const inside: unknown = JSON.parse(readSafetensorsHeader(bytes).metadata.manifest);
  const beside: unknown = JSON.parse(manifestJson);
  const rest = isRecord(beside)
    ? Object.fromEntries(Object.entries(beside).filter(([key]) => key !== 'parity'))
    : beside;
  return canonicalJson(inside) === canonicalJson(rest);
}

async function isForeign(path: string, own: string): Promise<boolean> {
  return !(await readFile(path)).equals(await readFile(own));
}

const FOREIGN =
  'the bundle carries another version of this file, which was not run; the one of this version was';

/** Why a format is not there, as the export said it. */
function reasonOf(manifestJson: string, name: string): string {
  const manifest: unknown = JSON.parse(manifestJson);
  const report = isRecord(manifest) && isRecord(manifest.parity) ? manifest.parity[name] : undefined;
  return isRecord(report) && typeof report.reason === 'string' ? report.reason : 'not part of this bundle';
}

interface Whole {
  readonly directory: string;
  readonly files: readonly string[];
  readonly bytes: Uint8Array;
  readonly file: RouterFile;
  readonly manifestJson: string;
  readonly rows: readonly GoldenRow[];
}

async function checkFormats(
  bundle: Whole,
  options: VerifyOptions,
  problems: string[],
): Promise<ParityReport> {
  const { directory, files, bytes, file, manifestJson, rows } = bundle;
  const { routerMjs, routerPy, litellmCallback } = options.runtimes ?? {};
  const own: Readonly<Record<string, string | undefined>> = {
    [ROUTER_MJS]: routerMjs,
    [ROUTER_PY]: routerPy,
    [LITELLM_CALLBACK]: litellmCallback,
  };
  const findPython = createPythonFinder(options.python);
  const report: Record<string, FormatReport> = {};
  for (const format of FORMATS) {
    const { name } = format;
    if (!files.includes(format.mainFile)) {
      report[name] = notCompared('absent', reasonOf(manifestJson, name));
      continue;
    }
    const notes = format.note === undefined ? [] : [format.note];
    const ask = await format.ask({
      folder: directory,
      bytes,
      file,
      python: findPython,
      program: async (path) => {
        const ours = own[path];
        if (ours === undefined || !(await isForeign(join(directory, path), ours)))
          return join(directory, path);
        notes.push(FOREIGN);
        return ours;
      },
    });
    if (typeof ask === 'string') {
      report[name] = notCompared('not-run', ask);
      continue;
    }
    const checked = await checkFormat(name, ask, rows, problems, format);
    report[name] = notes.length === 0 ? checked : { ...checked, note: notes.join('; ') };
  }
  const hasCard = files.includes('card.md');
  report[CARD] = hasCard ? notCompared('written') : notCompared('absent', reasonOf(manifestJson, CARD));
  return report;
}

/**
 * Checks a bundle: SHA256SUMS, the router file, manifest.json against it, and every format on the golden rows. They
 * are run only when all of that is in order.
 *
 * @throws AppError `not-found` where there is no bundle at all; what is wrong with one is in `problems`
 */
export async function verifyBundle(directory: string, options: VerifyOptions = {}): Promise<Verification> {
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() !== true) throw new AppError('not-found', `${directory} is not a folder.`);
  const files = await listFiles(directory);
  if (!files.includes(ROUTER_FILE)) {
    throw new AppError('not-found', `${directory} is not a bundle: it has no ${ROUTER_FILE}.`);
  }
  const problems: string[] = [];
  let formats: Verification['formats'] = {};
  try {
    const bytes = await readFile(join(directory, ROUTER_FILE));
    const file = readRouterFile(bytes);
    await checkSums(directory, files, problems);
    const manifestJson = await readFile(join(directory, MANIFEST_FILE), 'utf8');
    if (!isSameManifest(bytes, manifestJson)) {
      problems.push(`${MANIFEST_FILE} is not the manifest of ${ROUTER_FILE}.`);
    }
    const rows = parseGolden(await readFile(join(directory, GOLDEN_FILE), 'utf8'));
    const whole = { directory, files, bytes, file, manifestJson, rows };
    if (problems.length === 0) formats = await checkFormats(whole, options, problems);
  } catch (error) {
    problems.push(explain(error));
  }
  return { ok: problems.length === 0, formats, problems };
}
