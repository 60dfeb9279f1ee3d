import { join } from 'node:path';
import { z } from '../../src/contract/zod.ts';
import type { OpenDemo } from './demo.ts';
import type { HostHandlers } from './host-calls.ts';
import { jsonFile } from './json-file.ts';
import type { KnownProjects } from './known-projects.ts';
import type { UserFolders } from './user-folders.ts';

type CommonMethod =
  'host.projects' | 'host.forgetProject' | 'host.openDemo' | 'host.readSettings' | 'host.writeSettings';

const settingsFile = z.record(z.string(), z.unknown());

/** What both hosts do alike. */
export function commonHandlers(deps: {
  readonly folders: UserFolders;
  readonly projects: KnownProjects;
  readonly openDemo: OpenDemo;
}): Pick<HostHandlers, CommonMethod> {
  const settings = jsonFile<Readonly<Record<string, unknown>>>(
    join(deps.folders.data, 'settings.json'),
    settingsFile,
    {},
  );
  return {
    'host.projects': () => ({ projects: deps.projects.list() }),
    'host.forgetProject': ({ path }) => {
      deps.projects.forget(path);
      return {};
    },
    'host.openDemo': async () => ({ path: await deps.openDemo() }),
    'host.readSettings': () => ({ settings: settings.read() }),
    'host.writeSettings': (input) => {
      settings.write(input.settings);
      return {};
    },
  };
}
