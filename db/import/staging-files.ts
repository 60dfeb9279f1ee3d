import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where rows are staged: beside the project, so that it is the same disk, under a name nobody else gives. */
export function stagingPathFor(projectPath: string, importId: string): string {
  return `${projectPath}.import-${importId}.staging`;
}

/** Removes a staging file with whatever SQLite left beside it. */
export function removeStaging(stagingPath: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(stagingPath + suffix, { force: true });
}

/**
 * Removes what imports that never finished left beside a project; answers how many. Call it while holding the project
 * and before any import starts.
 */
export function removeStaleStaging(projectPath: string): number {
  const folder = dirname(projectPath);
  const prefix = `${basename(projectPath)}.import-`;
  const stale = readdirSync(folder).filter(
    (name) => name.startsWith(prefix) && /\.staging(-\w+)?$/.test(name),
  );
  for (const name of stale) rmSync(join(folder, name), { force: true });
  return stale.filter((name) => name.endsWith('.staging')).length;
}
