import { renameSync, rmSync } from 'node:fs';
import type { Clock } from '../src/core/clock.ts';
import { AppError } from '../src/core/errors.ts';
import type { Migration } from './migrations/index.ts';
import { connectToNothing, explainSqliteError, writeCopy } from './sqlite.ts';
import type { Connection } from './sqlite.ts';

export interface MigrationOutcome {
  readonly from: number;
  readonly to: number;
  /** The copy made before anything changed; null where nothing was to be migrated. */
  readonly backupPath: string | null;
}

/** The format that the given migrations lead to. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/** The number of the format that a file is in. */
export function formatVersion(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Brings a file to the newest format, one transaction a step. An older file that holds anything is copied beside itself
 * first (`<file>.v<format>-<UTC time>.bak`). A step that fails leaves the file in the format before it, and the error says
 * where the copy is.
 */
export function migrate(
  db: Connection,
  options: { readonly path: string; readonly migrations: readonly Migration[]; readonly clock: Clock },
): MigrationOutcome {
  const { path, migrations, clock } = options;
  const from = formatVersion(db);
  const pending = migrations.filter((migration) => migration.version > from);
  if (pending.length === 0) return { from, to: from, backupPath: null };
  const backupPath = from === 0 ? null : backUp(db, path, from, clock);
  // A step may rebuild a table that others refer to; what it leaves behind is checked before it is committed.
  db.pragma('foreign_keys = OFF');
  try {
    for (const migration of pending) applyOne(db, migration, { path, backupPath });
  } finally {
    db.pragma('foreign_keys = ON');
  }
  return { from, to: latestVersion(migrations), backupPath };
}

/** Applies migrations to an empty database: the first format to the last. */
export function applyAll(db: Connection, migrations: readonly Migration[]): void {
  for (const migration of migrations) applyOne(db, migration, { path: db.name, backupPath: null });
}

function applyOne(
  db: Connection,
  migration: Migration,
  file: { readonly path: string; readonly backupPath: string | null },
): void {
  const run = db.transaction(() => {
    db.exec(migration.sql);
    const orphans = db.prepare('PRAGMA foreign_key_check').all().length;
    if (orphans > 0) throw new Error(`${orphans} rows refer to rows that are not there`);
    db.pragma(`user_version = ${migration.version}`);
  });
  try {
    run.immediate();
  } catch (error) {
    const explained = explainSqliteError(error, file.path);
    if (explained instanceof AppError) throw explained;
    const reason = error instanceof Error ? error.message : String(error);
    const backup = file.backupPath === null ? '' : ` A copy from before is at ${file.backupPath}.`;
    throw new AppError(
      'internal',
      `The file ${file.path} could not be brought from format ${migration.version - 1} to ${migration.version} ` +
        `(${migration.name}): ${reason}. It was left as it was.${backup} Please report this.`,
      { details: { path: file.path, version: migration.version, backupPath: file.backupPath }, cause: error },
    );
  }
}

/** A whole, compact copy of the database: written under another name, synced, then renamed. */
function backUp(db: Connection, path: string, version: number, clock: Clock): string {
  const time = new Date(clock()).toISOString().replaceAll(/[-:]/g, '').replace('.', '');
  const backupPath = `${path}.v${version}-${time}.bak`;
  const unfinished = `${backupPath}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    writeCopy(db, unfinished);
    renameSync(unfinished, backupPath);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new AppError(
      'io',
      `The file ${path} is in an older format (${version}) and could not be copied to ${backupPath} before being ` +
        'brought up to date. Nothing was changed. Check that the folder can be written to and has room for a second copy.',
      { details: { path, backupPath }, cause: error },
    );
  }
  return backupPath;
}

/** The names of what a file of the newest format holds, as `type name`: tables, indexes, views, triggers. */
export function expectedSchema(migrations: readonly Migration[]): readonly string[] {
  const db = connectToNothing();
  try {
    applyAll(db, migrations);
    return schemaOf(db);
  } finally {
    db.close();
  }
}

/** The names of what a database holds, as `type name`, without SQLite's own. */
export function schemaOf(db: Connection): readonly string[] {
  return db
    .prepare<[], string>(
      String.raw`SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY 1`,
    )
    .pluck()
    .all();
}
