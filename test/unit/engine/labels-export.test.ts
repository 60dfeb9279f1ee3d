import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobResult, MethodInput } from '../../../src/contract/methods.ts';
import { connect } from '../../../db/sqlite.ts';
import { startEngine, type TestEngine } from './test-engine.ts';
import { makeQueue, makeTask, nextItem, startWorkbench, verdictOn } from './workbench-engine.ts';

type Criteria = readonly { id: string; text: string; points: number; tags?: readonly string[] }[];

const common: Criteria = [
  { id: 'says-so', text: 'Says what is not known', points: 2, tags: ['axis:honesty'] },
  { id: 'harm', text: '=HARM("quoted")\nover two lines', points: -4 },
];
const own: Criteria = [
  { id: 'dose', text: 'Names the dose', points: 5, tags: ['level:example'] },
  { id: 'rude', text: 'Is rude', points: -1 },
];

/** A project of four prompts of which three are graded by a rubric: two by the form's, one by its own. */
async function graded(): Promise<TestEngine & { readonly taskId: string }> {
  const office = await startWorkbench(3);
  const task = await makeTask(office, { kind: 'rubric', criteria: common });
  const queue = await makeQueue(office, { taskId: task.id });
  // Came later, and are in no queue.
  const late = join(office.folder, 'late.jsonl');
  const judged = { judge: 'j', type: 'pointwise', model_a: 'gpt-4', score_a: 0.5, scale: [0, 1] };
  const lines = [1, 2].map((i) => ({
    prompt_id: `late${i}`,
    split: 'train',
    prompt: `Late ${i}?`,
    responses: { 'gpt-4': `answer one, ${i}`, 'vicuna-13b': `answer two, ${i}` },
    judgements: i === 1 ? [judged] : [],
  }));
  writeFileSync(late, lines.map((line) => JSON.stringify(line)).join('\n'));
  await office.client.run('import.start', { paths: [late] });
  const first = await nextItem(office, queue.id);
  await office.client.call('task.saveRubric', { taskId: task.id, promptId: first.promptId, criteria: own });
  for (let i = 0; i < 3; i++) {
    const item = await nextItem(office, queue.id);
    if (item.item.kind !== 'single') throw new Error('expected a single response');
    const ids = item.criteria.map((each) => each.id);
    await office.client.call('grade.submit', {
      rater: 'ada',
      queueId: queue.id,
      // The faults alone: a score below 0.
      grade: { kind: 'rubric', responseId: item.item.responseId, metIds: i === 0 ? ids.slice(1) : ids },
      comment: `about ${i}`,
      spans: [{ side: 'single', start: 0, end: 3, tag: 'unsafe' }],
    });
  }
  return { ...office, taskId: task.id };
}

async function exportAs(
  office: TestEngine,
  format: MethodInput<'labels.export'>['format'],
): Promise<JobResult<'labels.export'>> {
  const path = join(office.folder, `labels.${format}.${format === 'csv' ? 'csv' : 'jsonl'}`);
  return office.client.run('labels.export', { path, format });
}

/** Grades with what was said beside them, without the ids of this project. */
function gradesIn(project: string): readonly unknown[] {
  const db = connect(project, { mustExist: true, isReadOnly: true });
  const rows = db
    .prepare<[], { detail: string } & Record<string, unknown>>(
      `SELECT g.id, r.name AS rater, p.external_id AS prompt, m.name AS model, g.action, g.verdict, g.score_a AS score,
         g.detail_json AS detail
       FROM current_grade g JOIN rater r ON r.id = g.rater_id JOIN prompt p ON p.id = g.prompt_id
         JOIN model m ON m.id = g.model_a_id ORDER BY g.id`,
    )
    .all();
  db.close();
  return rows.map(({ detail, ...row }) => {
    const { criteria, spans, comment, categories, correctness, shownLeft } = JSON.parse(detail) as Record<
      string,
      unknown
    >;
    const filled = Array.isArray(categories) && categories.length > 0 ? categories : undefined;
    return {
      ...row,
      criteria,
      spans,
      comment,
      categories: filled,
      correctness,
      shownLeft: shownLeft ?? undefined,
    };
  });
}

