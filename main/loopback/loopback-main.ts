import type { RequestListener } from 'node:http';
import type { LoopbackHost } from './loopback-host.ts';
import { runLoopback } from './run-loopback.ts';

/** What scripts/start.mjs and scripts/dev.mjs run, from the sources or as built into out/main. */
export function start(given: {
  readonly projectPath?: string | undefined;
  readonly servePage?: RequestListener;
}): Promise<LoopbackHost> {
  const isBuilt = import.meta.url.endsWith('.js');
  const at = (built: string, source: string): URL => new URL(isBuilt ? built : source, import.meta.url);
  return runLoopback({
    locations: {
      processUrl: at('./engine-process.js', '../engine/engine-process.ts'),
      workerUrl: at('./task-worker.js', '../../src/engine/task-worker.ts'),
      runtimeUrl: at('../../dist/runtime/', '../../dist/runtime/'),
    },
    rendererRoot: at('../renderer/', '../../out/renderer/'),
    ...given,
  });
}
