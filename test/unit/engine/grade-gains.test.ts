import { expect, it } from 'vitest';
import { openProject } from '../../../db/open.ts';
import { buildPairSnapshot } from '../../../db/repositories/snapshot.ts';
import type { MethodInput } from '../../../src/contract/methods.ts';
import {
  makeQueue,
  makeTask,
  models,
  nextItem,
  startWorkbench,
  type Grade,
  type ServedItem,
} from './workbench-engine.ts';

type Form = MethodInput<'task.save'>['form'];

const criteria = [
  { id: 'good', text: 'Good', points: 4 },
  { id: 'better', text: 'Better', points: 6 },
  { id: 'harm', text: 'Harms', points: -5 },
];

/** What a rater says of the response of the first model and of the second. */
const cases: readonly {
  readonly form: Form;
  readonly say: (responseId: number, isFirst: boolean) => Grade;
  readonly gain: number;
}[] = [
  {
    form: { kind: 'score', scale: [1, 5] },
    say: (responseId, isFirst) => ({ kind: 'score', responseId, score: isFirst ? 5 : 2, scale: [1, 5] }),
    gain: 0.75,
  },
  {
    form: { kind: 'correctness', allowsPartly: true },
    say: (responseId, isFirst) => ({
      kind: 'correctness',
      responseId,
      correctness: isFirst ? 'partly' : 'correct',
    }),
    gain: -0.5,
  },
  {
    // .4 − (−.5 + .6): the score of one item is not clipped.
    form: { kind: 'rubric', criteria },
    say: (responseId, isFirst) => ({
      kind: 'rubric',
      responseId,
      metIds: isFirst ? ['harm'] : ['good', 'better'],
    }),
    gain: -1.5,
  },
];

it.each(cases)(
  'training reads grades of the kind $form.kind as the gain $gain',
  async ({ form, say, gain }) => {
    const engine = await startWorkbench(3);
    const task = await makeTask(engine, form);
    const queue = await makeQueue(engine, { taskId: task.id });
    expect(queue.items).toBe(6);
    const isOfFirst = (item: ServedItem): boolean => item.left.text.startsWith('answer one');
    for (let i = 0; i < 6; i++) {
      const item = await nextItem(engine, queue.id);
      const grade = say(item.left.responseId, isOfFirst(item));
      const event = await engine.client.call('grade.submit', { rater: 'ada', queueId: queue.id, grade });
      expect(event.grade).toMatchObject(grade);
    }
    await engine.client.call('project.close', {});
    const file = openProject(engine.project, { clock: () => 0, newId: () => 'x' });
    try {
      const [strong, cheap] = models;
      const snapshot = buildPairSnapshot(file.db, { strong, cheap, stage: 'route', signals: [] });
      expect([...snapshot.goldGain].map((each) => Number(each.toFixed(12)))).toEqual([gain, gain, gain]);
      expect([...snapshot.designedPropensity]).toEqual([1, 1, 1]);
    } finally {
      file.close();
    }
  },
);

it('training reads a verdict as 1, 0 or −1 whatever its strength, and the decision where raters disagree', async () => {
  const engine = await startWorkbench(1);
  const { client } = engine;
  const queue = await makeQueue(engine, { overlap: 2 });
  for (const rater of ['ada', 'grace']) {
    const item = await nextItem(engine, queue.id, rater);
    if (item.item.kind !== 'pair') throw new Error('expected a pair');
    const isLeft = item.left.text.startsWith('answer one') === (rater === 'ada');
    const { leftId, rightId } = item.item;
    const grade = {
      kind: 'verdict',
      leftId,
      rightId,
      verdict: isLeft ? 'left' : 'right',
      strength: 1 / 3,
    } as const;
    await client.call('grade.submit', { rater, queueId: queue.id, grade });
  }
  const gainNow = async (): Promise<number> => {
    await client.call('project.close', {});
    const file = openProject(engine.project, { clock: () => 0, newId: () => 'x' });
    const [strong, cheap] = models;
    const [gain] = buildPairSnapshot(file.db, { strong, cheap, stage: 'route', signals: [] }).goldGain;
    file.close();
    await client.call('project.open', { path: engine.project });
    return gain;
  };
  expect(await gainNow()).toBe(0);
  await client.call('rater.save', { name: 'mary', role: 'senior' });
  const decide = await client.call('queue.createAdjudication', { name: 'Decide', taskId: queue.taskId });
  const item = await nextItem(engine, decide.id, 'mary');
  if (item.item.kind !== 'pair') throw new Error('expected a pair');
  const says = item.left.text.startsWith('answer one') ? 'left' : 'right';
  const { leftId, rightId } = item.item;
  await client.call('grade.submit', {
    rater: 'mary',
    queueId: decide.id,
    grade: { kind: 'verdict', leftId, rightId, verdict: says },
  });
  expect(await gainNow()).toBe(1);
  await client.call('grade.undoLast', { rater: 'mary' });
  expect(await gainNow()).toBe(0);
});
