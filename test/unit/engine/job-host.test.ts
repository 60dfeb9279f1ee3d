import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProject, type ProjectFile } from '../../../db/open.ts';
import type { AppEvent } from '../../../src/contract/events.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createJobHost, type JobContext, type JobHost, type JobWork } from '../../../src/engine/job-host.ts';
import { createJobStore } from '../../../src/engine/job-store.ts';
import { runTask } from '../../../src/engine/task-runner.ts';
import { splitRange } from '../../../src/engine/worker-pool.ts';
import { buildWorker } from '../../support/built-worker.ts';
import type { ProbeTasks } from './probe-tasks.ts';

const clock = (): number => Math.round(performance.timeOrigin + performance.now());
let workerUrl: URL;

let folder: string;
let file: ProjectFile;
let jobs: JobHost;
let events: AppEvent[];
let waiting: (() => void)[];

beforeAll(async () => {
  workerUrl = await buildWorker(new URL('./probe-worker.ts', import.meta.url));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'job-host-'));
  file = createProject(join(folder, 'p.mrproj'), { clock, newId: randomUUID, name: 'p', isSimulated: false });
  events = [];
  waiting = [];
  jobs = createJobHost({
    store: createJobStore(file.db),
    clock,
    newId: randomUUID,
    maxRunning: 2,
    emit: (event) => {
      events.push(event);
      for (const wake of waiting) wake();
    },
  });
});

afterEach(async () => {
  await jobs.close();
  file.close();
  rmSync(folder, { recursive: true });
});

function probe<K extends keyof ProbeTasks>(kind: K, input: ProbeTasks[K]['input'], graceMs = 300): JobWork {
  return (job: JobContext) =>
    runTask<ProbeTasks, K>({
      workerUrl,
      request: { kind, input, cancelFlag: job.cancelFlag },
      onProgress: job.control.report,
      signal: job.signal,
      graceMs,
    });
}

function until(isThere: (event: AppEvent) => boolean): Promise<AppEvent> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = events.find(isThere);
      if (found !== undefined) resolve(found);
    };
    waiting.push(look);
    look();
  });
}

const finished = (id: string): Promise<AppEvent> =>
  until((e) => e.name === 'job.finished' && e.data.jobId === id);
const progressed = (id: string): Promise<AppEvent> =>
  until((e) => e.name === 'job.progressed' && e.data.jobId === id);

function thrownBy(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('expected an AppError');
}

describe('a job', () => {
  it('leaves a row, its result and events in order', async () => {
    const id = jobs.start('train', probe('count', { steps: 3, stepMs: 1 }));
    expect(jobs.get(id).state).toBe('queued');
    await finished(id);
    expect(jobs.get(id)).toMatchObject({ kind: 'train', state: 'succeeded', error: null });
    expect(jobs.result(id)).toBe(3);
    const names = events.map((e) => e.name).filter((name) => name !== 'job.progressed');
    expect(names).toEqual(['job.queued', 'job.started', 'job.finished']);
  });

  it('reports at most ten times a second, and the last value', async () => {
    const id = jobs.start('train', probe('count', { steps: 200, stepMs: 5 }));
    await finished(id);
    const progress = events.flatMap((e) => (e.name === 'job.progressed' ? [e.data.progress] : []));
    const seconds = (progress.at(-1)?.elapsedMs ?? 0) / 1000;
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.length).toBeLessThanOrEqual(10 * seconds + 2);
    const late = progress.at(-2);
    expect(late?.unit).toBe('steps');
    // How it is reckoned is tested with a clock of its own; a step takes 5 ms at least.
    expect(late?.ratePerSecond).toBeGreaterThan(0);
    expect(late?.ratePerSecond).toBeLessThan(300);
    expect(late?.leftMs).toBeGreaterThanOrEqual(0);
  });

  it('that throws an explained error fails with its code, message and details', async () => {
    const id = jobs.start('train', probe('fail', { how: 'explained' }));
    await finished(id);
    expect(jobs.get(id)).toMatchObject({
      state: 'failed',
      error: { code: 'not-enough-data', message: 'There is no gold.', details: { nGold: 0 } },
    });
    expect(thrownBy(() => jobs.result(id)).code).toBe('not-enough-data');
  });

  it.each([
    ['throws a bug', 'bug', 'x is not a function'],
    ['ends its process', 'exit', 'exit code 3'],
    ['throws outside of any promise', 'throw-later', 'outside of any promise'],
  ] as const)('whose worker %s fails, and the next one runs', async (_, how, message) => {
    const id = jobs.start('train', probe('fail', { how }));
    await finished(id);
    expect(jobs.get(id).state).toBe('failed');
    expect(jobs.get(id).error?.code).toBe('internal');
    expect(jobs.get(id).error?.message).toContain(message);
    const next = jobs.start('train', probe('count', { steps: 1, stepMs: 1 }));
    await finished(next);
    expect(jobs.get(next).state).toBe('succeeded');
  });
});

describe('cancelling', () => {
  it('before the start leaves the job cancelled and never runs it', async () => {
    jobs.start('train', probe('count', { steps: 30, stepMs: 10 }));
    jobs.start('train', probe('count', { steps: 30, stepMs: 10 }));
    let hasRun = false;
    const third = jobs.start('train', () => {
      hasRun = true;
      return Promise.resolve(null);
    });
    expect(jobs.cancel(third).state).toBe('cancelled');
    await jobs.close();
    expect(hasRun).toBe(false);
    expect(jobs.get(third).state).toBe('cancelled');
  });

  it('in the middle stops a worker that looks at the flag', async () => {
    const id = jobs.start('train', probe('count', { steps: 1_000_000, stepMs: 5 }, 600_000));
    await progressed(id);
    jobs.cancel(id);
    await finished(id);
    expect(jobs.get(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
  });

  it('ends a worker that does not look within the grace', async () => {
    const id = jobs.start('train', probe('deaf', { ms: 600_000 }, 300));
    await until((e) => e.name === 'job.started');
    jobs.cancel(id);
    await finished(id);
    expect(jobs.get(id).state).toBe('cancelled');
  });

  it('at the end is a conflict and changes nothing', async () => {
    const id = jobs.start('train', probe('count', { steps: 1, stepMs: 1 }));
    await finished(id);
    expect(thrownBy(() => jobs.cancel(id)).code).toBe('conflict');
    expect(jobs.get(id).state).toBe('succeeded');
  });

  it('closing the host cancels what runs', async () => {
    const id = jobs.start('train', probe('count', { steps: 10_000, stepMs: 5 }));
    await progressed(id);
    await jobs.close();
    expect(jobs.get(id).state).toBe('cancelled');
    expect(thrownBy(() => jobs.start('train', () => Promise.resolve(null))).code).toBe('conflict');
  });
});

it('splits a range into runs of neighbours that cover it', () => {
  expect(splitRange(10, 3)).toEqual([
    [0, 3],
    [3, 6],
    [6, 10],
  ]);
  expect(splitRange(2, 8)).toHaveLength(2);
  expect(splitRange(0, 2)).toEqual([]);
});
