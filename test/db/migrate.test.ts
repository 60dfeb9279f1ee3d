import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../db/migrations/index.ts';
import type { Migration } from '../../db/migrations/index.ts';
import { openProject } from '../../db/open.ts';
import { connect } from '../../db/sqlite.ts';
import { keep, newProject, options, projectPath, refusalOf } from './temporary-project.ts';

const newest = migrations.length;
const colour: Migration = {
  version: newest + 1,
  name: 'colour',
  sql: "ALTER TABLE dataset ADD COLUMN colour TEXT; UPDATE dataset SET colour = 'red';",
};
const rebuilt: Migration = {
  version: newest + 2,
  name: 'rebuilt',
  sql: `CREATE TABLE dataset_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO dataset_new SELECT id, name FROM dataset;
        DROP TABLE dataset;
        ALTER TABLE dataset_new RENAME TO dataset;`,
};

/** A closed project of the newest released format with a prompt in it. */
function oldProject(): string {
  const path = projectPath();
  const { db, close } = newProject(path);
  db.exec(`INSERT INTO dataset (name) VALUES ('d');
    INSERT INTO prompt (dataset_id, external_id, text, norm_hash) VALUES (1, 'a', 'hello', '00');`);
  close();
  return path;
}

describe('an older project file', () => {
  test('is copied beside itself and brought up to date, step by step', () => {
    const path = oldProject();
    const project = keep(openProject(path, { ...options, migrations: [...migrations, colour, rebuilt] }));
    expect(project.db.pragma('user_version', { simple: true })).toBe(newest + 2);
    expect(project.db.prepare('SELECT * FROM dataset').all()).toEqual([{ id: 1, name: 'd' }]);
    expect(project.db.pragma('foreign_keys', { simple: true })).toBe(1);

    expect(project.backupPath).toBe(`${path}.v${newest}-20260102T030405678Z.bak`);
    const backup = connect(project.backupPath ?? '', { mustExist: true, isReadOnly: true });
    expect(backup.pragma('user_version', { simple: true })).toBe(newest);
    expect(backup.prepare('SELECT text FROM prompt').pluck().all()).toEqual(['hello']);
    backup.close();
  });

  test('whose copy is opened is a project of the older format', () => {
    const path = oldProject();
    const project = keep(openProject(path, { ...options, migrations: [...migrations, colour] }));
    const copy = keep(openProject(project.backupPath ?? '', options));
    expect(copy.db.prepare('SELECT count(*) FROM prompt').pluck().get()).toBe(1);
  });

  test.each([
    ['is wrong', 'ALTER TABLE dataset ADD COLUMN x TEXT; INSERT INTO nowhere VALUES (1);', 'no such table'],
    ['orphans rows', 'DELETE FROM dataset;', 'refer to rows that are not there'],
  ])('is left as it was by a step that %s', (_, sql, reason) => {
    const path = oldProject();
    const before = readFileSync(path);
    const broken: Migration = { version: newest + 1, name: 'broken', sql };
    const error = refusalOf(() => openProject(path, { ...options, migrations: [...migrations, broken] }));
    expect(error.code).toBe('internal');
    expect(error.message).toContain(reason);
    expect(error.message).toContain('.bak');
    expect(readFileSync(path).equals(before)).toBe(true);
    const project = keep(openProject(path, options));
    expect(project.db.prepare('SELECT * FROM dataset').all()).toEqual([{ id: 1, name: 'd' }]);
  });

  test('is not touched where the copy cannot be written', () => {
    const path = oldProject();
    const before = readFileSync(path);
    mkdirSync(`${path}.v${newest}-20260102T030405678Z.bak`);
    const error = refusalOf(() => openProject(path, { ...options, migrations: [...migrations, colour] }));
    expect(error.code).toBe('io');
    expect(error.message).toContain('Nothing was changed');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('of the newest format is not copied', () => {
    const path = oldProject();
    keep(openProject(path, options)).close();
    expect(readdirSync(dirname(path))).toEqual(['trial.mrproj']);
  });
});

describe('the list of migrations', () => {
  test('counts up from one without gaps', () => {
    expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, i) => i + 1));
  });
});
