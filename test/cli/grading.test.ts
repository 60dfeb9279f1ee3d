import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { createClient } from '../../src/contract/client.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { generateDemo } from '../../src/cli/demo/generate.ts';
import { writeFileSync } from 'node:fs';
import { json, metarouter, temporaryFolder } from './program.ts';

/** An engine in this process, for what has no command: drawing queues and grading from them. */
async function withEngine<T>(
  path: string,
  work: (client: ReturnType<typeof createClient>) => Promise<T>,
): Promise<T> {
  const engine = createEngine({
    clock: () => Date.now(),
    newId,
    workerUrl: new URL('../../dist/task-worker.js', import.meta.url),
    runtimeUrl: new URL('../../dist/runtime/', import.meta.url),
    productVersion: '0.0.0-test',
  });
  try {
    const client = createClient(engine);
    await client.call('project.open', { path });
    return await work(client);
  } finally {
    await engine.close();
  }
}

it('gives packs out, takes them back, compares the raters and plans further grades', async () => {
  const folder = temporaryFolder();
  const [project, pack, data] = ['p.mrproj', 'grace.mrpack', 'data.wide.jsonl'].map((name) =>
    join(folder, name),
  );
  const { rows } = generateDemo({ train: 60, test: 10, seed: 5 });
  writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await json(['init', project]);
  await json(['import', project, data]);

  const taskId = await withEngine(project, async (client) => {
    const { models } = await client.call('project.status', {});
    const task = await client.call('task.save', { name: 'Better?', form: { kind: 'verdict' } });
    const queue = await client.run('queue.create', {
      name: 'week 1',
      taskId: task.id,
      models: models.map((model) => model.name),
      design: { kind: 'random', includesGraded: true },
      overlap: 2,
    });
    for (let i = 0; i < 12; i++) {
      const { item } = await client.call('queue.next', { queueId: queue.id, rater: 'ada' });
      if (item?.item.kind !== 'pair') throw new Error('expected a pair');
      const { leftId, rightId } = item.item;
      const grade = { kind: 'verdict', leftId, rightId, verdict: i % 3 === 0 ? 'tie' : 'left' } as const;
      await client.call('grade.submit', { rater: 'ada', queueId: queue.id, grade, latencyMs: 3000 });
    }
    return task.id;
  });

  const unknown = await metarouter([
    'pack',
    'export',
    project,
    '--queue',
    'nothing',
    '--rater',
    'grace',
    '--out',
    pack,
  ]);
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('week 1');
  expect(
    await json(['pack', 'export', project, '--queue', 'week 1', '--rater', 'grace', '--out', pack]),
  ).toMatchObject({
    path: pack,
  });
  await withEngine(pack, async (client) => {
    for (let i = 0; i < 12; i++) {
      const { item } = await client.call('queue.next', { queueId: 1, rater: 'grace' });
      if (item?.item.kind !== 'pair') throw new Error('expected a pair');
      const { leftId, rightId } = item.item;
      const grade = { kind: 'verdict', leftId, rightId, verdict: 'left' } as const;
      await client.call('grade.submit', { rater: 'grace', queueId: 1, grade });
    }
  });
  expect(await json(['pack', 'import', project, pack])).toMatchObject({ packs: [{ added: 12, known: 0 }] });
  const again = await metarouter(['pack', 'import', project, pack]);
  expect(again).toMatchObject({ code: 0, stdout: `${pack}: 0 new events by grace, 12 known.\n` });

  expect(await json(['raters', project])).toMatchObject({
    raters: expect.arrayContaining([expect.objectContaining({ name: 'grace', grades: 12 })]) as unknown,
    tasks: [{ id: taskId, grades: 24 }],
  });
  const reports = await metarouter(['raters', project, '--task', taskId]);
  expect(reports.stdout).toMatch(/ada +12 +3 s/);
  const agreement = await json(['agreement', project, '--task', taskId]);
  expect(agreement).toMatchObject({ raters: ['ada', 'grace'], shared: 12 });
  const shown = await metarouter(['agreement', project, '--task', taskId]);
  expect(shown.stdout).toContain("Krippendorff's alpha, ordinal");
  const missing = await metarouter(['agreement', project]);
  expect(missing).toMatchObject({ code: 2, stdout: '' });

  const plan = ['plan', project, '--strong', 'strong-demo', '--cheap', 'cheap-demo', '--half-width', '0.01'];
  expect(await json(plan)).toMatchObject({ targets: [{ halfWidth: 0.01 }] });
  expect((await metarouter(plan)).stdout).toContain('more grades');
}, 60_000);
