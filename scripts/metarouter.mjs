// Runs the built command line; says what to do where it has not been built.
import { existsSync } from 'node:fs';

const built = new URL('../dist/metarouter.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error('metarouter: the program is not built yet. Run: npm run build');
  process.exitCode = 1;
}
