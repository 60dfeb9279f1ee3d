import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readPack } from '../../db/repositories/packs.ts';
import { explainSqliteError, writeCopy, type ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';

/**
 * Writes the open pack with everything that was graded so far into one whole file: what is sent back while the rater goes
 * on. Errors: `usage` (no pack), `not-found` (folder), `already-exists`, and `io`.
 */
export function savePackCopy(
  db: ReadableDb,
  given: string,
  overwrite: boolean,
): { readonly packId: string; readonly path: string; readonly bytes: number } {
  const pack = readPack(db);
  if (pack === null) throw new AppError('usage', 'This file is a project and no pack: packs are sent back.');
  const path = resolve(given);
  if (!existsSync(dirname(path)))
    throw new AppError('not-found', `There is no folder ${dirname(path)} to write the pack to.`);
  if (existsSync(path) && !overwrite)
    throw new AppError('already-exists', `There is a file ${path} already: choose another name.`);
  if (resolve(db.name) === path)
    throw new AppError('usage', 'This is the pack that is open: choose another name for the copy.');
  const unfinished = `${path}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    writeCopy(db, unfinished);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const explained = explainSqliteError(error, path);
    throw explained instanceof AppError
      ? explained
      : new AppError('io', `The copy could not be written to ${path}.`, { cause: error });
  }
  return { packId: pack.id, path, bytes: statSync(path).size };
}
