import { expect, test } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { makeQueue, makeTask, models, nextItem, startWorkbench, type Row } from './workbench-engine.ts';

/**
 * Of 400 prompts one half is about `easy` things, where the first model is better, and the other half about `hard` ones,
 * where it is worse: the true mean gain is 0. They are imported in that order.
 */
const PROMPTS = 400;
const isEasy = (promptId: number): boolean => promptId <= PROMPTS / 2;
const rows: readonly Row[] = Array.from({ length: PROMPTS }, (_, i) => ({
  category: i < PROMPTS / 2 ? 'easy' : 'hard',
  judge: createRng(i).uniform() < 0.5 ? 'a' : 'b',
}));

test('grades of what the draw left out are kept and shown, and train nothing: with them the mean would be far off', async () => {
  const engine = await startWorkbench(rows);
  const { client } = engine;
  const { id: taskId } = await makeTask(engine);
  const queue = await makeQueue(engine, { taskId, budget: 100 });
  const bestOf = async (promptId: number, leftId: number): Promise<'left' | 'right'> => {
    const { responses } = await client.call('data.item', { promptId });
    const isFirst = responses.find(({ responseId }) => responseId === leftId)?.model === models[0];
    return isFirst === isEasy(promptId) ? 'left' : 'right';
  };
  for (let item = await nextItem(engine, queue.id); ;) {
    if (item.item.kind !== 'pair') throw new Error('A verdict is about a pair.');
    const { leftId, rightId } = item.item;
    const verdict = await bestOf(item.promptId, leftId);
    const grade = { kind: 'verdict', leftId, rightId, verdict } as const;
    await client.call('grade.submit', { rater: 'ada', queueId: queue.id, grade });
    const { item: next } = await client.call('queue.next', { queueId: queue.id, rater: 'ada' });
    if (next === null) break;
    item = next;
  }
  const pairs = { rater: 'ada', models } as const;
  const plan = { strong: models[0], cheap: models[1], source: 'judge', more: [0], targets: [] };
  const before = await client.call('plan.budget', plan);

  // Whoever grades without the queue is not offered what it left out, and can still ask for it.
  expect(await client.call('grade.next', pairs)).toMatchObject({ item: null, remaining: 0 });
  let outside = 0;
  for (let after = 0; ; outside++) {
    const asked = { ...pairs, includesLeftOut: true, countsRemaining: false, afterPromptId: after };
    const { item } = await client.call('grade.next', asked);
    if (item === null || !isEasy(item.promptId)) break;
    expect(item.isLeftOut).toBe(true);
    const verdict = await bestOf(item.promptId, item.left.responseId);
    const [leftId, rightId] = [item.left.responseId, item.right.responseId];
    await client.call('grade.submit', { rater: 'ada', grade: { kind: 'verdict', leftId, rightId, verdict } });
    after = item.promptId;
  }
  expect(outside).toBeGreaterThan(120);

  const { gold } = await client
    .call('project.status', {})
    .then(({ counts }) => ({ gold: counts.goldPrompts }));
  expect(gold).toBe(queue.items + outside);
  const after = await client.call('plan.budget', plan);
  expect(after.meanGain).toEqual(before.meanGain);
  expect(after.graded).toBe(queue.items);
  expect(after.warnings.find(({ code }) => code === 'graded-outside-the-draw')?.message).toContain(
    `${outside} prompts were graded although the draw had left them out.`,
  );
  const [lo, hi] = after.meanGain.ci95 ?? [1, 1];
  expect(lo).toBeLessThan(0);
  expect(hi).toBeGreaterThan(0);
  // With them: 120 and more easy ones beside the 100 that were drawn.
  const easyDrawn = PROMPTS / 2 - outside;
  const naive = (PROMPTS / 2 - (queue.items - easyDrawn)) / (queue.items + outside);
  expect(naive).toBeGreaterThan(hi);
});
