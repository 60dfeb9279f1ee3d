import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { refusal } from './test-engine.ts';
import {
  gradeNext,
  makeQueue,
  makeTask,
  models,
  nextItem,
  startWorkbench,
  type Row,
} from './workbench-engine.ts';

/** The judge is right on maths and guesses on law; the first `graded` prompts have gold. */
function rows(n: number, graded: number): readonly Row[] {
  const rng = createRng(4);
  return Array.from({ length: n }, (_, i) => {
    const isLaw = i % 2 === 0;
    const truth = rng.uniform() < 0.5 ? 'a' : 'b';
    const guess = rng.uniform() < 0.5 ? 'a' : 'b';
    return {
      category: isLaw ? 'law' : 'maths',
      judge: isLaw ? guess : truth,
      ...(i < graded ? { gold: truth } : {}),
    } satisfies Row;
  });
}

describe('an active queue', () => {
  it('draws more where the corrected preference is expected to be off, logs π, and says why', async () => {
    const engine = await startWorkbench(rows(400, 60));
    const queue = await makeQueue(engine, { design: { kind: 'active' }, budget: 80, seed: 2 });
    expect(queue).toMatchObject({ kind: 'active', eligible: 340, warnings: [] });
    const byCategory = { law: 0, maths: 0 };
    const propensities = { law: new Set<number>(), maths: new Set<number>() };
    const sentences = new Set<string>();
    for (let after = 0, i = 0; i < queue.items; i++) {
      const item = await nextItem(engine, queue.id, 'ada', after);
      after = item.position;
      const category = item.category === 'law' ? 'law' : 'maths';
      byCategory[category]++;
      propensities[category].add(item.why.propensity ?? 0);
      expect(item.why.lookedAt).toBe('prompt');
      sentences.add(item.why.sentence.replace(/[\d.]+ %?/g, '#'));
    }
    expect(byCategory.law).toBeGreaterThan(byCategory.maths);
    expect(Math.min(...propensities.law)).toBeGreaterThan(1.3 * Math.max(...propensities.maths));
    // The floor: .3 of the budget spread over all.
    expect(Math.min(...propensities.maths)).toBeGreaterThan((0.3 * 80) / 340 - 1e-9);
    expect(sentences.size).toBeGreaterThanOrEqual(2);
  });

  it('that looks at verdicts says so, and training hears of it', async () => {
    const engine = await startWorkbench(rows(300, 60));
    const design = { kind: 'active', looksAt: 'verdict' } as const;
    const queue = await makeQueue(engine, { design, budget: 60 });
    expect(queue.warnings.map((warning) => warning.code)).toEqual(['selection-on-verdict']);
    for (let i = 0; i < queue.items; i++) await gradeNext(engine, queue.id);
    const [first] = models;
    const { meanGain } = await engine.client.call('plan.budget', { strong: first, cheap: models[1] });
    expect(meanGain.drawn).toBe(queue.items);
    expect(meanGain.ci95?.[0]).toBeLessThan(meanGain.value ?? -2);
  });

  it('is drawn evenly where there is too little gold to learn from, and says so', async () => {
    const engine = await startWorkbench(rows(100, 10));
    const queue = await makeQueue(engine, { design: { kind: 'active' }, budget: 30 });
    expect(queue.warnings.map((warning) => warning.code)).toEqual(['not-enough-gold']);
    expect((await nextItem(engine, queue.id)).why).toMatchObject({
      propensity: 30 / 90,
      lookedAt: 'nothing',
    });
  });

  it('needs preferences and two models; test prompts are drawn evenly only', async () => {
    const engine = await startWorkbench(30);
    const task = await makeTask(engine);
    const none = makeQueue(engine, { taskId: task.id, design: { kind: 'active' } });
    expect((await refusal(none)).code).toBe('not-enough-data');
    const test = makeQueue(engine, { taskId: task.id, design: { kind: 'active' }, split: 'test' });
    expect((await refusal(test)).code).toBe('usage');
  });
});

describe('rubrics of HealthBench', () => {
  it('are read for the prompts of the project by id or text, line by line, all or nothing', async () => {
    const engine = await startWorkbench(3);
    const { client } = engine;
    const task = await makeTask(engine, { kind: 'rubric' });
    const path = join(engine.folder, 'rubrics.jsonl');
    const line = (promptId: string, question: string, points: readonly number[]): string =>
      JSON.stringify({
        prompt_id: promptId,
        prompt: [
          { role: 'system', content: 'You are a doctor.' },
          { role: 'user', content: question },
        ],
        rubrics: points.map((p, i) => ({ criterion: `Criterion ${i}`, points: p, tags: ['axis:accuracy'] })),
        example_tags: ['theme:x'],
      });
    writeFileSync(
      path,
      [
        line('p0', 'something else', [5, -3]),
        line('other', '  QUESTION 1? ', [2]),
        line('nobody', 'Unknown?', [1]),
        line('p2', 'x', [-1]),
        '{"prompt_id": 3}',
        'not json',
        '',
      ].join('\n'),
    );
    const imported = await client.call('task.importRubrics', { taskId: task.id, path });
    expect(imported).toMatchObject({ rows: 6, matched: 2, unmatched: 1 });
    expect(imported.refused.map((each) => each.line)).toEqual([4, 5, 6]);
    const queue = await makeQueue(engine, { taskId: task.id });
    const points = new Map<string, readonly number[]>();
    for (let after = 0, i = 0; i < queue.items; i++) {
      const item = await nextItem(engine, queue.id, 'ada', after);
      after = item.position;
      points.set(
        item.prompt,
        item.criteria.map((each) => each.points),
      );
    }
    expect(Object.fromEntries(points)).toEqual({
      'Question 0?': [5, -3],
      'Question 1?': [2],
      'Question 2?': [],
    });
    // Reading it again gives the same ids.
    const { criteria } = await client.call('task.rubric', { taskId: task.id, promptId: 1 });
    await client.call('task.importRubrics', { taskId: task.id, path });
    expect((await client.call('task.rubric', { taskId: task.id, promptId: 1 })).criteria).toEqual(criteria);

    writeFileSync(path, 'nothing');
    const empty = client.call('task.importRubrics', { taskId: task.id, path });
    expect((await refusal(empty)).code).toBe('invalid-input');
  });
});
