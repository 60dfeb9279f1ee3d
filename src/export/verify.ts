/** Proves a bundle that is already somewhere: whole, consistent, and deciding as it was evaluated. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toErrorPayload } from '../core/errors.ts';
import { RouterFileError } from '../runtime/errors.ts';
import { isRecord } from '../runtime/json.ts';
import { readRouterFile } from '../runtime/router-file.ts';
import { readSafetensorsHeader } from '../runtime/safetensors.ts';
import { sha256Hex } from '../runtime/sha256.ts';
import {
  GOLDEN_FILE,
  MANIFEST_FILE,
  NO_PYTHON,
  ROUTER_FILE,
  ROUTER_MJS,
  ROUTER_PY,
  type RuntimeFiles,
} from './bundle.ts';
import { canonicalJson } from './canonical-json.ts';
import { listFiles } from './folder.ts';
import { parseGolden, type GoldenRow } from './golden.ts';
import {
  askRouterMjs,
  askRouterPy,
  checkFormat,
  skipped,
  type AskFormat,
  type FormatParity,
  type SkippedFormat,
} from './parity.ts';
import { findPython } from './python.ts';
import { parseSums, SUMS_FILE } from './sums.ts';

export interface VerifyOptions {
  /** The Python to run router.py with; otherwise one is looked for. */
  readonly python?: string | undefined;
  /**
   * The product's own runtimes. Where given, a bundle's runtime that differs from them is not run, because it is somebody
   * else's code: ours is run on its router file instead, and the format says so in a note. Without, the runtimes of the
   * bundle are run as they are.
   */
  readonly runtimes?: RuntimeFiles | undefined;
}

export interface Verification {
  /** Whether no problem was found. */
  readonly ok: boolean;
  readonly formats: Readonly<Record<string, FormatParity | SkippedFormat>>;
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
  for (const name of [ROUTER_FILE, MANIFEST_FILE, GOLDEN_FILE, ROUTER_MJS, ROUTER_PY]) {
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

/** Which file to run for a runtime of the bundle: its own, or ours where its own is of another version. */
async function runnable(path: string, own: string | undefined): Promise<{ path: string; note?: string }> {
  if (own === undefined || !(await isForeign(path, own))) return { path };
  return {
    path: own,
    note: 'the bundle carries another version of this file, which was not run; the one of this version was',
  };
}

async function checkFormats(
  directory: string,
  bytes: Uint8Array,
  rows: readonly GoldenRow[],
  options: VerifyOptions,
  problems: string[],
): Promise<Verification['formats']> {
  const check = async (
    name: string,
    file: { path: string; note?: string },
    ask: (path: string) => AskFormat,
  ): Promise<FormatParity> => {
    const parity = await checkFormat(name, ask(file.path), rows, problems);
    return file.note === undefined ? parity : { ...parity, note: file.note };
  };
  const { routerMjs, routerPy } = options.runtimes ?? {};
  const mjs = await runnable(join(directory, ROUTER_MJS), routerMjs);
  const py = await runnable(join(directory, ROUTER_PY), routerPy);
  const python = await findPython(options.python);
  return {
    'router.mjs': await check('router.mjs', mjs, (path) => askRouterMjs(path, bytes)),
    'router.py':
      python === null
        ? skipped(NO_PYTHON)
        : await check('router.py', py, (path) => askRouterPy(python, path, directory)),
  };
}

/**
 * Checks a bundle: SHA256SUMS, the router file, manifest.json against it, and every runtime on the golden rows. Runtimes
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
    readRouterFile(bytes);
    await checkSums(directory, files, problems);
    if (!isSameManifest(bytes, await readFile(join(directory, MANIFEST_FILE), 'utf8'))) {
      problems.push(`${MANIFEST_FILE} is not the manifest of ${ROUTER_FILE}.`);
    }
    const rows = parseGolden(await readFile(join(directory, GOLDEN_FILE), 'utf8'));
    if (problems.length === 0) formats = await checkFormats(directory, bytes, rows, options, problems);
  } catch (error) {
    problems.push(explain(error));
  }
  return { ok: problems.length === 0, formats, problems };
}
