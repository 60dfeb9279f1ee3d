import type { App } from 'electron';
import { resolve } from 'node:path';
import { PACK_EXTENSION, PROJECT_EXTENSION } from '../host/known-projects.ts';

/** The project file among the arguments that a program was started with, if there is one. */
export function projectAmong(args: readonly string[], workingDirectory: string): string | null {
  // The first is the program itself; a switch is never a file.
  const path = args.slice(1).find((arg) => !arg.startsWith('-') && isOpenable(arg));
  return path === undefined ? null : resolve(workingDirectory, path);
}

/** Project files opened from outside: a double click, the dock, or a second start of the application. */
export function onOpenRequests(
  app: App,
  actions: { readonly openProject: (path: string) => void; readonly openWindow: () => void },
): void {
  app.on('second-instance', (_event, args, workingDirectory) => {
    const path = projectAmong(args, workingDirectory);
    if (path === null) actions.openWindow();
    else actions.openProject(path);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    actions.openProject(resolve(path));
  });
}

function isOpenable(path: string): boolean {
  return path.endsWith(PROJECT_EXTENSION) || path.endsWith(PACK_EXTENSION);
}
