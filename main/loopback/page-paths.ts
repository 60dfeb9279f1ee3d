import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { isJsonObject } from '../../src/dataset/fields.ts';
import type { Answer } from '../../src/contract/methods.ts';

/**
 * A page names files to the engine by their paths. In the desktop window a dialog of the system stands before that; in a browser
 * the host chooses every path itself, so a page has no reason to name another, and a page that was taken over must not be
 * able to. Here is which methods write and read where their caller says, and in which folders they may.
 */
export const PAGE_PATHS: Readonly<Record<string, PagePath>> = {
  'labels.export': { field: 'path', folders: 'written' },
  'pack.export': { field: 'path', folders: 'written' },
  'pack.saveCopy': { field: 'path', folders: 'written' },
  'project.create': { field: 'path', folders: 'written' },
  'bundle.export': { field: 'directory', folders: 'written' },
  'bundle.verify': { field: 'directory', folders: 'written' },
  'bundle.route': { field: 'directory', folders: 'written' },
  'import.start': { field: 'paths', folders: 'read' },
  'import.preview': { field: 'path', folders: 'read' },
  'pack.merge': { field: 'path', folders: 'read' },
  'task.importRubrics': { field: 'path', folders: 'read' },
};

interface PagePath {
  readonly field: string;
  readonly folders: keyof PageFolders;
}

export interface PageFolders {
  /** Where the host lets the engine put what a page asks for. */
  readonly written: readonly string[];
  /** Where files lie that a page has given to the host. */
  readonly read: readonly string[];
}

/** Null where the call may go on to the engine; else the refusal. Input of another shape is for the engine to refuse. */
export function refusePath(method: string, input: unknown, folders: PageFolders): Answer<unknown> | null {
  if (!Object.hasOwn(PAGE_PATHS, method) || !isJsonObject(input)) return null;
  const { field, folders: allowed } = PAGE_PATHS[method];
  const given = input[field];
  const paths = Array.isArray(given) ? given : [given];
  const isOutside = paths.some((path) => typeof path === 'string' && !isInside(path, folders[allowed]));
  return isOutside ? refusal(method) : null;
}

/** Whether a path lies below one of the folders, whatever links are on the way; the file itself may not be there yet. */
export function isInside(path: string, folders: readonly string[]): boolean {
  if (!isAbsolute(path) || path.includes('\0') || resolve(path) !== path) return false;
  const real = realPath(path);
  return (
    real !== null &&
    folders.some((folder) => {
      const root = realPath(folder);
      return root !== null && real.startsWith(root.endsWith(sep) ? root : root + sep);
    })
  );
}

/** Null where not even its folder is there. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return null;
    }
  }
}

function refusal(method: string): Answer<unknown> {
  return {
    ok: false,
    error: {
      code: 'usage',
      message: `In a browser ${method} uses files in the folders of the application only. Choose the file in the window.`,
      details: { reason: 'not-allowed' },
    },
  };
}
