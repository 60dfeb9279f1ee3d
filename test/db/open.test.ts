import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../db/migrations/index.ts';
import { createProject, openProject } from '../../db/open.ts';
import { assertNodeVersion, connect, inTransaction, openReadable } from '../../db/sqlite.ts';
import { keep, newProject, options, projectPath, refusalOf } from './temporary-project.ts';

describe('a project file', () => {
  test('is created, closed into a single file, and opened again with what was written', () => {
    const path = projectPath();
    const created = newProject(path);
    created.db.prepare("INSERT INTO dataset (name) VALUES ('here')").run();
    created.close();
    created.close();
    expect(readdirSync(dirname(path))).toEqual(['trial.mrproj']);

    const opened = keep(openProject(path, options));
    expect(opened.db.prepare('SELECT name FROM dataset').pluck().all()).toEqual(['here']);
    expect(opened.db.prepare('SELECT name, is_simulated FROM project').all()).toEqual([
      { name: 'Trial', is_simulated: 0 },
    ]);
    expect(opened.backupPath).toBeNull();
    expect(opened.quickCheck()).toEqual([]);
  });

  test('runs with the write-ahead log, foreign keys and a busy timeout', () => {
    const { db } = newProject();
    const read = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map((name) =>
      db.pragma(name, { simple: true }),
    );
    expect(read).toEqual(['wal', 1, 1, 5000]);
    expect(() =>
      db.prepare("INSERT INTO prompt VALUES (1, 99, 'a', '', '', null, null, null, null, null, null)").run(),
    ).toThrow('FOREIGN KEY');
  });

  test('can be read by a second connection of the same process, which cannot write', () => {
    const project = newProject();
    const reader = openReadable(project.path);
    expect(reader.prepare('SELECT count(*) FROM project').pluck().get()).toBe(1);
    expect(() => reader.exec('DELETE FROM project')).toThrow();
    reader.close();
  });

  test('is not created over an existing file, nor beside the log of an earlier one', () => {
    const path = projectPath();
    newProject(path).close();
    const before = readFileSync(path);
    const create = (): unknown => createProject(path, { ...options, name: 'x', isSimulated: false });
    expect(refusalOf(create).code).toBe('already-exists');
    expect(readFileSync(path).equals(before)).toBe(true);

    const other = projectPath();
    writeFileSync(`${other}-wal`, 'left behind');
    const error = refusalOf(() => createProject(other, { ...options, name: 'x', isSimulated: false }));
    expect(error.code).toBe('already-exists');
    expect(error.message).toContain('-wal');
  });

  test('that is missing, or is a folder, or whose folder is missing is not found', () => {
    const path = projectPath();
    expect(refusalOf(() => openProject(path, options)).code).toBe('not-found');
    expect(existsSync(path)).toBe(false);
    expect(refusalOf(() => openProject(dirname(path), options)).code).toBe('not-found');
    const deep = join(dirname(path), 'no', 'such', 'p.mrproj');
    const create = (): unknown => createProject(deep, { ...options, name: 'x', isSimulated: false });
    expect(refusalOf(create).code).toBe('not-found');
  });

  test('whose folder cannot be written to is an io error', () => {
    const path = projectPath();
    newProject(path).close();
    // A folder where the lock file should be: refused to every user, the superuser too.
    mkdirSync(`${path}.lock`);
    expect(refusalOf(() => openProject(path, options)).code).toBe('io');
  });

  test('of a newer format is refused with both formats named, and left alone', () => {
    const path = projectPath();
    const project = newProject(path);
    const newest = migrations.length;
    project.db.pragma(`user_version = ${newest + 1}`);
    project.close();
    const before = readFileSync(path);
    const error = refusalOf(() => openProject(path, options));
    expect(error.code).toBe('newer-format');
    expect(error.message).toContain(`format is ${newest + 1}`);
    expect(error.message).toContain(`up to ${newest}`);
    expect(error.details).toMatchObject({ fileFormat: newest + 1, newestFormat: newest });
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('a damaged file', () => {
  /** A closed project of about forty pages. */
  function filledProject(): string {
    const path = projectPath();
    const { db, close } = newProject(path);
    db.exec(`INSERT INTO dataset (name) VALUES ('d');
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO prompt (dataset_id, external_id, text, norm_hash)
      SELECT 1, 'id' || i, hex(zeroblob(100)), printf('%016x', i) FROM n;`);
    close();
    return path;
  }

  function overwrite(path: string, offset: number, bytes: Buffer): void {
    const content = readFileSync(path);
    bytes.copy(content, offset);
    writeFileSync(path, content);
  }

  const cases: Record<string, (path: string) => void> = {
    'is not a database': (path) => {
      writeFileSync(path, 'id,prompt\n1,hello\n'.repeat(500));
    },
    'is empty': (path) => {
      writeFileSync(path, '');
    },
    'is cut in the middle': (path) => {
      truncateSync(path, 4096 * 20);
    },
    'is cut inside its header': (path) => {
      truncateSync(path, 60);
    },
    'has a wrong first byte': (path) => {
      overwrite(path, 0, Buffer.from([0]));
    },
    'has flipped bytes in the page of the schema': (path) => {
      overwrite(path, 100, Buffer.alloc(40, 0xa5));
    },
    'has flipped bytes in a page of rows': (path) => {
      overwrite(path, 4096 * 45, Buffer.alloc(2000, 0xa5));
    },
    'lacks a table': (path) => {
      const db = connect(path, { mustExist: true });
      db.exec('DROP TABLE run_artifact');
      db.close();
    },
    'lacks a trigger': (path) => {
      const db = connect(path, { mustExist: true });
      db.exec('DROP TRIGGER grading_event_no_update');
      db.close();
    },
    'lacks its project row': (path) => {
      const db = connect(path, { mustExist: true });
      db.exec('DELETE FROM project');
      db.close();
    },
    'belongs to another program': (path) => {
      const db = connect(path, { mustExist: true });
      db.pragma('application_id = 1');
      db.close();
    },
  };

  for (const [what, harm] of Object.entries(cases)) {
    test(`that ${what} is refused with advice, and nothing takes its place`, () => {
      const path = filledProject();
      harm(path);
      const before = readFileSync(path);
      const error = refusalOf(() => openProject(path, options));
      expect(error.code).toBe('damaged');
      expect(error.message).toContain(path);
      expect(error.message).toContain('import the data again');
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(dirname(path))).toEqual(['trial.mrproj']);
    });
  }

  test('is refused with the copies beside it named', () => {
    const path = filledProject();
    writeFileSync(`${path}.v1-20260102T030405678Z.bak`, '');
    writeFileSync(path, 'x'.repeat(5000));
    const error = refusalOf(() => openProject(path, options));
    expect(error.message).toContain('trial.mrproj.v1-20260102T030405678Z.bak');
  });

  test('can be opened without the check of its pages, which then finds the damage', () => {
    const path = filledProject();
    overwrite(path, 4096 * 45, Buffer.alloc(2000, 0xa5));
    const project = keep(openProject(path, { ...options, quickCheck: 'never' }));
    expect(project.quickCheck().length).toBeGreaterThan(0);
  });
});

describe('the connection', () => {
  test('is refused on a Node that the SQLite binary would crash', () => {
    for (const version of ['18.20.0', '20.20.2', '22.13.1']) {
      expect(
        refusalOf(() => {
          assertNodeVersion(version);
        }).message,
      ).toContain(version);
    }
    for (const version of ['22.14.0', '24.0.0']) {
      expect(() => {
        assertNodeVersion(version);
      }).not.toThrow();
    }
  });

  test('is never made to a name that SQLite reads as memory', () => {
    for (const name of ['', ':memory:', 'file::memory:', 'relative.mrproj', '/tmp/x ']) {
      expect(refusalOf(() => connect(name, { mustExist: false })).code).toBe('usage');
    }
  });

  test('undoes everything of a transaction that throws', () => {
    const { db } = newProject();
    expect(() =>
      inTransaction(db, () => {
        db.exec("INSERT INTO dataset (name) VALUES ('half')");
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(db.prepare('SELECT count(*) FROM dataset').pluck().get()).toBe(0);
  });
});
