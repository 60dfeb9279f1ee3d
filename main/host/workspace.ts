import { createClient } from '../../src/contract/client.ts';
import type { WindowEvent } from '../../src/contract/host.ts';
import { isHostEvent } from '../../src/contract/host.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { StartEngine } from '../engine/engine-messages.ts';
import { superviseEngine, type EngineSupervisor } from '../engine/engine-supervisor.ts';
import { commonHandlers } from './common-handlers.ts';
import { demoOpener } from './demo.ts';
import type { KnownProjects } from './known-projects.ts';
import type { UserFolders } from './user-folders.ts';

/** One engine with what surrounds it: what a window, or all tabs of a loopback host, work with. */
export interface Workspace {
  readonly engine: EngineSupervisor;
  readonly handlers: ReturnType<typeof commonHandlers>;
  /** Hears what the engine and the host tell; answers a function that ends it. */
  readonly listen: (listener: (event: WindowEvent) => void) => () => void;
  readonly tell: (event: WindowEvent) => void;
  /** What a page that comes now is to show: the open project, or at first the one this was started with. */
  readonly projectToShow: () => string | null;
}

export function openWorkspace(deps: {
  readonly startEngine: StartEngine;
  readonly folders: UserFolders;
  readonly projects: KnownProjects;
  readonly clock: Clock;
  readonly initialProject: string | null;
}): Workspace {
  let initialProject = deps.initialProject;
  const listeners = new Set<(event: WindowEvent) => void>();
  const listen = (listener: (event: WindowEvent) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const tell = (event: WindowEvent): void => {
    if (event.name === 'project.opened') {
      initialProject = null;
      deps.projects.remember(event.data.path, event.data.name);
    }
    for (const listener of [...listeners]) listener(event);
  };
  const engine = superviseEngine({ start: deps.startEngine, clock: deps.clock, tell });
  const client = createClient({
    call: engine.call,
    subscribe: (listener, { signal }) => {
      const stop = listen((event) => {
        if (!isHostEvent(event)) listener(event);
      });
      signal.addEventListener('abort', stop, { once: true });
    },
  });
  const openDemo = demoOpener(deps.folders.demo, client);
  return {
    engine,
    handlers: commonHandlers({ folders: deps.folders, projects: deps.projects, openDemo }),
    listen,
    tell,
    projectToShow: () => engine.project() ?? initialProject,
  };
}
