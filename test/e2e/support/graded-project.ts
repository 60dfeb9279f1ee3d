import type { Client } from '../../../src/contract/client.ts';
import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import type { TestEngine } from '../../unit/engine/test-engine.ts';
import { makeQueue, makeTask, startWorkbench, type Row } from '../../unit/engine/workbench-engine.ts';

/** A project whose prompts several raters have graded through the real engine, closed again for a window to open. */
export type Served = NonNullable<MethodOutput<'queue.next'>['item']>;
export type Detail = Omit<MethodInput<'grade.submit'>, 'rater' | 'queueId'>;

export interface GradedProject {
  readonly path: string;
  readonly taskId: string;
  readonly queueId: number;
}

/** Grades everything in a queue; null skips the item. */
export async function gradeAll(
  client: Client,
  queueId: number,
  rater: string,
  says: (item: Served) => Detail | null,
): Promise<void> {
  for (;;) {
    const { item } = await client.call('queue.next', { queueId, rater });
    if (item === null) return;
    const detail = says(item);
    if (detail === null)
      await client.call('grade.skip', { rater, queueId, item: item.item, reason: 'outside my field' });
    else await client.call('grade.submit', { rater, queueId, ...detail });
  }
}

export function verdict(item: Served, says: 'left' | 'right' | 'tie', strength?: number): Detail['grade'] {
  if (item.item.kind !== 'pair') throw new Error('expected a pair');
  const { leftId, rightId } = item.item;
  return { kind: 'verdict', leftId, rightId, verdict: says, ...(strength === undefined ? {} : { strength }) };
}

/** The side of the answer that is the better one: `one` is the first model's. */
export function sideOf(item: Served, answer: 'one' | 'two'): 'left' | 'right' {
  return item.left.text.startsWith(`answer ${answer}`) ? 'left' : 'right';
}

/** The number in `Question 12?`. */
export function numberOf(item: Served): number {
  return Number(/\d+/.exec(item.prompt)?.[0] ?? 0);
}

/** Which answer is the better one, by the number of the prompt. */
function better(number: number): 'one' | 'two' {
  return number % 5 < 3 ? 'one' : 'two';
}

function worse(number: number): 'one' | 'two' {
  return better(number) === 'one' ? 'two' : 'one';
}

/**
 * Four raters on `count` pairs: ada says which answer is better, and grace too but on every fourth prompt; tia calls every
 * third a tie; lefty always says left. A judge agrees with ada on three of four, and a senior is named.
 */
export async function gradedPairs(count: number): Promise<GradedProject> {
  const rows = Array.from({ length: count }, (_, i): Row => ({
    judge: (better(i) === 'one') === (i % 4 !== 0) ? 'a' : 'b',
    category: i % 2 === 0 ? 'medicine' : 'law',
    answers: [`answer one to ${i}: it is so.`, `answer two to ${i}: it is not so, as far as is known.`],
  }));
  const engine = await startWorkbench(rows);
  const { client } = engine;
  const queue = await makeQueue(engine, { name: 'Everything', overlap: 4 });
  await gradeAll(client, queue.id, 'ada', (item) => ({
    grade: verdict(item, sideOf(item, better(numberOf(item))), 1),
    comment: 'It is right, and says so plainly.',
    spans: [
      {
        side: sideOf(item, worse(numberOf(item))),
        start: 0,
        end: 10,
        tag: 'first wrong claim',
        comment: 'not so',
      },
    ],
    latencyMs: 20_000 + 100 * item.position,
  }));
  await gradeAll(client, queue.id, 'grace', (item) => ({
    grade: verdict(
      item,
      sideOf(item, numberOf(item) % 4 === 0 ? worse(numberOf(item)) : better(numberOf(item))),
    ),
    latencyMs: 15_000,
  }));
  await gradeAll(client, queue.id, 'tia', (item) => ({
    grade: verdict(item, numberOf(item) % 3 === 0 ? 'tie' : sideOf(item, better(numberOf(item)))),
    latencyMs: 30_000,
  }));
  await gradeAll(client, queue.id, 'lefty', (item) => ({ grade: verdict(item, 'left'), latencyMs: 2_000 }));
  await client.call('rater.save', { name: 'mary', role: 'senior', note: 'Cardiology' });
  return close(engine, queue);
}

/** One task of a kind, with nothing graded. */
export async function ungradedTask(): Promise<GradedProject> {
  const engine = await startWorkbench(6);
  const task = await makeTask(engine);
  const queue = await makeQueue(engine, { taskId: task.id });
  return close(engine, queue);
}

export async function close(
  engine: TestEngine,
  queue: { readonly id: number; readonly taskId: string },
): Promise<GradedProject> {
  await engine.client.call('project.close', {});
  return { path: engine.project, taskId: queue.taskId, queueId: queue.id };
}
