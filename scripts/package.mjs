// Packs the desktop application for this system, or for --linux, --mac, --win: npm run package [-- options]. electron-builder
// brings some 280 packages that nothing else needs, so it is installed apart.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build-if-stale.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
if (!existsSync(builder)) {
  console.error(
    'electron-builder is not here. Install it first: npm install --no-save electron-builder@26.17.0',
  );
  process.exit(1);
}
buildIfStale();
const args = [
  builder,
  '--config',
  'electron-builder.config.ts',
  '--publish',
  'never',
  ...process.argv.slice(2),
];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1);
