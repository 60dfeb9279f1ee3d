// Opens the application: npm start [-- [--browser] [PROJECT or PACK]]. In a window of Electron where that works on this machine,
// else the same application in the browser.
import { resolve } from 'node:path';
import { buildIfStale } from './build-if-stale.mjs';
import { electronHindrance, ensureElectron, runElectron } from './electron-binary.mjs';
import { runInBrowser } from './run-in-browser.mjs';

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--browser');
if (unknown !== undefined) {
  console.error(
    `npm start does not know ${unknown}. Possible: npm start -- [--browser] [PROJECT.mrproj | PACK.mrpack]`,
  );
  process.exit(2);
}
const project = args.find((arg) => !arg.startsWith('-'));
const projectPath = project === undefined ? undefined : resolve(project);

buildIfStale();
const hindrance = args.includes('--browser') ? null : (electronHindrance() ?? (await tryElectron()));
if (hindrance !== null) console.log(`${hindrance} Opening in the browser instead.`);
const { start } = await import('../out/main/loopback.js');
await runInBrowser({ start, projectPath });

/** Ends this process with Electron's; answers why it could not be run. */
async function tryElectron() {
  const binary = await ensureElectron();
  if (binary === null) return 'The Electron program is not here and could not be downloaded.';
  const code = await runElectron(binary, projectPath);
  if (code !== null) process.exit(code);
  return 'Electron did not start on this machine.';
}
