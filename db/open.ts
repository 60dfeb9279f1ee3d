import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../src/core/clock.ts';
import { AppError } from '../src/core/errors.ts';
import { lockProject } from './lock.ts';
import { applyAll, expectedSchema, formatVersion, latestVersion, migrate, schemaOf } from './migrate.ts';
import { migrations as released } from './migrations/index.ts';
import type { Migration } from './migrations/index.ts';
import { configureWritable, connect, explainSqliteError } from './sqlite.ts';
import type { Connection, ReadableDb, WritableDb } from './sqlite.ts';

/** `MRSP`: tells a project from any other SQLite file. */
const APPLICATION_ID = 0x4d525350;

/** Files below this are checked page by page when they are opened; it takes well under a second. */
const SMALL_BYTES = 64 * 2 ** 20;

/** An open project. The process holds it alone until `close`. */
export interface ProjectFile {
  readonly path: string;
  readonly db: WritableDb;
  /** The copy made because the file was in an older format; null where it was not. */
  readonly backupPath: string | null;
  /** What is wrong with the file, page by page; empty where nothing is. */
  readonly quickCheck: () => readonly string[];
  /** Writes everything into the one file and lets go of it. Can be called twice. */
  readonly close: () => void;
}

export interface OpenOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Whether a small file is checked page by page before it is used; a host that checks in the background says `never`. */
  readonly quickCheck?: 'small' | 'never';
  /** The released ones, unless a test says otherwise. */
  readonly migrations?: readonly Migration[];
}

/**
 * Makes a new project file and opens it. Errors: `already-exists`, `not-found` (the folder), `locked`, `io`. The file
 * appears under its name only when it is whole.
 */
export function createProject(
  path: string,
  options: OpenOptions & { readonly name: string; readonly isSimulated: boolean },
): ProjectFile {
  const file = resolve(path);
  requireFolder(file);
  requireAbsent(file);
  return withLock(file, options, (release) => {
    requireAbsent(file);
    const unfinished = `${file}.creating-${options.newId()}`;
    try {
      writeEmptyProject(unfinished, options);
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw explainDiskError(error, file);
    }
    return openLocked(file, options, release);
  });
}

/**
 * Opens a project file, bringing an older one up to date. Errors: `not-found`, `locked`, `newer-format`, `damaged`
 * (also for a file that is no project), `io`.
 */
export function openProject(path: string, options: OpenOptions): ProjectFile {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new AppError(
      'not-found',
      `There is no project file at ${file}. Check the path, or create a project there.`,
      {
        details: { path: file },
      },
    );
  }
  if (!statSync(file).isFile()) {
    throw new AppError('not-found', `${file} is a folder. A project is a single file: give its path.`, {
      details: { path: file },
    });
  }
  return withLock(file, options, (release) => openLocked(file, options, release));
}

