import { describe, expect, it } from 'vitest';
import { refusal } from './test-engine.ts';
import {
  gradeNext,
  makeQueue,
  makeTask,
  models,
  nextItem,
  startWorkbench,
  verdictOn,
} from './workbench-engine.ts';

describe('a queue', () => {
  it('serves every drawn item once, blind, with the side recorded and the same whenever it is shown', async () => {
    const engine = await startWorkbench(12);
    const { client } = engine;
    const queue = await makeQueue(engine);
    expect(queue).toMatchObject({ items: 12, done: 0, eligible: 12, kind: 'random', warnings: [] });
    const seen = new Set<number>();
    const lefts = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const item = await nextItem(engine, queue.id);
      expect(JSON.stringify(item)).not.toMatch(/gpt-4|vicuna/);
      expect(await nextItem(engine, queue.id)).toEqual(item);
      seen.add(item.promptId);
      lefts.add(item.left.text.slice(0, 10));
      await gradeNext(engine, queue.id);
    }
    expect(seen.size).toBe(12);
    expect(lefts.size).toBe(2);
    expect(await client.call('queue.next', { queueId: queue.id, rater: 'ada' })).toEqual({
      item: null,
      remaining: null,
    });
    expect((await client.call('queue.list', {})).queues).toMatchObject([{ done: 12, items: 12 }]);
    const progress = await client.call('queue.progress', { queueId: queue.id, rater: 'ada' });
    expect(progress).toMatchObject({ items: 12, graded: 12, remaining: 0, skipped: 0 });
  });

  it('logs one draw for every eligible prompt, and no later queue draws it again', async () => {
    const engine = await startWorkbench(60);
    const first = await makeQueue(engine, { budget: 20, seed: 4 });
    expect(first.eligible).toBe(60);
    expect(first.items).toBeGreaterThan(8);
    expect(first.items).toBeLessThan(35);
    const item = await nextItem(engine, first.id);
    expect(item.why).toMatchObject({ propensity: 20 / 60, lookedAt: 'nothing' });
    expect(item.why.sentence).toContain('33 %');
    await gradeNext(engine, first.id);
    const second = await makeQueue(engine, { name: 'Again', taskId: first.taskId, seed: 9 });
    expect(second.items).toBe(first.items - 1);
    expect(second.eligible).toBe(0);
    expect(second.warnings.map((warning) => warning.code)).toContain('drawn-before');
    expect((await nextItem(engine, second.id)).why.sentence).toContain('once in its life');
  });

  it('of a slice keeps a floor everywhere, and says which items are of the slice', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ category: i % 4 === 0 ? 'maths' : 'other' }));
    const engine = await startWorkbench(rows);
    const queue = await makeQueue(engine, {
      design: { kind: 'slice', slice: { categories: ['maths'] }, uniform: 0.2 },
      budget: 40,
    });
    const propensities = new Set<number>();
    let inSlice = 0;
    for (let after = 0, i = 0; i < queue.items; i++) {
      const item = await nextItem(engine, queue.id, 'ada', after);
      after = item.position;
      propensities.add(item.why.propensity ?? 0);
      expect(item.why.lookedAt).toBe('prompt');
      expect(item.why.sentence).toContain(item.category === 'maths' ? 'belongs to' : 'outside the slice');
      if (item.category === 'maths') inSlice++;
    }
    // τ b / N = 0.04 outside; inside also (1 − τ) b / 50 = 0.64.
    expect([...propensities].map((p) => Number(p.toFixed(6))).sort()).toEqual([0.04, 0.68]);
    expect(inSlice).toBeGreaterThan(queue.items / 2);
  });

  it('wants as many raters as its overlap, each once, and refuses whom it is not for', async () => {
    const engine = await startWorkbench(3);
    const queue = await makeQueue(engine, { overlap: 2, raters: ['ada', 'grace'] });
    for (const rater of ['ada', 'grace']) {
      for (let i = 0; i < 3; i++) await gradeNext(engine, queue.id, rater);
      expect((await engine.client.call('queue.next', { queueId: queue.id, rater })).item).toBeNull();
    }
    expect((await engine.client.call('queue.list', {})).queues).toMatchObject([{ done: 3 }]);
    const stranger = engine.client.call('queue.next', { queueId: queue.id, rater: 'eve' });
    expect((await refusal(stranger)).code).toBe('conflict');
  });

  it('reports a skipped item as non-response and offers it to others only', async () => {
    const engine = await startWorkbench(2);
    const queue = await makeQueue(engine);
    const item = await nextItem(engine, queue.id);
    await engine.client.call('grade.skip', {
      rater: 'ada',
      item: item.item,
      queueId: queue.id,
      reason: 'not mine',
    });
    expect((await nextItem(engine, queue.id)).position).not.toBe(item.position);
    expect((await nextItem(engine, queue.id, 'grace')).position).toBe(item.position);
    const [listed] = (await engine.client.call('queue.list', {})).queues;
    expect(listed.skipped).toBe(1);
    expect(listed.warnings.map((warning) => warning.code)).toEqual(['non-response']);
  });
});

