import { describe, expect, test } from 'vitest';
import { openReadable } from '../../../db/sqlite.ts';
import { makeQueue, makeTask, models, startWorkbench } from './workbench-engine.ts';
import type { TestEngine } from './test-engine.ts';

/** What a draw leaves in the project. */
function traces({ project }: TestEngine): { draws: number; queues: number; items: number } {
  const db = openReadable(project);
  try {
    const count = (table: string): number =>
      Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    return { draws: count('gold_draw'), queues: count('grading_queue'), items: count('queue_item') };
  } finally {
    db.close();
  }
}

const NOTHING = { draws: 0, queues: 0, items: 0 };

describe('drawing a queue', () => {
  test('says where it is, and announces the queue once all of it is there', async () => {
    const engine = await startWorkbench(300);
    const { id: taskId } = await makeTask(engine);
    const stages: string[] = [];
    const queue = await engine.client.run(
      'queue.create',
      { name: 'Queue', taskId, models, design: { kind: 'random' }, budget: 100 },
      { onProgress: ({ stage }) => stages.push(stage) },
    );
    expect(stages).toContain('Storing the queue');
    expect(traces(engine)).toEqual({ draws: 300, queues: 1, items: queue.items });
    const { jobs } = await engine.client.call('job.list', {});
    expect(jobs.find(({ kind }) => kind === 'draw')).toMatchObject({ state: 'succeeded' });
    expect(engine.events.filter(({ name }) => name === 'queue.created')).toHaveLength(1);
  });

  test('can be cancelled: nothing is half drawn, and every prompt still has its one draw', async () => {
    const engine = await startWorkbench(300);
    const { id: taskId } = await makeTask(engine);
    const abort = new AbortController();
    engine.client.subscribe(
      (event) => {
        if (event.name === 'job.started' && event.data.kind === 'draw') abort.abort();
      },
      { signal: AbortSignal.timeout(60_000) },
    );
    const input = { name: 'Queue', taskId, models, design: { kind: 'random' }, budget: 100 } as const;
    await expect(engine.client.run('queue.create', input, { signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(traces(engine)).toEqual(NOTHING);
    expect(await makeQueue(engine, { taskId, budget: 100 })).toMatchObject({ eligible: 300 });
  });

  test('comes after a draw that was asked for before: no prompt is drawn twice', async () => {
    const engine = await startWorkbench(300);
    const { id: taskId } = await makeTask(engine);
    const [first, second] = await Promise.all([
      makeQueue(engine, { taskId, name: 'First', budget: 100 }),
      makeQueue(engine, { taskId, name: 'Second' }),
    ]);
    expect(first.eligible + second.eligible).toBe(300);
    expect(traces(engine).draws).toBe(300);
    expect(second.warnings.map(({ code }) => code)).toEqual(['drawn-before']);
  });

  test('is refused at once where there is a queue of that name', async () => {
    const engine = await startWorkbench(30);
    const { id: taskId } = await makeTask(engine);
    await makeQueue(engine, { taskId, budget: 10 });
    const before = traces(engine);
    await expect(makeQueue(engine, { taskId })).rejects.toMatchObject({ code: 'already-exists' });
    expect(traces(engine)).toEqual(before);
  });

  test('names how many graded prompts there are where all of them are, and draws them again where asked', async () => {
    const engine = await startWorkbench(Array.from({ length: 30 }, () => ({ gold: 'a' as const })));
    const { id: taskId } = await makeTask(engine);
    await expect(makeQueue(engine, { taskId })).rejects.toMatchObject({
      code: 'not-enough-data',
      message: expect.stringContaining('To grade prompts again that have a grade, say so') as unknown,
    });
    const again = { kind: 'random', includesGraded: true } as const;
    const queue = await makeQueue(engine, { taskId, design: again, budget: 100 });
    expect(queue).toMatchObject({ items: 30, eligible: 0 });
    expect(queue.warnings.map(({ message }) => message)).toEqual([
      '100 prompts were asked for, and there are 30: all are in the queue.',
    ]);
    expect(traces(engine).draws).toBe(0);
  });
});
