import type { Answer } from '../../src/contract/methods.ts';
import { resolve } from 'node:path';
import type { PageCalls } from './guarded-ipc.ts';
import type { ProjectWindow } from './project-window.ts';

/** The windows there are: one a project, so that a project is never open twice. */
export interface ProjectWindows {
  readonly openWindow: (initialProject: string | null) => void;
  /** Brings the window of a project to the front, or opens it: in a window without a project, else in a new one. */
  readonly openProject: (path: string) => void;
  readonly count: () => number;
  readonly callsOf: (webContentsId: number) => PageCalls | null;
  readonly list: () => readonly ProjectWindow[];
}

export function createProjectWindows(open: (initialProject: string | null) => ProjectWindow): ProjectWindows {
  const windows = new Map<number, ProjectWindow>();

  function openWindow(initialProject: string | null): void {
    const opened = open(initialProject);
    const { id } = opened.window.webContents;
    windows.set(id, opened);
    opened.window.once('closed', () => {
      windows.delete(id);
    });
  }

  function holderOf(path: string): ProjectWindow | undefined {
    return [...windows.values()].find(({ workspace }) => workspace.engine.project() === resolve(path));
  }

  function callEngine(own: ProjectWindow, method: string, input: unknown): Promise<Answer<unknown>> {
    const path = method === 'project.open' ? pathIn(input) : null;
    const holder = path === null ? undefined : holderOf(path);
    if (holder === undefined || holder === own) return own.callEngine(method, input);
    bringToFront(holder);
    const message = 'This project is open in another window, which is now in front.';
    return Promise.resolve({ ok: false, error: { code: 'locked', message } });
  }

  return {
    openWindow,
    openProject: (path) => {
      const holder = holderOf(path);
      if (holder !== undefined) {
        bringToFront(holder);
        return;
      }
      const empty = [...windows.values()].find(({ workspace }) => workspace.engine.project() === null);
      if (empty === undefined) {
        openWindow(path);
        return;
      }
      empty.workspace.tell({ name: 'host.openRequested', data: { path } });
      bringToFront(empty);
    },
    count: () => windows.size,
    callsOf: (webContentsId) => {
      const own = windows.get(webContentsId);
      if (own === undefined) return null;
      return { callEngine: (method, input) => callEngine(own, method, input), callHost: own.callHost };
    },
    list: () => [...windows.values()],
  };
}

function bringToFront({ window }: ProjectWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

function pathIn(input: unknown): string | null {
  const hasPath = typeof input === 'object' && input !== null && 'path' in input;
  return hasPath && typeof input.path === 'string' ? input.path : null;
}
