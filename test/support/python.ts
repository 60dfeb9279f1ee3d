import { dirname } from 'node:path';
import { createPythonFinder, runProcess } from '../../src/export/python.ts';
import { ROUTER_PY } from './runtime-files.ts';

/** A Python with numpy, or null – said loudly, because then half of what leaves the app has not been tested. */
export async function pythonOrWarning(what: string): Promise<string | null> {
  const python = await createPythonFinder()();
  if (python === null) {
    process.stderr.write(
      `\n*** NOT TESTED: ${what}. No Python 3.11 with numpy (set METAROUTER_PYTHON). ***\n\n`,
    );
  }
  return python;
}

/**
 * Runs a piece of Python with `router` imported; it answers each line of JSON on standard input with one on standard output:
 * the script defines `answer(value)`.
 */
export async function askRouterModule(
  python: string,
  script: string,
  values: readonly unknown[],
): Promise<unknown[]> {
  const program = [
    'import json, sys',
    'sys.path.insert(0, sys.argv[1])',
    'import router',
    script,
    'for line in sys.stdin:',
    '    print(json.dumps(answer(json.loads(line))))',
  ].join('\n');
  const input = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const { exitCode, stdout, stderr } = await runProcess(
    python,
    ['-B', '-c', program, dirname(ROUTER_PY)],
    input,
  );
  if (exitCode !== 0) throw new Error(`Python failed: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}
