import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResult, MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import { startEngine, type TestEngine } from './test-engine.ts';

export type ServedItem = NonNullable<MethodOutput<'queue.next'>['item']>;
export type Grade = MethodInput<'grade.submit'>['grade'];

export const models = ['gpt-4', 'vicuna-13b'] as const;

export interface Row {
  readonly category?: string;
  readonly answers?: readonly [string, string];
  readonly judge?: 'a' | 'b' | 'tie';
  readonly gold?: 'a' | 'b' | 'tie';
}

/** A project of prompts outside the test set with two responses each, neither gold nor preferences unless a row says so. */
export async function startWorkbench(rows: readonly Row[] | number): Promise<TestEngine> {
  const started = startEngine();
  const path = join(started.folder, 'data.pairs.jsonl');
  const given = typeof rows === 'number' ? Array.from({ length: rows }, (): Row => ({})) : rows;
  const lines = given.map((row, i) => ({
    prompt_id: `p${i}`,
    source: 'test',
    split: 'train',
    category: row.category ?? null,
    prompt: `Question ${i}?`,
    reference: null,
    model_a: models[0],
    model_b: models[1],
    response_a: row.answers?.[0] ?? `answer one to ${i}`,
    response_b: row.answers?.[1] ?? `answer two to ${i}`,
    gold:
      row.gold === undefined
        ? null
        : { kind: 'human_expert', scale: [0, 1], score_a: null, score_b: null, pref: row.gold },
    judges:
      row.judge === undefined
        ? []
        : [
            {
              judge: 'judge',
              type: 'pairwise',
              score_a: null,
              score_b: null,
              verdict: row.judge,
              order: 'both',
            },
          ],
  }));
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await started.client.call('project.create', { path: started.project });
  await started.client.run('import.start', { paths: [path] });
  return started;
}

export async function makeTask(
  { client }: TestEngine,
  form: MethodInput<'task.save'>['form'] = { kind: 'verdict' },
): Promise<MethodOutput<'task.save'>> {
  return client.call('task.save', { name: `Task ${form.kind}`, form });
}

export async function makeQueue(
  engine: TestEngine,
  options: Partial<MethodInput<'queue.create'>> = {},
): Promise<JobResult<'queue.create'>> {
  const taskId = options.taskId ?? (await makeTask(engine)).id;
  return engine.client.run('queue.create', {
    name: 'Queue',
    models,
    design: { kind: 'random' },
    ...options,
    taskId,
  });
}

export async function nextItem(
  { client }: TestEngine,
  queueId: number,
  rater = 'ada',
  afterPosition = 0,
): Promise<ServedItem> {
  const { item } = await client.call('queue.next', { queueId, rater, afterPosition });
  if (item === null) throw new Error('expected an item to grade');
  return item;
}

export function verdictOn(item: ServedItem, verdict: 'left' | 'right' | 'tie', strength?: number): Grade {
  if (item.item.kind !== 'pair') throw new Error('expected a pair');
  const { leftId, rightId } = item.item;
  return { kind: 'verdict', leftId, rightId, verdict, ...(strength === undefined ? {} : { strength }) };
}

/** Grades what comes next in the queue. */
export async function gradeNext(
  engine: TestEngine,
  queueId: number,
  rater = 'ada',
  verdict: 'left' | 'right' | 'tie' = 'left',
): Promise<MethodOutput<'grade.submit'>> {
  const item = await nextItem(engine, queueId, rater);
  return engine.client.call('grade.submit', { rater, queueId, grade: verdictOn(item, verdict) });
}
