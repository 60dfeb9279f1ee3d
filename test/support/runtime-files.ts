import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { RuntimeFiles } from '../../src/export/runtime-files.ts';

export const ROUTER_PY = fileURLToPath(new URL('../../src/runtime/router.py', import.meta.url));
const LITELLM_CALLBACK = fileURLToPath(
  new URL('../../src/export/litellm/metarouter_callback.py', import.meta.url),
);
const ROUTER_TS = fileURLToPath(new URL('../../src/runtime/router.ts', import.meta.url));

export async function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'metarouter-test-'));
}

/** The runtimes as a build makes them, from the sources as they are now. */
export async function buildRuntimeFiles(directory: string): Promise<RuntimeFiles> {
  const routerMjs = join(directory, 'built', 'router.mjs');
  const bundler = await rolldown({ input: ROUTER_TS, platform: 'neutral' });
  await bundler.write({ file: routerMjs, format: 'esm' });
  await bundler.close();
  return { routerMjs, routerPy: ROUTER_PY, litellmCallback: LITELLM_CALLBACK };
}
