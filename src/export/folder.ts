/** Putting a folder in place all at once: written beside its target, synced, then renamed. */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { AppError } from '../core/errors.ts';

export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

/** Paths of all files below a folder, relative, with '/', sorted; empty where the folder does not exist. */
export async function listFiles(directory: string): Promise<string[]> {
  const found = await stat(directory).catch(() => null);
  if (found === null) return [];
  if (!found.isDirectory())
    throw new AppError('already-exists', `${directory} is a file, expected a folder.`);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Makes a rename durable. Windows cannot open a folder; there the rename alone must do. */
async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

/** Writes and syncs one file below `directory`, with the folders it needs. */
export async function writeSynced(
  directory: string,
  name: string,
  content: Uint8Array | string,
): Promise<void> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves `temporary` to `target`; what was there is kept until the new folder is in place, and put back on failure. */
export async function replaceFolder(temporary: string, target: string): Promise<void> {
  await syncFolder(temporary);
  const previous = `${temporary}.previous`;
  const hadPrevious = (await stat(target).catch(() => null)) !== null;
  if (hadPrevious) await rename(target, previous);
  try {
    await rename(temporary, target);
  } catch (error) {
    if (hadPrevious) await rename(previous, target);
    throw error;
  }
  await syncFolder(dirname(target));
  await rm(previous, { recursive: true, force: true });
}
