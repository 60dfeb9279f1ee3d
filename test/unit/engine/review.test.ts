import { describe, expect, it } from 'vitest';
import type { TestEngine } from './test-engine.ts';
import {
  makeQueue,
  makeTask,
  nextItem,
  startWorkbench,
  verdictOn,
  type ServedItem,
} from './workbench-engine.ts';

type Says = (item: ServedItem) => 'left' | 'right' | 'tie';

/** Grades everything in a queue. */
async function gradeAll(engine: TestEngine, queueId: number, rater: string, says: Says): Promise<void> {
  for (;;) {
    const { item } = await engine.client.call('queue.next', { queueId, rater });
    if (item === null) return;
    await engine.client.call('grade.submit', {
      rater,
      queueId,
      grade: verdictOn(item, says(item)),
      latencyMs: 1000,
    });
  }
}

const first: Says = (item) => (item.left.text.startsWith('answer one') ? 'left' : 'right');
const always: Says = () => 'left';

/** 40 prompts: the judge always says the first, the second answer is the longer one. */
async function graded(): Promise<{ readonly engine: TestEngine; readonly taskId: string }> {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    judge: i % 4 === 0 ? ('b' as const) : ('a' as const),
    answers: [`answer one to ${i}`, `answer two to ${i}, at length`] as const,
  }));
  const engine = await startWorkbench(rows);
  const queue = await makeQueue(engine, { overlap: 3 });
  await gradeAll(engine, queue.id, 'ada', first);
  await gradeAll(engine, queue.id, 'grace', first);
  await gradeAll(engine, queue.id, 'lefty', always);
  return { engine, taskId: queue.taskId };
}

