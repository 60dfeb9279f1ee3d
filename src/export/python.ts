/** Finding a Python that can run router.py, and running it on rows. */
import { spawn } from 'node:child_process';
import { AppError } from '../core/errors.ts';

export interface ProcessResult {
  /** null where the program could not be started or was stopped. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with a text on standard input. A program that is not there gives exit code null. */
export async function runProcess(
  command: string,
  args: readonly string[],
  input = '',
  timeoutMs = 120_000,
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { timeout: timeoutMs, stdio: ['pipe', 'pipe', 'pipe'] });
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

/** numpy is looked for, not imported: that takes longer than the rest of an export. */
const CHECK =
  'import sys, importlib.util as u; sys.exit(0 if sys.version_info >= (3, 11) and u.find_spec("numpy") else 1)';

/**
 * The first of `preferred`, the environment's METAROUTER_PYTHON, python3 and /usr/bin/python3 that is Python 3.11 or newer
 * with numpy; null where none is. One that is named (preferred or environment) is not replaced by another in silence.
 */
export async function findPython(preferred?: string): Promise<string | null> {
  const named = preferred ?? process.env.METAROUTER_PYTHON;
  const candidates = named === undefined || named === '' ? ['python3', '/usr/bin/python3'] : [named];
  for (const candidate of candidates) {
    const { exitCode } = await runProcess(candidate, ['-c', CHECK], '', 30_000);
    if (exitCode === 0) return candidate;
  }
  return null;
}

/**
 * The answers of a router.py to lines of JSON, in one process.
 *
 * @throws AppError `parity-failed` where it does not run to its end; the message is its last line on stderr
 */
export async function askPython(
  python: string,
  routerPy: string,
  bundle: string,
  lines: readonly string[],
): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runProcess(
    python,
    ['-B', routerPy, bundle],
    lines.map((line) => `${line}\n`).join(''),
  );
  if (exitCode !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw new AppError('parity-failed', `router.py stopped with exit code ${exitCode ?? 'none'}: ${last}`);
  }
  return stdout.trimEnd().split('\n');
}
