/** The loopback host as built, in a process of its own; tells its parent the address of a tab once it listens. */
import { fileURLToPath } from 'node:url';
import type { start } from '../../../main/loopback/loopback-main.ts';

interface Built {
  readonly start: typeof start;
}

function isBuilt(value: unknown): value is Built {
  return typeof value === 'object' && value !== null && 'start' in value;
}

const entry = new URL('../../../out/main/loopback.js', import.meta.url);
const built: unknown = await import(entry.href);
if (!isBuilt(built)) throw new Error(`${fileURLToPath(entry)} does not export start: run npm run build:app.`);
const host = await built.start({ projectPath: process.argv.at(2) });
process.send?.(host.newAddress());
process.on('disconnect', () => {
  void host.close().then(() => process.exit(0));
});