describe('review', () => {
  it('compares raters with each other, and judges beside them', async () => {
    const { engine, taskId } = await graded();
    const report = await engine.client.call('review.agreement', { taskId });
    expect(report).toMatchObject({ raters: ['ada', 'grace', 'lefty'], items: 40, shared: 40, warnings: [] });
    const of = (a: string, b: string) => report.pairs.find((pair) => pair.a === a && pair.b === b)?.figures;
    expect(of('ada', 'grace')).toMatchObject({ items: 40, percent: { value: 1 } });
    const lefty = of('ada', 'lefty')?.percent;
    expect(lefty?.value).toBeGreaterThan(0.2);
    expect(lefty?.value).toBeLessThan(0.8);
    expect(lefty?.ci95?.[0]).toBeLessThan(lefty?.value ?? 0);
    // Three raters, of whom two always agree: (1 + 2 p) / 3.
    expect(report.overall.percent.value).toBeCloseTo((1 + 2 * (lefty?.value ?? 0)) / 3, 12);
    expect(report.sources).toMatchObject([
      { name: 'judge', kind: 'judge', figures: { percent: { value: 0.75 } } },
    ]);
    const others = report.againstOthers.find((each) => each.rater === 'lefty')?.figures;
    expect(others?.percent.value).toBeCloseTo(lefty?.value ?? 0, 12);
  });

  it('reports position, length, pace and agreement of every rater', async () => {
    const { engine, taskId } = await graded();
    const { reports } = await engine.client.call('review.raters', { taskId });
    const of = (rater: string) => reports.find((report) => report.rater === rater);
    expect(of('lefty')).toMatchObject({ grades: 40, leftShare: { value: 1 }, medianLatencyMs: 1000 });
    expect(of('lefty')?.leftShare.ci95?.[0]).toBeGreaterThan(0.9);
    expect(of('ada')).toMatchObject({ longerShare: { value: 0 }, tieShare: { value: 0 } });
    expect(of('ada')?.leftShare.ci95?.[0]).toBeLessThan(0.5);
    expect(of('ada')?.leftShare.ci95?.[1]).toBeGreaterThan(0.5);
    expect(of('lefty')?.longerShareOfOthers.value).toBe(0);
    expect(of('ada')?.checks).toMatchObject({
      value: null,
      answered: 0,
      reason: 'no attention check was answered',
    });
    expect(of('lefty')?.drift.ci95?.[0]).toBeLessThan(0);
    expect(of('lefty')?.drift.ci95?.[1]).toBeGreaterThan(0);
  });

  it('lists what raters disagree on until somebody decides, and tells an item’s whole history', async () => {
    const { engine, taskId } = await graded();
    const { client } = engine;
    const open = await client.call('review.disagreements', { taskId, limit: 3 });
    expect(open.items).toHaveLength(3);
    expect(open.items[0]).toMatchObject({ raters: 3, distance: 1 });
    expect(open.items[0].grades).toHaveLength(3);
    await client.call('rater.save', { name: 'mary', role: 'senior' });
    const queue = await client.call('queue.createAdjudication', { name: 'Decide', taskId });
    expect(queue.items).toBe(open.total);
    await expect(client.call('queue.createAdjudication', { name: 'Again', taskId })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('queued already, in “Decide”') as string,
    });
    expect((await client.call('queue.list', {})).queues.map(({ name }) => name)).not.toContain('Again');
    const item = await nextItem(engine, queue.id, 'mary');
    const decision = {
      rater: 'mary',
      queueId: queue.id,
      grade: verdictOn(item, 'tie'),
      comment: 'both fine',
    };
    await client.call('grade.submit', decision);
    expect((await client.call('review.disagreements', { taskId })).total).toBe(open.total - 1);

    const decided = await client.call('review.disagreements', { taskId, isDecided: true });
    expect(decided).toMatchObject({ total: 1, items: [{ promptId: item.promptId, raters: 3 }] });
    const given = decided.items[0].grades;
    expect(given.at(-1)).toMatchObject({ action: 'adjudicate', rater: 'mary' });
    expect(given.at(-1)?.basedOn).toEqual(given.slice(0, 3).map((grade) => grade.eventId));

    const history = await client.call('review.item', { promptId: item.promptId });
    expect(history.events.map((event) => event.action)).toEqual(['submit', 'submit', 'submit', 'adjudicate']);
    expect(history.events.at(-1)).toMatchObject({ comment: 'both fine', isCurrent: true });
    expect(history.draw).toMatchObject({ isRevealed: true, propensity: 1, lookedAt: 'nothing' });
    expect(history.queues.map((place) => place.name)).toEqual(['Queue', 'Decide']);
  });

  it('takes a decision back when it is changed, so that the new one is a decision too and the only one', async () => {
    const { engine, taskId } = await graded();
    const { client } = engine;
    await client.call('rater.save', { name: 'mary', role: 'senior' });
    const queue = await client.call('queue.createAdjudication', { name: 'Decide', taskId });
    const item = await nextItem(engine, queue.id, 'mary');
    const grade = verdictOn(item, 'tie');
    const first = await client.call('grade.submit', { rater: 'mary', queueId: queue.id, grade });
    const second = await client.call('grade.revise', {
      rater: 'mary',
      queueId: queue.id,
      targetId: first.eventId,
      grade: verdictOn(item, 'left'),
    });
    expect(second).toMatchObject({ action: 'adjudicate', isCurrent: true, basedOn: first.basedOn });
    const { items } = await client.call('review.disagreements', { taskId, isDecided: true });
    const decisions = items[0].grades.filter((given) => given.action === 'adjudicate');
    expect(decisions.map((given) => given.eventId)).toEqual([second.eventId]);
    const { events } = await client.call('review.item', { promptId: item.promptId });
    expect(events.map((event) => event.action).slice(3)).toEqual(['adjudicate', 'undo', 'adjudicate']);
    const [info] = (await client.call('queue.list', {})).queues.filter((each) => each.id === queue.id);
    expect(info.done).toBe(1);
    expect((await nextItem(engine, queue.id, 'mary')).promptId).not.toBe(item.promptId);
    // A queue that is closed holds nothing back.
    await client.call('queue.update', { queueId: queue.id, isOpen: false });
    const again = await client.call('queue.createAdjudication', { name: 'Again', taskId });
    expect(again.items).toBe(queue.items - 1);
    // Taking it back leaves the item to be decided.
    await client.call('grade.undoLast', { rater: 'mary' });
    expect((await client.call('review.disagreements', { taskId, isDecided: true })).total).toBe(0);
  });

  it('shows an item blind, on one side for every rater, and the first model now left and now right', async () => {
    const { engine, taskId } = await graded();
    const { client } = engine;
    const { items } = await client.call('review.disagreements', { taskId, limit: 500 });
    const sides = new Set<string>();
    for (const { item, grades, promptId } of items) {
      const shown = await client.call('review.graded', { taskId, item });
      if (item.kind !== 'pair') throw new Error('expected a pair');
      // Whatever sides it is asked for on.
      const turned = { kind: 'pair', leftId: item.rightId, rightId: item.leftId } as const;
      expect(await client.call('review.graded', { taskId, item: turned })).toEqual(shown);
      expect(shown).toMatchObject({ promptId, item, grades, left: { responseId: item.leftId } });
      const isFirstLeft = shown.left.text.startsWith('answer one');
      sides.add(isFirstLeft ? 'left' : 'right');
      for (const { rater, grade } of grades.filter((each) => each.rater !== 'lefty')) {
        expect({ rater, grade }).toMatchObject({
          grade: { ...item, kind: 'verdict', verdict: isFirstLeft ? 'left' : 'right' },
        });
      }
    }
    expect([...sides].sort()).toEqual(['left', 'right']);
  });

  it('compares raters criterion by criterion', async () => {
    const engine = await startWorkbench(6);
    const task = await makeTask(engine, {
      kind: 'rubric',
      criteria: [
        { id: 'dose', text: 'States the dose', points: 5 },
        { id: 'harm', text: 'Harms', points: -5 },
      ],
    });
    const queue = await makeQueue(engine, { taskId: task.id, overlap: 2 });
    for (const rater of ['ada', 'grace']) {
      for (let i = 0; i < 12; i++) {
        const item = await nextItem(engine, queue.id, rater);
        if (item.item.kind !== 'single') throw new Error('expected one response');
        const isHarmful = rater === 'grace' && i % 3 === 0;
        const metIds = [...(i % 2 === 0 ? ['dose'] : []), ...(isHarmful ? ['harm'] : [])];
        const grade = { kind: 'rubric', responseId: item.item.responseId, metIds } as const;
        await engine.client.call('grade.submit', { rater, queueId: queue.id, grade });
      }
    }
    const { criteria, overall } = await engine.client.call('review.agreement', { taskId: task.id });
    const dose = criteria.find((each) => each.id === 'dose');
    const harm = criteria.find((each) => each.id === 'harm');
    expect(dose).toMatchObject({
      text: 'States the dose',
      shared: 12,
      figures: { fleissKappa: { value: 1 } },
    });
    expect(harm?.figures.percent.value).toBeCloseTo(8 / 12, 12);
    expect(overall.krippendorffInterval.value).toBeLessThan(1);
  });
});