describe('undo and redo', () => {
  it('walk back and forth over a rater’s steps across a restart, and the item comes back to the queue', async () => {
    const engine = await startWorkbench(5);
    const { client } = engine;
    const queue = await makeQueue(engine);
    const first = await gradeNext(engine, queue.id, 'ada', 'left');
    const second = await gradeNext(engine, queue.id, 'ada', 'right');
    await client.call('project.close', {});
    await client.call('project.open', { path: engine.project });

    const undone = await client.call('grade.undoLast', { rater: 'ada' });
    expect(undone).toMatchObject({ canUndo: true, canRedo: true, event: { eventId: second.eventId } });
    expect((await nextItem(engine, queue.id)).position).toBe(second.position);
    expect(await client.call('grade.undoLast', { rater: 'ada' })).toMatchObject({ canUndo: false });
    expect((await nextItem(engine, queue.id)).position).toBe(first.position);
    expect((await client.call('grade.undoLast', { rater: 'ada' })).event).toBeNull();

    const redone = await client.call('grade.redoLast', { rater: 'ada' });
    expect(redone.event).toMatchObject({ grade: first.grade, promptId: first.promptId, isCurrent: true });
    await client.call('project.close', {});
    await client.call('project.open', { path: engine.project });
    const again = await client.call('grade.redoLast', { rater: 'ada' });
    expect(again).toMatchObject({ event: { grade: second.grade }, canRedo: false, canUndo: true });
    expect((await nextItem(engine, queue.id)).position).toBe(3);
    expect((await client.call('grade.redoLast', { rater: 'ada' })).event).toBeNull();
  });

  it('takes back a skip and a revision, and a new step ends what could be redone', async () => {
    const engine = await startWorkbench(4);
    const { client } = engine;
    const queue = await makeQueue(engine);
    const submitted = await gradeNext(engine, queue.id, 'ada', 'left');
    const item = (await client.call('queue.item', { queueId: queue.id, rater: 'ada', position: 1 })).item;
    const revised = await client.call('grade.revise', {
      rater: 'ada',
      targetId: submitted.eventId,
      grade: verdictOn(item, 'tie'),
      queueId: queue.id,
    });
    await client.call('grade.undoLast', { rater: 'ada' });
    const back = (await client.call('queue.item', { queueId: queue.id, rater: 'ada', position: 1 })).item;
    expect(back.current?.grade).toEqual(submitted.grade);
    await client.call('grade.redoLast', { rater: 'ada' });
    const redone = (await client.call('queue.item', { queueId: queue.id, rater: 'ada', position: 1 })).item;
    expect(redone.current?.grade).toEqual(revised.grade);

    const next = await nextItem(engine, queue.id);
    const skip = { rater: 'ada', item: next.item, queueId: queue.id, reason: 'cannot tell' };
    await client.call('grade.skip', skip);
    expect((await client.call('grade.undoLast', { rater: 'ada' })).event?.action).toBe('skip');
    expect((await nextItem(engine, queue.id)).position).toBe(next.position);
    await gradeNext(engine, queue.id);
    expect(await client.call('grade.steps', { rater: 'ada' })).toEqual({ canUndo: true, canRedo: false });
  });
});

