import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { openProject } from '../../db/open.ts';
import { keep, newProject, options, projectPath, refusalOf } from './temporary-project.ts';

type Holder = ChildProcessByStdio<null, Readable, null>;
const holders: Holder[] = [];

afterEach(() => {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
});

/** A process of its own that has the project open. */
async function holdInAnotherProcess(path: string): Promise<Holder> {
  const script = fileURLToPath(new URL('hold-project.ts', import.meta.url));
  const holder = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  await once(holder.stdout, 'data');
  return holder;
}

async function killHard(holder: Holder): Promise<void> {
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
}

describe('the lock of a project', () => {
  test('names the process that holds it', async () => {
    const path = projectPath();
    newProject(path).close();
    const holder = await holdInAnotherProcess(path);
    const error = refusalOf(() => openProject(path, options));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(`process ${String(holder.pid)} on ${hostname()}`);
    expect(error.message).toContain('1970-01-01T00:00:01.000Z');
    expect(error.details).toMatchObject({ pid: holder.pid, host: hostname(), sinceMs: 1000 });
  });

  test('is gone when its holder is killed, and what the holder had written is there', async () => {
    const path = projectPath();
    newProject(path).close();
    await killHard(await holdInAnotherProcess(path));
    expect(existsSync(`${path}.lock`)).toBe(true);
    const project = keep(openProject(path, options));
    expect(project.db.prepare('SELECT name FROM dataset').pluck().all()).toEqual(['written before the kill']);
    project.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('keeps the same process from opening a project twice', () => {
    const project = newProject();
    for (let i = 0; i < 3; i++) {
      const error = refusalOf(() => openProject(project.path, options));
      expect(error.details).toMatchObject({ pid: process.pid });
    }
    expect(project.db.prepare('SELECT count(*) FROM project').pluck().get()).toBe(1);
    project.close();
    keep(openProject(project.path, options));
  });

  test('is let go when opening fails', () => {
    const path = projectPath();
    writeFileSync(path, 'not a project');
    for (let i = 0; i < 2; i++) expect(refusalOf(() => openProject(path, options)).code).toBe('damaged');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('replaces a lock file that is not one', () => {
    const path = projectPath();
    newProject(path).close();
    writeFileSync(`${path}.lock`, 'pid 1\n'.repeat(1000));
    keep(openProject(path, options));
    expect(refusalOf(() => openProject(path, options)).code).toBe('locked');
  });

  test('is given to one of many that want it at once', async () => {
    const path = projectPath();
    newProject(path).close();
    const script = fileURLToPath(new URL('hold-project.ts', import.meta.url));
    const rivals = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    holders.push(...rivals);
    const outcomes = await Promise.all(
      rivals.map((rival) =>
        Promise.race([
          once(rival.stdout, 'data').then(() => 'held'),
          once(rival, 'exit').then(() => 'refused'),
        ]),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
  });
});
