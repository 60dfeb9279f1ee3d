// Builds the program and the window where a source is newer than what was built last.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'out', '.built');
const sources = ['src', 'db', 'main', 'renderer', 'resources', 'package.json', 'package-lock.json'];
const configs = ['electron.vite.config.ts', 'rolldown.config.mjs', 'svelte.config.js'];

export function buildIfStale() {
  if (!isStale()) return;
  console.log('Building the application …');
  // Before the build: what is saved meanwhile is newer.
  const began = new Date();
  buildProgram();
  build(['electron-vite', 'bin', 'electron-vite.js'], ['build', '--logLevel', 'error']);
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stamp, began.toISOString());
}

/** The runtime that every bundle ships is in it. */
export function buildProgram() {
  build(['rolldown', 'bin', 'cli.mjs'], ['-c', 'rolldown.config.mjs', '--log-level', 'warn']);
}

function isStale() {
  if (!existsSync(stamp) || !existsSync(join(root, 'dist', 'runtime'))) return true;
  const built = statSync(stamp).mtimeMs;
  return [...sources, ...configs].some((name) => newest(join(root, name)) > built);
}

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function build(bin, args) {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', ...bin), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ELECTRON_MAJOR_VER: '45' },
    });
  } catch (error) {
    console.error(String(error.stderr || error.stdout || error.message));
    console.error('The application could not be built; the reason is above.');
    process.exit(1);
  }
}