describe('rubrics as HealthBench JSONL', () => {
  it('go out in the fields that its programs read, with the grades beside', async () => {
    const office = await graded();
    const result = await exportAs(office, 'healthbench');
    const lines = readFileSync(result.path, 'utf8').trimEnd().split('\n');
    const line = lines.map((each) => JSON.parse(each) as Record<string, unknown>);
    expect(line).toHaveLength(3);
    expect(result).toMatchObject({ prompts: 5, records: 3 });
    const given: { rubric_items: { criteria_met: boolean; points: number }[]; score: number }[] = [];
    for (const each of line) {
      expect(each).toMatchObject({
        prompt_id: expect.stringMatching(/^p\d$/) as string,
        prompt: [{ role: 'user', content: expect.stringMatching(/^Question/) as string }],
        example_tags: [],
      });
      const rubrics = each['rubrics'] as { criterion: string; points: number; tags: string[] }[];
      expect(rubrics.map(({ points }) => points).sort()).toEqual(
        rubrics[0].criterion === 'Names the dose' ? [-1, 5] : [-4, 2],
      );
      expect(rubrics.every(({ tags }) => Array.isArray(tags))).toBe(true);
      const completions = each['completions'] as { grades: typeof given }[];
      given.push(...completions.flatMap(({ grades }) => grades));
    }
    expect(given).toHaveLength(3);
    for (const { rubric_items: items, score } of given) {
      const met = items.filter((item) => item.criteria_met).reduce((sum, item) => sum + item.points, 0);
      expect(score).toBeCloseTo(met / items.reduce((sum, item) => sum + Math.max(0, item.points), 0), 12);
    }
    expect(Math.min(...given.map(({ score }) => score))).toBeLessThan(0);
    // What the format cannot hold is counted.
    expect(result.warnings.map(({ message }) => message)).toEqual([
      'Left out, because this format has no place for them: judgements of sources (1).',
      'Left out, because this format has no place for them: prompts without a rubric (2).',
    ]);
  });

  it('are the same rubrics and the same grades when another project reads them', async () => {
    const office = await graded();
    const { path } = await exportAs(office, 'healthbench');
    const other = startEngine();
    await other.client.call('project.create', { path: other.project });
    const imported = await other.client.run('import.start', { paths: [path] });
    expect(imported.files[0]).toMatchObject({ format: 'healthbench', rowsRefused: 0 });
    const task = await makeTask(other, { kind: 'rubric' });
    const read = await other.client.call('task.importRubrics', { taskId: task.id, path });
    expect(read).toMatchObject({ rows: 3, matched: 3, refused: [], warnings: [] });
    const rubricsOf = async (engine: TestEngine, taskId: string): Promise<unknown> => {
      const { rows } = await engine.client.call('data.page', { limit: 10 });
      const read = rows.map(async ({ promptId, externalId }) => [
        externalId,
        (await engine.client.call('task.rubric', { taskId, promptId })).criteria,
      ]);
      return new Map((await Promise.all(read)) as [string, unknown][]);
    };
    const there = (await rubricsOf(other, task.id)) as Map<string, unknown>;
    const here = (await rubricsOf(office, office.taskId)) as Map<string, unknown>;
    expect(there.size).toBe(3);
    for (const [id, criteria] of there) expect(criteria).toEqual(here.get(id));
    expect(gradesIn(other.project)).toEqual(gradesIn(office.project));
  });

  it('of a file with several tasks, a task takes its own', async () => {
    const office = await graded();
    const { path } = await exportAs(office, 'healthbench');
    const { id, form, name } = await office.client.call('task.save', {
      name: 'Another',
      form: { kind: 'rubric' },
    });
    const { rows } = await office.client.call('data.page', { limit: 1 });
    await office.client.call('task.saveRubric', { taskId: id, promptId: rows[0].promptId, criteria: own });
    const both = await office.client.run('labels.export', { path, format: 'healthbench', overwrite: true });
    expect(both.records).toBe(4);
    const read = await office.client.call('task.importRubrics', { taskId: id, path });
    expect(read).toMatchObject({ matched: 1 });
    expect(read.warnings).toMatchObject([{ code: 'rubrics-of-other-tasks' }]);
    expect([form.kind, name]).toEqual(['rubric', 'Another']);
  });
});

describe('what the workbench stores beside a grade', () => {
  it.each(['jsonl', 'csv', 'parquet', 'label-studio', 'argilla'] as const)(
    'comes through %s: marks, criteria below zero, correctness, sides, decisions of a senior',
    async (format) => {
      const office = await graded();
      const { client } = office;
      const correctness = await makeTask(office, { kind: 'correctness' });
      const singles = await makeQueue(office, { taskId: correctness.id, name: 'Correct?' });
      const item = await nextItem(office, singles.id);
      if (item.item.kind !== 'single') throw new Error('expected a single response');
      await client.call('grade.submit', {
        rater: 'ada',
        queueId: singles.id,
        grade: { kind: 'correctness', responseId: item.item.responseId, correctness: 'incorrect' },
      });
      const verdicts = await client.call('task.save', {
        name: 'Which?',
        form: { kind: 'verdict' },
        categories: ['dosage'],
      });
      const pairs = await makeQueue(office, { taskId: verdicts.id, name: 'Pairs', overlap: 2 });
      for (const [rater, says] of [
        ['ada', 'left'],
        ['bo', 'right'],
      ] as const) {
        const pair = await nextItem(office, pairs.id, rater);
        const isSame = pair.left.text.startsWith('answer one');
        await client.call('grade.submit', {
          rater,
          queueId: pairs.id,
          grade: verdictOn(pair, isSame === (says === 'left') ? 'left' : 'right', 2 / 3),
          categories: ['dosage'],
          spans: [{ side: 'right', start: 1, end: 4, comment: 'here' }],
        });
      }
      await client.call('rater.save', { name: 'senior', role: 'senior' });
      const decide = await client.call('queue.createAdjudication', { name: 'Decide', taskId: verdicts.id });
      const open = await nextItem(office, decide.id, 'senior');
      await client.call('grade.submit', {
        rater: 'senior',
        queueId: decide.id,
        grade: verdictOn(open, 'tie'),
      });

      const { path, warnings } = await exportAs(office, format);
      expect(warnings).toEqual([]);
      const other = startEngine();
      await other.client.call('project.create', { path: other.project });
      const imported = await other.client.run('import.start', { paths: [path] });
      expect(imported.files[0]).toMatchObject({ rowsRefused: 0 });
      expect(gradesIn(other.project)).toEqual(gradesIn(office.project));
      expect(gradesIn(other.project)).toHaveLength(7);
    },
  );
});
