import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../db/open.ts';
import { listJobs } from '../../db/repositories/jobs.ts';
import { CHEAP, generateDemo, STRONG } from '../../src/cli/demo/generate.ts';
import { metarouter, programPath, start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
const project = join(folder, 'p.mrproj');
const dataFile = join(folder, 'data.wide.jsonl');
const pair = ['--strong', STRONG, '--cheap', CHEAP];
const long = ['replicate', project, ...pair, '--rounds', '500', '--gold', '60', '--test', '100'];

beforeAll(async () => {
  const { rows } = generateDemo({ train: 400, test: 100, seed: 6 });
  writeFileSync(dataFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await metarouter(['init', project]);
  await metarouter(['import', project, dataFile]);
});

/** The state of the newest job. Opening a project fails the jobs that a dead process left; this does not. */
function newestJob(): { kind: string; state: string; message: string | undefined } {
  const file = openProject(project, { clock: () => 0, newId: () => 'test' });
  try {
    const [job] = listJobs(file.db, 1);
    return { kind: job.kind, state: job.state, message: job.error?.message };
  } finally {
    file.close();
  }
}

describe('Ctrl-C', () => {
  it('cancels the job within 2 s, exits with 130 and leaves the project usable', async () => {
    let interruptedAt = 0;
    const { code, stdout, stderr } = await metarouter(long, {
      onStderr: (child, text) => {
        if (interruptedAt > 0 || !text.includes('rounds')) return;
        interruptedAt = performance.now();
        child.kill('SIGINT');
      },
    });
    expect(interruptedAt).toBeGreaterThan(0);
    expect(performance.now() - interruptedAt).toBeLessThan(2500);
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('Interrupted');
    expect(newestJob()).toMatchObject({ kind: 'replicate', state: 'cancelled' });
  });
});

it('one process at a time has a project open, and the second is told', async () => {
  const child = start(long);
  await new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('rounds')) resolve();
    });
  });
  const { code, stderr } = await metarouter(['status', project]);
  const over = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGINT');
  await over;
  expect(code).toBe(1);
  expect(stderr).toContain(`process ${child.pid ?? 0}`);
});

describe('kill -9', () => {
  it('during a run leaves it failed: interrupted at the next open, and the project usable', async () => {
    const child = start(long);
    await new Promise<void>((resolve) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('rounds')) resolve();
      });
    });
    const over = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await over;
    expect(newestJob()).toMatchObject({ kind: 'replicate', state: 'running' });
    expect((await metarouter(['status', project])).code).toBe(0);
    expect(newestJob().state).toBe('failed');
    expect(newestJob().message).toMatch(/^interrupted/i);
    expect(readdirSync(folder).sort()).toEqual(['data.wide.jsonl', 'p.mrproj']);
  });

  it('during an import leaves the project as it was, and importing again completes it', async () => {
    const many = join(folder, 'many.wide.jsonl');
    const { rows } = generateDemo({ train: 2000, test: 500, seed: 8 });
    const copies = Array.from({ length: 8 }, (_, k) =>
      rows
        .map((row) => `${JSON.stringify({ ...row, source: `copy ${k}`, prompt: `${row.prompt} (${k})` })}\n`)
        .join(''),
    );
    writeFileSync(many, copies.join(''));
    const before = JSON.parse((await metarouter(['status', project, '--json'])).stdout) as {
      counts: unknown;
    };
    const child = start(['import', project, many]);
    const staged = (): boolean => readdirSync(folder).some((name) => name.endsWith('.staging'));
    const over = new Promise((resolve) => child.on('close', resolve));
    while (!staged()) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await over;
    const after = JSON.parse((await metarouter(['status', project, '--json'])).stdout) as { counts: unknown };
    expect(after.counts).toEqual(before.counts);
    expect(staged()).toBe(false);
    const again = await metarouter(['import', project, many]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('20,000 prompts');
  });
});

it('an old Node is told in one line what is needed', () => {
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    try {
      return (
        execFileSync(path, ['-p', 'parseInt(process.versions.node) < 22'], { encoding: 'utf8' }).trim() ===
        'true'
      );
    } catch {
      return false;
    }
  });
  if (old === undefined) {
    process.stderr.write(
      'NOT RUN: there is no Node older than 22 on this machine to try the version check with.\n',
    );
    return;
  }
  let outcome = { status: 0, stderr: '' };
  try {
    execFileSync(old, [programPath, 'status', project], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'stderr' in error) {
      outcome = { status: Number(error.status), stderr: String(error.stderr) };
    }
  }
  expect(outcome.status).toBe(1);
  expect(outcome.stderr).toMatch(/^metarouter needs Node 22\.14 or newer.*\n$/);
});
