import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../src/core/clock.ts';
import { AppError } from '../src/core/errors.ts';
import { connect, explainSqliteError, isBusy } from './sqlite.ts';
import type { Connection } from './sqlite.ts';

/**
 * One process a project. The lock is an open write transaction on a small SQLite file beside the project
 * (`<file>.lock`): the operating system drops it when the process ends, however it ends, so that there is no stale lock to
 * judge by process ids. Its one row says who holds it; a reserved lock lets others read that row.
 */

export interface ProjectLock {
  readonly release: () => void;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly sinceMs: number;
  readonly token: string;
}

/** How long a newcomer waits for a holder that is just writing its name. */
const WAIT_MS = 250;
const ATTEMPTS = 5;

/**
 * The locks this process holds. A connection that nothing refers to is closed by the garbage collector, and the lock with
 * it, while a caller may well hold on to the project's database alone.
 */
const held = new Set<Connection>();

/** Takes the lock or throws AppError `locked` that names the holder. */
export function lockProject(
  projectPath: string,
  context: { readonly clock: Clock; readonly newId: () => string },
): ProjectLock {
  const path = `${projectPath}.lock`;
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    sinceMs: context.clock(),
    token: context.newId(),
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const db = openLockFile(path);
    try {
      if (take(db, mine) && readHolder(path)?.token === mine.token) return lockOn(db, path);
      db.close();
    } catch (error) {
      const holder = isBusy(error) ? readHolder(path) : undefined;
      db.close();
      if (isBusy(error)) throw lockedBy(holder, projectPath);
      throw explainSqliteError(error, path);
    }
  }
  throw lockedBy(readHolder(path), projectPath);
}

/**
 * Writes the name in one transaction and holds a second one. Between the two somebody else may have come: false then.
 * The caller also compares the row behind the path, because a holder that leaves removes the file under a newcomer.
 */
function take(db: Connection, mine: Holder): boolean {
  db.exec('BEGIN IMMEDIATE');
  db.exec(
    'CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since_ms INTEGER, token TEXT); DELETE FROM holder',
  );
  db.prepare('INSERT INTO holder VALUES (?, ?, ?, ?)').run(mine.pid, mine.host, mine.sinceMs, mine.token);
  db.exec('COMMIT');
  db.exec('BEGIN IMMEDIATE');
  return selectHolder(db)?.token === mine.token;
}

function openLockFile(path: string): Connection {
  let db: Connection | undefined;
  try {
    db = connect(path, { mustExist: false, timeoutMs: WAIT_MS });
    db.pragma('schema_version');
    return db;
  } catch (error) {
    db?.close();
    const explained = explainSqliteError(error, path);
    if (!(explained instanceof AppError) || explained.code !== 'damaged') throw explained;
    // Not a lock of ours, so nobody can hold it.
    rmSync(path, { force: true });
    return connect(path, { mustExist: false, timeoutMs: WAIT_MS });
  }
}

function selectHolder(db: Connection): Holder | undefined {
  return db.prepare<[], Holder>('SELECT pid, host, since_ms AS sinceMs, token FROM holder').get();
}

/** Who the file behind the path names; undefined where it is gone or cannot be read just now. */
function readHolder(path: string): Holder | undefined {
  let db: Connection | undefined;
  try {
    db = connect(path, { mustExist: true, isReadOnly: true, timeoutMs: WAIT_MS });
    return selectHolder(db);
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}

function lockOn(db: Connection, path: string): ProjectLock {
  held.add(db);
  return {
    release: () => {
      if (!held.delete(db)) return;
      // Removed while still held, so that no newcomer can hold this file by then. Windows only removes closed files.
      const isRemoved = tryRemove(path);
      db.close();
      if (!isRemoved) tryRemove(path);
    },
  };
}

function tryRemove(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

function lockedBy(holder: Holder | undefined, projectPath: string): AppError {
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()}`;
  return new AppError(
    'locked',
    `The project ${projectPath} is open in ${who}. One process at a time can have it open: close it there and try again.`,
    {
      details: {
        path: projectPath,
        ...(holder === undefined ? {} : { pid: holder.pid, host: holder.host, sinceMs: holder.sinceMs }),
      },
    },
  );
}
