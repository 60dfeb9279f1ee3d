// Finds the program of Electron, downloads it where it is missing, and runs it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', 'electron');

export const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

/** Why a window cannot work here, whatever is installed; null where it can. */
export function electronHindrance() {
  if (!hasDisplay) return 'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).';
  // Only without its sandbox, and we do not run hostile text without one.
  if (process.platform === 'linux' && process.getuid?.() === 0) return 'Electron does not run as root.';
  return null;
}

/** The program's path, or null. Never require('electron'): it would begin a download by itself. */
export function findElectron() {
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile)
    ? readFileSync(pathFile, 'utf8')
    : process.platform === 'win32'
      ? 'electron.exe'
      : 'electron';
  const path = join(elsewhere ?? join(folder, 'dist'), name);
  return existsSync(path) ? path : null;
}

/** Installs the program with the package's own script, which shows how far it is; null where that did not work. */
export async function ensureElectron() {
  const found = findElectron();
  if (found !== null) return found;
  const installer = join(folder, 'install.js');
  if (!existsSync(installer) || !(await canReachDownloads())) return null;
  console.log('Downloading Electron once (about 120 MB) …');
  await run(process.execPath, [installer], { stdio: ['ignore', 'inherit', 'ignore'] });
  return findElectron();
}

/** So that a machine without network says so at once. Behind a proxy only the installer itself can tell. */
async function canReachDownloads() {
  const { env } = process;
  if (env.HTTPS_PROXY || env.https_proxy || env.npm_config_https_proxy || env.npm_config_proxy) return true;
  const address = env.ELECTRON_MIRROR || env.npm_config_electron_mirror || 'https://github.com';
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

const STARTED_MS = 8000;

/** The exit code; null where it failed so soon that it cannot have shown a window. */
export async function runElectron(binary, projectPath) {
  const began = Date.now();
  const { code, signal } = await run(binary, [root, ...(projectPath === undefined ? [] : [projectPath])], {
    stdio: 'inherit',
  });
  if (code === 0 || signal === 'SIGINT' || signal === 'SIGTERM') return 0;
  return Date.now() - began < STARTED_MS ? null : (code ?? 1);
}

/** Ctrl-C reaches the child too; it ends by itself, and this process after it. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, ...options });
    const ignore = () => undefined;
    const forward = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', forward);
    const done = (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      resolve({ code, signal });
    };
    child.once('error', () => done(1, null));
    child.once('exit', done);
  });
}
