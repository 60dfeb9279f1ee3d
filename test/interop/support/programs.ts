/** The programs that `npm run test:interop` installed. */
import { createRequire } from 'node:module';
import { runProcess } from '../../../src/export/python.ts';

const require = createRequire(new URL('../package.json', import.meta.url));

function warn(what: string): void {
  process.stderr.write(`\n*** NOT TESTED: ${what} is not installed (npm run test:interop). ***\n\n`);
}

/** A module of test/interop/node_modules, or null – said loudly. */
export function nodeModule(name: string): unknown {
  try {
    const found: unknown = require(name);
    return found;
  } catch (error) {
    warn(`${name} (${String(error).split('\n')[0]})`);
    return null;
  }
}

/** The Python of the virtual environment where it has these modules, or null – said loudly. */
export async function pythonWith(...modules: readonly string[]): Promise<string | null> {
  const python = process.env.METAROUTER_PYTHON ?? 'python3';
  const script = `import importlib.util as u, sys; sys.exit(0 if all(u.find_spec(m) for m in sys.argv[1:]) else 1)`;
  const { exitCode } = await runProcess(python, ['-c', script, ...modules]);
  if (exitCode === 0) return python;
  warn(`Python with ${modules.join(', ')}`);
  return null;
}

/** Runs a Python script on lines of JSON and gives its lines of JSON; the script finds its arguments in sys.argv. */
export async function askPython(
  python: string,
  script: string,
  args: readonly string[],
  values: readonly unknown[] = [],
): Promise<unknown[]> {
  const input = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const { exitCode, stdout, stderr } = await runProcess(python, ['-B', '-c', script, ...args], input);
  if (exitCode !== 0) throw new Error(`Python failed: ${stderr.slice(-2000)}`);
  const lines = stdout.trim().split('\n');
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}