describe('a task', () => {
  it('says what is graded: scores, correctness and rubrics reach training as gains on their scale', async () => {
    const engine = await startWorkbench(2);
    const { client } = engine;
    const rubric = await makeTask(engine, {
      kind: 'rubric',
      criteria: [
        { id: 'dose', text: 'States the dose', points: 7 },
        { id: 'see', text: 'Says to see a doctor', points: 3 },
        { id: 'harm', text: 'Recommends something harmful', points: -9 },
      ],
    });
    const queue = await makeQueue(engine, { taskId: rubric.id });
    expect(queue.items).toBe(4);
    const scores: (number | undefined)[] = [];
    for (const metIds of [['dose'], ['harm', 'see'], ['dose', 'see'], []]) {
      const item = await nextItem(engine, queue.id);
      expect(item.criteria.map((each) => each.points)).toEqual([7, 3, -9]);
      if (item.item.kind !== 'single') throw new Error('expected one response');
      const grade = { kind: 'rubric', responseId: item.item.responseId, metIds } as const;
      const event = await client.call('grade.submit', { rater: 'ada', grade, queueId: queue.id });
      scores.push(event.grade?.kind === 'rubric' ? event.grade.score : undefined);
    }
    expect(scores).toEqual([0.7, -0.6, 1, 0]);
    expect((await client.call('project.status', {})).counts).toMatchObject({ goldPrompts: 2, goldGrades: 4 });
  });

  it('refuses grades of another kind, off its scale, ties it does not have, and rubrics without points', async () => {
    const engine = await startWorkbench(2);
    const { client } = engine;
    const task = await makeTask(engine, { kind: 'verdict', allowsTie: false });
    const queue = await makeQueue(engine, { taskId: task.id });
    const item = await nextItem(engine, queue.id);
    const submit = (grade: Parameters<typeof client.call<'grade.submit'>>[1]['grade']): Promise<unknown> =>
      client.call('grade.submit', { rater: 'ada', grade, queueId: queue.id });
    expect((await refusal(submit(verdictOn(item, 'tie')))).code).toBe('invalid-input');
    const score = { kind: 'score', responseId: item.left.responseId, score: 1, scale: [0, 1] } as const;
    expect((await refusal(submit(score))).code).toBe('usage');
    const rubric = client.call('task.save', {
      name: 'No points',
      form: { kind: 'rubric', criteria: [{ id: 'a', text: 'x', points: -1 }] },
    });
    expect((await refusal(rubric)).code).toBe('invalid-input');
    await submit(verdictOn(item, 'left'));
    const changed = client.call('task.save', { id: task.id, name: task.name, form: { kind: 'correctness' } });
    expect((await refusal(changed)).code).toBe('conflict');
    const renamed = await client.call('task.save', {
      id: task.id,
      name: 'Better name',
      form: task.form,
      guidelines: '# Read this',
    });
    expect(renamed).toMatchObject({ name: 'Better name', guidelines: '# Read this', grades: 1 });
  });
});

it('an attention check is served like any other item, is compared with its answer, and is never gold', async () => {
  const engine = await startWorkbench(6);
  const { client } = engine;
  const task = await makeTask(engine);
  const { item } = await client.call('grade.next', { rater: 'ada', models });
  if (item === null) throw new Error('expected an item');
  const sides = { leftId: item.left.responseId, rightId: item.right.responseId };
  const { checkId } = await client.call('queue.addCheck', {
    taskId: task.id,
    grade: { kind: 'verdict', ...sides, verdict: 'left' },
  });
  const queue = await makeQueue(engine, { taskId: task.id, checks: 1 });
  expect(queue).toMatchObject({ checks: 1, items: 5 });
  let remaining = queue.items + queue.checks;
  for (; remaining > 0; remaining--) {
    const served = await nextItem(engine, queue.id);
    const isCheck = served.promptId === item.promptId;
    expect(served.why.sentence.length).toBeGreaterThan(10);
    const says = isCheck && served.left.responseId === item.left.responseId ? 'left' : 'right';
    await client.call('grade.submit', { rater: 'ada', queueId: queue.id, grade: verdictOn(served, says) });
  }
  const { checks } = await client.call('queue.checks', { taskId: task.id });
  expect(checks).toEqual([{ checkId, promptId: item.promptId, prompt: item.prompt, answers: 1, passed: 1 }]);
  expect((await client.call('project.status', {})).counts.goldGrades).toBe(queue.items);
});

it('a senior decides where raters disagree, seeing both grades, and the decision is the gold', async () => {
  const engine = await startWorkbench(3);
  const { client } = engine;
  const queue = await makeQueue(engine, { overlap: 2 });
  for (const rater of ['ada', 'grace']) {
    for (let i = 0; i < 3; i++) {
      const item = await nextItem(engine, queue.id, rater);
      const better = item.left.text.startsWith('answer one') === (rater === 'ada') ? 'left' : 'right';
      const says = i === 0 ? 'tie' : better;
      await client.call('grade.submit', {
        rater,
        queueId: queue.id,
        grade: verdictOn(item, says),
        comment: `${rater} on ${item.position}`,
        spans: [{ side: 'left', start: 0, end: 6, tag: 'unsafe', comment: 'here' }],
      });
    }
  }
  const decide = await client.call('queue.createAdjudication', { name: 'Decide', taskId: queue.taskId });
  expect(decide.items).toBe(2);
  const early = client.call('queue.next', { queueId: decide.id, rater: 'mary' });
  expect((await refusal(early)).code).toBe('conflict');
  await client.call('rater.save', { name: 'mary', role: 'senior' });
  const item = await nextItem(engine, decide.id, 'mary');
  expect(item.grades.map((each) => each.rater).sort()).toEqual(['ada', 'grace']);
  expect(item.grades.every((each) => each.comment?.startsWith(each.rater) && each.spans.length === 1)).toBe(
    true,
  );
  const event = await client.call('grade.submit', {
    rater: 'mary',
    queueId: decide.id,
    grade: verdictOn(item, 'tie'),
  });
  expect(event).toMatchObject({ action: 'adjudicate', isCurrent: true });
  expect([...event.basedOn].sort()).toEqual(item.grades.map((each) => each.eventId).sort());
  expect((await client.call('queue.list', {})).queues.find((each) => each.id === decide.id)?.done).toBe(1);
});
