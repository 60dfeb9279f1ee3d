import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { openProject } from '../../db/open.ts';
import {
  isSameSignature,
  listPackExports,
  packKey,
  readPack,
  signPack,
  type Pack,
  type PackExport,
} from '../../db/repositories/packs.ts';
import { getProject } from '../../db/repositories/project.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';

/** A pack of this project, whose contents are those that were given out. */
export interface TrustedPack {
  readonly db: ReadableDb;
  readonly pack: Pack;
  readonly exported: PackExport;
}

/**
 * Reads a pack that came back, from a copy, so that nothing about the file changes and it may be open elsewhere. Errors:
 * `not-found`, `damaged` (no project file, or changed since it was given out), `newer-format`, `invalid-input` (a project
 * and no pack), `conflict` (of another project).
 */
export function withTrustedPack<T>(deps: GradingDeps, path: string, work: (pack: TrustedPack) => T): T {
  const given = resolve(path);
  if (!existsSync(given)) throw new AppError('not-found', `There is no file ${given}.`);
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-pack-'));
  try {
    const copy = join(folder, basename(given));
    copyFileSync(given, copy);
    // What was written last may not be in the file itself yet.
    if (existsSync(`${given}-wal`)) copyFileSync(`${given}-wal`, `${copy}-wal`);
    const file = openCopy(deps, copy, given);
    try {
      return work(trust(deps, file.db, basename(given)));
    } finally {
      file.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the copy is wrong with the file that was given, and is told of that one. */
function openCopy(deps: GradingDeps, copy: string, given: string): ReturnType<typeof openProject> {
  try {
    return openProject(copy, { clock: deps.clock, newId: deps.newId });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message.replaceAll(copy, basename(given)), { cause: error });
  }
}

function trust(deps: GradingDeps, db: ReadableDb, name: string): TrustedPack {
  const pack = readPack(db);
  if (pack === null) {
    throw new AppError(
      'invalid-input',
      `${name} is a project and no pack: packs are made with “Export pack”.`,
    );
  }
  const exported = listPackExports(deps.db).find((each) => each.id === pack.id);
  if (pack.projectId !== getProject(deps.db).id || exported === undefined) {
    throw new AppError(
      'conflict',
      `${name} is a pack of another project. Open the project that it was exported from, and merge it there.`,
      { details: { packId: pack.id } },
    );
  }
  const isSigned = isSameSignature(pack.signature, signPack(db, packKey(deps.db)));
  if (!isSigned || pack.raterId !== exported.raterId || pack.queueId !== exported.queueId) {
    throw new AppError(
      'damaged',
      `${name} was changed since it was exported: its items, texts or rater are not those that were given out. Nothing was merged. Ask the rater for the file that was graded, or export the pack again.`,
      { details: { packId: pack.id } },
    );
  }
  return { db, pack, exported };
}
