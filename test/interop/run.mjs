// npm run test:interop: installs the programs that load a bundle beside this file, builds the product and runs the tests.
// What cannot be installed is said loudly, and its tests say so once more.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const isWindows = process.platform === 'win32';
const python = `${here}.venv/${isWindows ? 'Scripts/python.exe' : 'bin/python'}`;

/** Runs a program, its output on ours; whether it succeeded. */
function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'inherit', cwd: here, ...options }).status === 0;
}

function step(what, succeeded) {
  if (!succeeded) console.error(`\n*** NOT INSTALLED: ${what}. Its tests are not run. ***\n`);
}

if (!existsSync(python)) {
  const system = process.env.METAROUTER_PYTHON ?? 'python3';
  step('a virtual environment of Python', run(system, ['-m', 'venv', '.venv']));
}
if (existsSync(python)) {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'];
  step('the Python packages of test/interop/requirements.txt', run(python, pip));
}
// No scripts: the package of onnxruntime holds what the processor needs, its script only fetches more.
const npm = [
  'install',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--ignore-scripts',
  '--loglevel=error',
];
step('the Node packages of test/interop/package.json', run('npm', npm, { shell: isWindows }));

if (!run('npm', ['run', '-s', 'build'], { cwd: root, shell: isWindows })) process.exit(1);
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const args = [vitest, 'run', '--config', 'vitest.interop.config.ts', ...process.argv.slice(2)];
const environment = {
  ...process.env,
  ...(existsSync(python) ? { METAROUTER_PYTHON: python } : {}),
  METAROUTER_TFJS: here,
};
process.exit(run(process.execPath, args, { cwd: root, env: environment }) ? 0 : 1);
