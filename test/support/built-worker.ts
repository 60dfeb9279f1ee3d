import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

/**
 * A worker as it ships: bundled JavaScript. A worker that Node starts from TypeScript loads the WebAssembly that strips its
 * types, and ending such workers while others start has crashed V8 (Node 24.21, `UnregisterWasmAllocation`).
 */
export async function buildWorker(source: URL): Promise<URL> {
  const input = fileURLToPath(source);
  const file = fileURLToPath(new URL(`../../dist/test/${basename(input, '.ts')}.js`, import.meta.url));
  await build({
    input,
    platform: 'node',
    logLevel: 'warn',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    output: { file, format: 'esm' },
  });
  return pathToFileURL(file);
}