/** What is wrong with a database, page by page; empty where nothing is. Takes about a second per 500 MB. */
export function quickCheck(db: ReadableDb): readonly string[] {
  try {
    const found = db.prepare<[], string>('PRAGMA quick_check(20)').pluck().all();
    return found.length === 1 && found[0] === 'ok' ? [] : found;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function withLock(
  file: string,
  options: OpenOptions,
  work: (release: () => void) => ProjectFile,
): ProjectFile {
  const lock = lockProject(file, options);
  try {
    return work(lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(file: string, options: OpenOptions, release: () => void): ProjectFile {
  const migrations = options.migrations ?? released;
  let connection: Connection | undefined;
  try {
    const db: Connection = connect(file, { mustExist: true });
    connection = db;
    requireProject(db, file, migrations);
    configureWritable(db);
    if ((options.quickCheck ?? 'small') === 'small' && statSync(file).size < SMALL_BYTES) {
      const problems = quickCheck(db);
      if (problems.length > 0) throw damaged(file, `is damaged (${problems.slice(0, 3).join('; ')})`);
    }
    const { backupPath } = migrate(db, { path: file, migrations, clock: options.clock });
    requireSchema(db, file, migrations);
    return {
      path: file,
      db,
      backupPath,
      quickCheck: () => quickCheck(db),
      close: () => {
        closeAndRelease(db, release);
      },
    };
  } catch (error) {
    connection?.close();
    const explained = explainSqliteError(error, file);
    if (
      explained instanceof AppError &&
      explained.code === 'damaged' &&
      explained.details?.['advice'] !== true
    ) {
      throw damaged(file, 'is not a project file, or it is damaged', error);
    }
    throw explained;
  }
}

function closeAndRelease(db: WritableDb, release: () => void): void {
  if (!db.open) return;
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
    release();
  }
}

/** Looks at the header and the format before anything is written, so that a file of another program stays untouched. */
function requireProject(db: Connection, file: string, migrations: readonly Migration[]): void {
  const applicationId = db.pragma('application_id', { simple: true });
  if (applicationId !== APPLICATION_ID) throw damaged(file, 'is not a project file');
  const version = formatVersion(db);
  const newest = latestVersion(migrations);
  if (version > newest) {
    throw new AppError(
      'newer-format',
      `The project ${file} was written by a newer version of the program: its format is ${version}, and this version ` +
        `reads formats up to ${newest}. Update the program to open it. Nothing was changed.`,
      { details: { path: file, fileFormat: version, newestFormat: newest } },
    );
  }
  if (version < 1) throw damaged(file, 'has no format number, so that its creation did not finish');
}

function requireSchema(db: Connection, file: string, migrations: readonly Migration[]): void {
  const present = new Set(schemaOf(db));
  const missing = expectedSchema(migrations).filter((item) => !present.has(item));
  if (missing.length > 0) throw damaged(file, `lacks ${missing.join(', ')}`);
  const projects = db.prepare<[], number>('SELECT count(*) FROM project').pluck().get();
  if (projects !== 1) throw damaged(file, 'does not say which project it is');
}

/** The error for a file that cannot be used, with what there is to go back to. */
function damaged(file: string, what: string, cause?: unknown): AppError {
  const prefix = `${basename(file)}.v`;
  const backups = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.bak'),
  );
  const advice =
    backups.length > 0
      ? `Copies from before earlier updates are beside it: ${backups.join(', ')}. Copy one under a new name and open that.`
      : 'There is no copy beside it. Restore it from a backup of yours, or create a project and import the data again.';
  return new AppError('damaged', `The file ${file} ${what}. It was left as it is. ${advice}`, {
    details: { path: file, backups: backups.map((name) => join(dirname(file), name)), advice: true },
    cause,
  });
}

function requireFolder(file: string): void {
  const folder = dirname(file);
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  throw new AppError('not-found', `There is no folder ${folder} to create the project in. Create it first.`, {
    details: { path: file },
  });
}

/** A write-ahead log left behind by another file of that name would be replayed into the new one. */
function requireAbsent(file: string): void {
  const present = ['', '-wal', '-journal'].map((suffix) => file + suffix).find((name) => existsSync(name));
  if (present === undefined) return;
  throw new AppError(
    'already-exists',
    `There is a file ${present} already. Choose another name, or move it away first.`,
    {
      details: { path: present },
    },
  );
}

function writeEmptyProject(
  file: string,
  options: OpenOptions & { readonly name: string; readonly isSimulated: boolean },
): void {
  const db = connect(file, { mustExist: false });
  try {
    db.pragma(`application_id = ${APPLICATION_ID}`);
    applyAll(db, options.migrations ?? released);
    db.prepare('INSERT INTO project (id, name, created_ms, is_simulated) VALUES (?, ?, ?, ?)').run(
      options.newId(),
      options.name,
      options.clock(),
      options.isSimulated ? 1 : 0,
    );
  } finally {
    db.close();
  }
}

/** What the file system threw, in words. */
function explainDiskError(error: unknown, file: string): unknown {
  const explained = explainSqliteError(error, file);
  if (explained instanceof AppError || !(error instanceof Error) || !('code' in error)) return explained;
  return new AppError('io', `The project ${file} could not be written (${String(error.code)}).`, {
    details: { path: file },
    cause: error,
  });
}
