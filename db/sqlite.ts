import Database from 'better-sqlite3';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { AppError } from '../src/core/errors.ts';

/**
 * The only import site of better-sqlite3. A connection becomes a `ReadableDb` or a `WritableDb` by having its pragmas set
 * and read back here: the brand is the proof. Everything is synchronous; one connection writes.
 */

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A connection nobody has configured yet: for `db/open.ts` and `db/lock.ts`, which must look before they touch. */
export type Connection = Database.Database;

/** A connection for reading. Functions that only read take this type; a `WritableDb` is one too. */
export type ReadableDb = Database.Database & { readonly [readable]: true };

/** A connection for reading and writing. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

const BUSY_TIMEOUT_MS = 5_000;

/** The first Node that better-sqlite3 13 runs on; on older ones its binary ends the process without a word. */
const OLDEST_NODE = { major: 22, minor: 14 };

/** Throws AppError `usage` where the SQLite binary would crash the process instead of failing. */
export function assertNodeVersion(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor)) return;
  throw new AppError(
    'usage',
    `A project file needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer and this is Node ${version}. ` +
      'Start the program with npm run, which uses the Node that npm ci installed.',
    { details: { version } },
  );
}

/**
 * Opens a connection with SQLite's defaults. `path` must be absolute: names that SQLite reads as "in memory" or as a URI
 * never get here. SQLite's errors come out as they are; see `explainSqliteError`.
 */
export function connect(
  path: string,
  options: { readonly mustExist: boolean; readonly isReadOnly?: boolean; readonly timeoutMs?: number },
): Connection {
  assertNodeVersion();
  if (!/^([/\\]|[A-Za-z]:[/\\])/.test(path) || path.trim() !== path) {
    throw new AppError(
      'usage',
      'A project file must be given by an absolute path without white space at its ends.',
    );
  }
  return new Database(path, {
    fileMustExist: options.mustExist,
    readonly: options.isReadOnly ?? false,
    timeout: options.timeoutMs ?? BUSY_TIMEOUT_MS,
  });
}

/** A connection to an empty database that exists for as long as it is looked at: to learn what a schema should be. */
export function connectToNothing(): Connection {
  assertNodeVersion();
  return new Database(':memory:');
}

/** Sets and reads back the pragmas of a project: write-ahead log, synced at checkpoints, foreign keys enforced. */
export function configureWritable(db: Connection): asserts db is WritableDb {
  setPragma(db, 'journal_mode', 'wal');
  setPragma(db, 'synchronous', 1);
  setPragma(db, 'foreign_keys', 1);
  // Else INSERT OR REPLACE would delete a grading event behind the back of the trigger that forbids it.
  setPragma(db, 'recursive_triggers', 1);
  setPragma(db, 'busy_timeout', BUSY_TIMEOUT_MS);
}

/** The same for a second connection that only reads, such as a check in the background. */
export function configureReadable(db: Connection): asserts db is ReadableDb {
  setPragma(db, 'query_only', 1);
  setPragma(db, 'busy_timeout', BUSY_TIMEOUT_MS);
}

/** Opens a project a second time, for reading only. */
export function openReadable(path: string): ReadableDb {
  const db: Connection = connect(path, { mustExist: true, isReadOnly: true });
  configureReadable(db);
  return db;
}

function setPragma(db: Connection, name: string, value: string | number): void {
  db.pragma(`${name} = ${value}`);
  const actual = db.pragma(name, { simple: true });
  if (actual === value) return;
  throw new AppError(
    'io',
    `SQLite did not accept the setting ${name} = ${value} for ${db.name} (it answers ${String(actual)}). ` +
      'Network folders often do not support it: keep the project on a local disk.',
    { details: { path: db.name, pragma: name } },
  );
}

/**
 * Runs `work` in one transaction that holds the writer from its start: all of it happens or nothing does. Nested calls are
 * savepoints. `work` is synchronous; a promise is refused.
 */
export function inTransaction<T>(db: WritableDb, work: () => T): T {
  try {
    return db.transaction(work).immediate();
  } catch (error) {
    throw explainSqliteError(error, db.name);
  }
}

/**
 * Writes everything that is committed into a new file, compact, synced, and without a log beside it. `path` must not exist.
 * SQLite's errors come out as they are.
 */
export function writeCopy(db: Connection, path: string): void {
  db.prepare('VACUUM INTO ?').run(path);
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** SQLite's primary result codes that are not our bug, and what they mean to the person at the keyboard. */
const MEANINGS = {
  SQLITE_FULL: ['io', 'The disk is full. Free some space and try again'],
  SQLITE_IOERR: ['io', 'The disk refused to read or write'],
  SQLITE_CANTOPEN: ['io', 'The file cannot be opened. Check that its folder exists and can be written to'],
  SQLITE_READONLY: ['io', 'The file cannot be written to. Check its permissions and those of its folder'],
  SQLITE_PERM: ['io', 'The file cannot be accessed. Check its permissions'],
  SQLITE_CORRUPT: ['damaged', 'The file is damaged'],
  SQLITE_NOTADB: ['damaged', 'The file is not a project file, or its header is damaged'],
  SQLITE_BUSY: ['locked', 'Another connection is writing to the file'],
  SQLITE_LOCKED: ['locked', 'Another statement is using the same table'],
} as const;

/**
 * What SQLite threw, as an AppError where it tells of the disk or the file and not of a bug. Anything else comes back
 * unchanged.
 */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  for (const [code, [kind, meaning]] of Object.entries(MEANINGS)) {
    if (error.code === code || error.code.startsWith(`${code}_`)) {
      return new AppError(kind, `${meaning}: ${path} (${error.code}).`, {
        details: { path, sqliteCode: error.code },
        cause: error,
      });
    }
  }
  return error;
}

/** Whether an error is SQLite saying that somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
