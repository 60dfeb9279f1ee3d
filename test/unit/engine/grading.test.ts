import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import { refusal, startEngine, type TestEngine } from './test-engine.ts';

type Item = NonNullable<MethodOutput<'grade.next'>['item']>;
type Grade = MethodInput<'grade.submit'>['grade'];

const models = ['model-one', 'model-two'] as const;

/** Prompts with two responses each and neither gold nor preferences. */
async function startGrading(prompts = 4): Promise<TestEngine> {
  const started = startEngine();
  const path = join(started.folder, 'data.pairs.jsonl');
  const rows = Array.from({ length: prompts }, (_, i) => ({
    prompt_id: `p${i}`,
    source: 'test',
    split: 'train',
    prompt: `Question ${i}`,
    reference: null,
    model_a: models[0],
    model_b: models[1],
    response_a: `answer one to ${i}`,
    response_b: `answer two to ${i}`,
    gold: null,
    judges: [],
  }));
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await started.client.call('project.create', { path: started.project });
  await started.client.run('import.start', { paths: [path] });
  return started;
}

async function nextItem({ client }: TestEngine, rater = 'ada', seed = 0): Promise<Item> {
  const { item } = await client.call('grade.next', { rater, models, seed });
  if (item === null) throw new Error('expected an item to grade');
  return item;
}

function verdict(item: Item, says: 'left' | 'right' | 'tie'): Grade {
  return {
    kind: 'verdict',
    leftId: item.left.responseId,
    rightId: item.right.responseId,
    verdict: says,
    strength: 0.5,
  };
}

function scores(item: Item, leftScore: number, rightScore: number): Grade {
  const sides = { leftId: item.left.responseId, rightId: item.right.responseId };
  return { kind: 'scores', ...sides, leftScore, rightScore, scale: [1, 5] };
}

describe('an item to grade', () => {
  it('does not say which model wrote what, and shows sides by chance and seed', async () => {
    const engine = await startGrading();
    const item = await nextItem(engine);
    expect(JSON.stringify(item)).not.toMatch(/model-(one|two)/);
    const sides = new Set<string>();
    for (let seed = 0; seed < 12; seed++) sides.add((await nextItem(engine, 'ada', seed)).left.text);
    expect(sides.size).toBe(2);
    expect(await nextItem(engine)).toEqual(item);
  });

  it('is the next one once it is graded or skipped, until none is left', async () => {
    const engine = await startGrading(2);
    const first = await nextItem(engine);
    await engine.client.call('grade.submit', { rater: 'ada', grade: verdict(first, 'left') });
    const second = await nextItem(engine);
    expect(second.promptId).not.toBe(first.promptId);
    const item = { kind: 'pair', leftId: second.left.responseId, rightId: second.right.responseId } as const;
    await engine.client.call('grade.skip', { rater: 'ada', item, reason: 'not my field' });
    expect(await engine.client.call('grade.next', { rater: 'ada', models })).toEqual({
      item: null,
      remaining: 0,
    });
    expect((await nextItem(engine, 'grace')).promptId).toBe(second.promptId);
  });
});

describe('a grade', () => {
  it('is stored with the side it was given on, and still there after the project is opened again', async () => {
    const engine = await startGrading();
    for (const [seed, says] of [
      [0, 'left'],
      [1, 'right'],
      [2, 'tie'],
    ] as const) {
      const item = await nextItem(engine, 'ada', seed);
      const grade = verdict(item, says);
      const event = await engine.client.call('grade.submit', {
        rater: 'ada',
        grade,
        latencyMs: 900,
        comment: 'c',
      });
      expect(event).toMatchObject({ action: 'submit', isCurrent: true, grade, promptId: item.promptId });
    }
    const before = await engine.client.call('grade.history', { rater: 'ada' });
    await engine.client.call('project.close', {});
    await engine.client.call('project.open', { path: engine.project });
    expect(await engine.client.call('grade.history', { rater: 'ada' })).toEqual(before);
    expect(before.events).toHaveLength(3);
  });

  it('can be revised, the revision undone, the grade undone, and submitted again', async () => {
    const engine = await startGrading();
    const { client } = engine;
    const item = await nextItem(engine);
    const submitted = await client.call('grade.submit', { rater: 'ada', grade: scores(item, 2, 5) });
    const revised = await client.call('grade.revise', {
      rater: 'ada',
      targetId: submitted.eventId,
      grade: scores(item, 3, 5),
    });
    const current = async (): Promise<readonly string[]> =>
      (await client.call('grade.history', { promptId: item.promptId })).events
        .filter((event) => event.isCurrent)
        .map((event) => event.eventId);
    expect(await current()).toEqual([revised.eventId]);
    await client.call('grade.undo', { rater: 'ada', targetId: revised.eventId });
    expect(await current()).toEqual([submitted.eventId]);
    await client.call('grade.undo', { rater: 'ada', targetId: submitted.eventId });
    expect(await current()).toEqual([]);
    const again = await client.call('grade.submit', { rater: 'ada', grade: verdict(item, 'tie') });
    expect(await current()).toEqual([again.eventId]);
    const names = engine.events.map((e) => e.name).filter((name) => name.startsWith('grade.'));
    expect(names).toEqual([
      'grade.submitted',
      'grade.revised',
      'grade.undone',
      'grade.undone',
      'grade.submitted',
    ]);
  });

  it('reaches a run as gold', async () => {
    const engine = await startGrading();
    const item = await nextItem(engine);
    await engine.client.call('grade.submit', { rater: 'ada', grade: scores(item, 1, 5) });
    const status = await engine.client.call('project.status', {});
    expect(status.counts).toMatchObject({ goldPrompts: 1, goldGrades: 1, maskedGoldPrompts: 0 });
  });

  it('of a single response is stored as a score', async () => {
    const engine = await startGrading();
    const item = await nextItem(engine);
    const grade = { kind: 'score', responseId: item.left.responseId, score: 7, scale: [0, 10] } as const;
    const event = await engine.client.call('grade.submit', { rater: 'ada', grade });
    expect(event.grade).toEqual(grade);
  });
});

