import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { KnownProject } from '../../src/contract/host.ts';
import { z } from '../../src/contract/zod.ts';
import type { Clock } from '../../src/core/clock.ts';
import { jsonFile } from './json-file.ts';
import type { UserFolders } from './user-folders.ts';

export const PROJECT_EXTENSION = '.mrproj';
/** What a rater got for grading: opens like a project. */
export const PACK_EXTENSION = '.mrpack';
const MAX_RECENT = 30;

const recentProject = z.object({ path: z.string(), name: z.string(), openedMs: z.int() });
type RecentProject = Readonly<z.output<typeof recentProject>>;

/** The projects a user may want to open: opened before, or lying in the projects folder. */
export interface KnownProjects {
  readonly list: () => readonly KnownProject[];
  readonly remember: (path: string, name: string) => void;
  readonly forget: (path: string) => void;
}

export function openKnownProjects(folders: UserFolders, clock: Clock): KnownProjects {
  const file = jsonFile<readonly RecentProject[]>(
    join(folders.data, 'recent-projects.json'),
    z.array(recentProject),
    [],
  );
  return {
    list: () => {
      const recent = file.read();
      const known = new Set(recent.map((project) => project.path));
      const found = projectsIn(folders.projects)
        .filter((path) => !known.has(path))
        .map((path) => ({ path, name: basename(path, extname(path)), openedMs: null }));
      return [...recent, ...found]
        .map(describe)
        .filter((project) => project !== null)
        .sort((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0) || b.modifiedMs - a.modifiedMs);
    },
    remember: (path, name) => {
      const others = file.read().filter((project) => project.path !== path);
      file.write([{ path, name, openedMs: clock() }, ...others].slice(0, MAX_RECENT));
    },
    forget: (path) => {
      file.write(file.read().filter((project) => project.path !== path));
    },
  };
}

/** Null where the file is gone. */
function describe(project: Pick<KnownProject, 'path' | 'name' | 'openedMs'>): KnownProject | null {
  const stats = statSync(project.path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return null;
  return { ...project, modifiedMs: Math.round(stats.mtimeMs), bytes: stats.size };
}

function projectsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(PROJECT_EXTENSION) || name.endsWith(PACK_EXTENSION))
    .map((name) => join(folder, name));
}
