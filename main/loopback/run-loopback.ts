import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestListener } from 'node:http';
import packageJson from '../../package.json' with { type: 'json' };
import { forkEngine, type EngineLocations } from '../engine/fork-engine.ts';
import { defaultUserData } from '../host/user-folders.ts';
import { startLoopbackHost, type LoopbackHost } from './loopback-host.ts';

/** Starts the loopback host of this checkout. `projectPath`: the project to open first. */
export function runLoopback(given: {
  readonly locations: EngineLocations;
  readonly rendererRoot: URL;
  readonly projectPath?: string | undefined;
  readonly servePage?: RequestListener;
}): Promise<LoopbackHost> {
  return startLoopbackHost({
    startEngine: forkEngine(given.locations),
    rendererRoot: fileURLToPath(given.rendererRoot),
    userData: defaultUserData(process.env, process.platform),
    version: packageJson.version,
    clock: () => Date.now(),
    initialProject: given.projectPath === undefined ? null : resolve(given.projectPath),
    ...(given.servePage === undefined ? {} : { servePage: given.servePage }),
  });
}
