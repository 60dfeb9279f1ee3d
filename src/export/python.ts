/** Finding a Python that can run router.py, and running it on rows. */
import { spawn } from 'node:child_process';
import { AppError } from '../core/errors.ts';

export interface ProcessResult {
  /** null where the program could not be started or was stopped. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly timeoutMs?: number;
  /** Instead of this process's own environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs a program to its end with a text on standard input. A program that is not there gives exit code null. */
export async function runProcess(
  command: string,
  args: readonly string[],
  input = '',
  { timeoutMs = 120_000, environment = process.env }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      timeout: timeoutMs,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const finish = (exitCode: number | null): void => {
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    };
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', () => {
      finish(null);
    });
    child.on('close', finish);
    // A child that stops reading early says why on stderr; the broken pipe itself is no news.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Modules are looked for, not imported: that takes longer than the rest of an export. */
const PROBE = `import sys, importlib.util as u
print(*[name for name in sys.argv[1:] if sys.version_info >= (3, 11) and u.find_spec(name)])`;

/** What formats may need beside numpy. */
const KNOWN_MODULES = ['numpy', 'onnxruntime'];

interface FoundPython {
  readonly command: string;
  readonly modules: ReadonlySet<string>;
}

async function probe(command: string): Promise<FoundPython> {
  const { stdout } = await runProcess(command, ['-c', PROBE, ...KNOWN_MODULES], '', { timeoutMs: 60_000 });
  return { command, modules: new Set(stdout.trim().split(' ')) };
}

/**
 * A way to find a Python: the first of `preferred`, the environment's METAROUTER_PYTHON, python3 and /usr/bin/python3 that is
 * Python 3.11 or newer with numpy and the other modules; null where none is. One that is named (preferred or environment) is
 * not replaced by another in silence. Each is asked once.
 */
export function createPythonFinder(
  preferred?: string,
): (modules?: readonly string[]) => Promise<string | null> {
  const named = preferred ?? process.env.METAROUTER_PYTHON;
  const candidates = named === undefined || named === '' ? ['python3', '/usr/bin/python3'] : [named];
  const probed = new Map<string, Promise<FoundPython>>();
  return async (modules = []) => {
    for (const candidate of candidates) {
      const asked = probed.get(candidate) ?? probe(candidate);
      probed.set(candidate, asked);
      const found = await asked;
      if (['numpy', ...modules].every((name) => found.modules.has(name))) return found.command;
    }
    return null;
  };
}

/** As `createPythonFinder` finds it, for one question. */
export async function findPython(preferred?: string): Promise<string | null> {
  return createPythonFinder(preferred)();
}

/**
 * The answers of a Python program to lines of text, a line each, in one process.
 *
 * @param what it is, for the message of an error
 * @throws AppError `parity-failed` where it does not run to its end; the message is its last line on stderr
 */
export async function askProgram(
  what: string,
  python: string,
  args: readonly string[],
  lines: readonly string[],
  options: ProcessOptions = {},
): Promise<readonly string[]> {
  const input = lines.map((line) => `${line}\n`).join('');
  const { exitCode, stdout, stderr } = await runProcess(python, ['-B', ...args], input, options);
  if (exitCode !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw new AppError('parity-failed', `${what} stopped with exit code ${exitCode ?? 'none'}: ${last}`);
  }
  return stdout.trimEnd().split('\n');
}
