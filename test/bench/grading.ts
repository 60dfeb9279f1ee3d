/**
 * Measures the engine under a grader: the next item and a submitted grade with 100,000 items queued in a project of 1,000,000
 * preference rows, at the start of the queue, in its middle after a restart, and with three raters an item. Run after a
 * build: node test/bench/grading.ts [PROJECT]; a project that is named is copied and left as it is.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { v7 } from 'uuid';
import { openProject } from '../../db/open.ts';
import { createClient, type Client } from '../../src/contract/client.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { print, timed } from './support/figures.ts';
import { quantile } from './support/frames.ts';
import { makeLargeProject } from './support/large-project.ts';

const PROMPTS = 1_000_000;
const QUEUED = 100_000;
const STEPS = 500;
/** Of the 50 ms from a key to the next item painted, so much may be the engine's: mostly, and nearly always. */
const NEXT_MS = 5;
const NEXT_P95_MS = 25;

const engine = createEngine({
  clock: () => Date.now(),
  newId: () => v7(),
  workerUrl: new URL('../../dist/task-worker.js', import.meta.url),
  runtimeUrl: new URL('../../dist/runtime/', import.meta.url),
  productVersion: '0.0.0',
});
const client: Client = createClient(engine);

async function grade(queueId: number, rater: string, steps: number, what: string): Promise<void> {
  const next: number[] = [];
  const ahead: number[] = [];
  const submit: number[] = [];
  for (let i = 0; i < steps; i++) {
    let served = await client.call('queue.next', { queueId, rater });
    next.push(await timed(async () => (served = await client.call('queue.next', { queueId, rater }))));
    const { item } = served;
    if (item?.item.kind !== 'pair') throw new Error('The queue is over.');
    const afterPosition = item.position;
    ahead.push(await timed(() => client.call('queue.next', { queueId, rater, afterPosition })));
    const { leftId, rightId } = item.item;
    const verdict = { kind: 'verdict', leftId, rightId, verdict: 'left' } as const;
    submit.push(
      await timed(() => client.call('grade.submit', { queueId, rater, grade: verdict, latencyMs: 1 })),
    );
  }
  print(`${what}: next item, p50`, quantile(next, 0.5), 'ms', NEXT_MS);
  print(`${what}: next item, p95 of ${steps}`, quantile(next, 0.95), 'ms', NEXT_P95_MS);
  print(`${what}: the item after it, p95`, quantile(ahead, 0.95), 'ms', NEXT_P95_MS);
  print(`${what}: a submitted grade, p50`, quantile(submit, 0.5), 'ms', NEXT_MS);
  print(`${what}: a submitted grade, p95`, quantile(submit, 0.95), 'ms');
}

/** Marks items as graded by somebody, as if the queue had been worked through up to a place. */
function gradeUpTo(path: string, queueId: number, position: number, rater: string): void {
  const file = openProject(path, { clock: () => Date.now(), newId: () => v7(), quickCheck: 'never' });
  try {
    file.db.transaction(() => {
      file.db
        .prepare("INSERT INTO rater (name, kind) VALUES (?, 'person') ON CONFLICT DO NOTHING")
        .run(rater);
      const items = file.db
        .prepare<[number, number], { promptId: number }>(
          'SELECT prompt_id AS promptId FROM queue_item WHERE queue_id = ? AND position <= ? AND graded = 0',
        )
        .all(queueId, position);
      const insert = file.db.prepare(
        `INSERT INTO grading_event (id, created_ms, rater_id, prompt_id, action, model_a_id, model_b_id, verdict, task_id)
         SELECT ?, 1, r.id, ?, 'submit', 1, 2, 'a', q.task_id FROM rater r, grading_queue q WHERE r.name = ? AND q.id = ?`,
      );
      for (const { promptId } of items) insert.run(v7(), promptId, rater, queueId);
      file.db
        .prepare('UPDATE queue_item SET graded = 1 WHERE queue_id = ? AND position <= ?')
        .run(queueId, position);
    })();
  } finally {
    file.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
const path = join(folder, 'large.mrproj');
try {
  const given = process.argv.at(2);
  if (given !== undefined && existsSync(resolve(given))) copyFileSync(resolve(given), path);
  else makeLargeProject(path, PROMPTS);
  await client.call('project.open', { path });
  const task = await client.call('task.save', { name: 'Which is better?', form: { kind: 'verdict' } });
  const queue = { taskId: task.id, models: ['strong', 'cheap'], design: { kind: 'random' } } as const;
  let queueId = 0;
  let items = 0;
  const drawn = await timed(async () => {
    const made = await client.run('queue.create', { ...queue, name: 'bench', budget: QUEUED });
    queueId = made.id;
    items = made.items;
  });
  print(`a queue of ${items.toLocaleString('en')} items drawn from 800,000 prompts`, drawn / 1000, 's');
  await grade(queueId, 'ada', STEPS, 'at the start');

  await client.call('project.close', {});
  gradeUpTo(path, queueId, 50_000, 'ada');
  await client.call('project.open', { path });
  const first = await timed(() => client.call('queue.next', { queueId, rater: 'ada' }));
  print('after a restart, 50,000 items graded: the first item', first, 'ms', 200);
  await grade(queueId, 'ada', STEPS, 'in the middle');
  await grade(queueId, 'grace', STEPS, 'another rater in the middle');

  await client.call('queue.update', { queueId, overlap: 3 });
  const again = await timed(() => client.call('queue.next', { queueId, rater: 'ada' }));
  print('three raters an item from now on: the first item after 50,000 own grades', again, 'ms', 1000);
  await grade(queueId, 'ada', STEPS, 'three raters an item');
  print('one undo', await timed(() => client.call('grade.undoLast', { rater: 'ada' })), 'ms');
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