describe('what does not fit is refused', () => {
  it('with conflict: twice, undone twice, revised since, another rater’s, another item’s', async () => {
    const engine = await startGrading();
    const { client } = engine;
    const item = await nextItem(engine);
    const submitted = await client.call('grade.submit', { rater: 'ada', grade: verdict(item, 'left') });
    const other = await nextItem(engine);
    const conflicts: readonly Promise<unknown>[] = [
      client.call('grade.submit', { rater: 'ada', grade: verdict(item, 'right') }),
      client.call('grade.undo', { rater: 'grace', targetId: submitted.eventId }),
      client.call('grade.revise', {
        rater: 'ada',
        targetId: submitted.eventId,
        grade: verdict(other, 'left'),
      }),
    ];
    for (const conflict of conflicts) expect((await refusal(conflict)).code).toBe('conflict');
    const undone = await client.call('grade.undo', { rater: 'ada', targetId: submitted.eventId });
    for (const targetId of [submitted.eventId, undone.eventId]) {
      expect((await refusal(client.call('grade.undo', { rater: 'ada', targetId }))).code).toBe('conflict');
    }
    const late = client.call('grade.revise', {
      rater: 'ada',
      targetId: submitted.eventId,
      grade: verdict(item, 'tie'),
    });
    expect((await refusal(late)).code).toBe('conflict');
    expect((await client.call('grade.history', {})).events).toHaveLength(2);
  });

  it('with invalid-input: scores off their scale, responses to different prompts', async () => {
    const engine = await startGrading();
    const item = await nextItem(engine);
    const submit = (grade: Grade): Promise<unknown> =>
      engine.client.call('grade.submit', { rater: 'ada', grade });
    expect((await refusal(submit(scores(item, 0, 5)))).code).toBe('invalid-input');
    const reversed = { ...scores(item, 2, 3), scale: [5, 1] } as const;
    expect((await refusal(submit(reversed as Grade))).code).toBe('invalid-input');
    const alone = {
      kind: 'verdict',
      leftId: item.left.responseId,
      rightId: item.left.responseId,
      verdict: 'tie',
    } as const;
    expect((await refusal(submit(alone))).code).toBe('invalid-input');
    const unknown = { kind: 'score', responseId: 99_999, score: 1, scale: [0, 1] } as const;
    expect((await refusal(submit(unknown))).code).toBe('not-found');
  });
});

it('a draft is kept until its grade is submitted', async () => {
  const engine = await startGrading();
  const { client } = engine;
  const first = await nextItem(engine);
  const item = { kind: 'pair', leftId: first.left.responseId, rightId: first.right.responseId } as const;
  await client.call('grade.saveDraft', { rater: 'ada', item, draft: { verdict: 'left' } });
  await client.call('grade.saveDraft', { rater: 'ada', item, draft: { verdict: 'right', comment: 'half' } });
  await client.call('project.close', {});
  await client.call('project.open', { path: engine.project });
  expect((await nextItem(engine)).draft).toEqual({ verdict: 'right', comment: 'half' });
  expect((await client.call('grade.drafts', { rater: 'ada' })).drafts).toHaveLength(1);
  await client.call('grade.submit', { rater: 'ada', grade: verdict(first, 'right') });
  expect((await client.call('grade.drafts', { rater: 'ada' })).drafts).toEqual([]);
});
