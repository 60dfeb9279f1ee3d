import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { JobResult, MethodOutput } from '../../src/contract/methods.ts';
import { enterTab, nextEvent, testFolder, testHost, type TestTab } from './support/loopback.ts';
import { runJob } from './support/window.ts';

const NAME = 'mtbench.pairs.jsonl.gz';
const shared = process.env.METAROUTER_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url));
const file = `${shared.replace(/\/?$/, '/')}data/${NAME}`;
const isThere = existsSync(file);
if (!isThere) {
  process.stderr.write(
    `\nNOT RUN: grading real data. There is no ${NAME}; METAROUTER_SHARED names another place.\n`,
  );
}

const ITEMS = 100;

/** Calls, and where the engine was killed meanwhile calls again: what was answered must not be done twice. */
async function ask<T>(tab: TestTab, method: string, input: unknown): Promise<T> {
  const answer = await tab.call(method, input);
  if (!answer.ok) throw new Error(`${method}: ${answer.error.message}`);
  return answer.value as T;
}

type Next = MethodOutput<'queue.next'>;
type Event = MethodOutput<'grade.submit'>;

test.runIf(isThere)(
  'a day of grading on MT-bench: 100 items with a skip, an undo, spans, drafts, and the engine killed in the middle',
  async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const path = join(testFolder(), 'mtbench.mrproj');
    await ask(tab, 'project.create', { path });
    const imported = nextEvent(host, (event) => (event.name === 'job.finished' ? event.data : null));
    await ask(tab, 'import.start', { paths: [file] });
    expect(await imported).toMatchObject({ state: 'succeeded' });
    const task = await ask<MethodOutput<'task.save'>>(tab, 'task.save', {
      name: 'Which answer is better?',
      form: { kind: 'verdict' },
      categories: ['reasoning', 'style'],
    });
    const queue = (await runJob(tab, 'queue.create', {
      name: 'day',
      taskId: task.id,
      models: ['gpt-4', 'vicuna-13b-v1.2'],
      design: { kind: 'random', includesGraded: true },
      seed: 5,
    })) as JobResult<'queue.create'>;
    expect(queue.items).toBeGreaterThanOrEqual(ITEMS);

    const rater = 'expert';
    const queueId = queue.id;
    const answered = new Map<string, Event>();
    const masked: number[] = [];
    const nextItem = async (): Promise<NonNullable<Next['item']>> => {
      const { item } = await ask<Next>(tab, 'queue.next', { queueId, rater });
      if (item === null) throw new Error('The queue is over.');
      return item;
    };
    const submit = async (i: number): Promise<Event> => {
      const item = await nextItem();
      if (item.right === null) throw new Error('expected a pair');
      expect(JSON.stringify([item.left.text, item.right.text])).not.toMatch(
        /I am (GPT|Vicuna)|by (OpenAI|LMSYS)/,
      );
      masked.push(item.left.masks.length + item.right.masks.length);
      await ask(tab, 'grade.saveDraft', { rater, item: item.item, draft: { verdict: 'left', i } });
      const event = await ask<Event>(tab, 'grade.submit', {
        rater,
        queueId,
        grade: {
          kind: 'verdict',
          leftId: item.left.responseId,
          rightId: item.right.responseId,
          verdict: item.left.text.length > item.right.text.length ? 'left' : 'right',
          strength: 2 / 3,
        },
        latencyMs: 4000 + i,
        categories: ['style'],
        ...(i % 10 === 0
          ? {
              comment: 'see the mark',
              spans: [{ side: 'left', start: 0, end: 5, tag: 'unsafe', comment: 'here' }],
            }
          : {}),
      });
      answered.set(event.eventId, event);
      return event;
    };

    let graded = 0;
    for (; graded < 40; graded++) await submit(graded);
    const skipped = await nextItem();
    await ask(tab, 'grade.skip', { rater, queueId, item: skipped.item, reason: 'outside my field' });
    const undone = await submit(graded);
    await ask(tab, 'grade.undoLast', { rater });
    answered.delete(undone.eventId);
    const redone = await ask<MethodOutput<'grade.redoLast'>>(tab, 'grade.redoLast', { rater });
    if (redone.event === null) throw new Error('expected a redo');
    answered.set(redone.event.eventId, redone.event);
    for (graded++; graded < 55; graded++) await submit(graded);

    // A draft is half written, a grade is on its way, and the engine is killed with SIGKILL.
    const open = await nextItem();
    await ask(tab, 'grade.saveDraft', { rater, item: open.item, draft: { verdict: 'tie', comment: 'half' } });
    const restarted = nextEvent(host, (event) => (event.name === 'host.engineRestarted' ? event.data : null));
    const { item: after } = await ask<Next>(tab, 'queue.next', {
      queueId,
      rater,
      afterPosition: open.position,
    });
    if (after === null || after.right === null) throw new Error('expected a pair');
    const sent = tab.call('grade.submit', {
      rater,
      queueId,
      grade: {
        kind: 'verdict',
        leftId: after.left.responseId,
        rightId: after.right.responseId,
        verdict: 'tie',
      },
    });
    host.workspace.engine.crash();
    const during = await sent;
    expect(await restarted).toMatchObject({ project: path, error: null });
    if (during.ok) {
      const event = during.value as Event;
      answered.set(event.eventId, event);
      graded++;
    } else {
      expect(during.error.details).toEqual({ reason: 'engine-stopped' });
    }

    const back = await nextItem();
    expect(back).toEqual({ ...open, draft: { verdict: 'tie', comment: 'half' } });
    const history = async (): Promise<readonly Event[]> =>
      (await ask<MethodOutput<'grade.history'>>(tab, 'grade.history', { rater, limit: 1000 })).events;
    const ofRater = await history();
    for (const event of answered.values()) expect(ofRater).toContainEqual(event);
    // Written before the kill, and the answer lost on its way: in force all the same, and never twice.
    const current = ofRater.filter((event) => event.isCurrent).length;
    expect(current - answered.size).toBeGreaterThanOrEqual(0);
    expect(current - answered.size).toBeLessThanOrEqual(1);
    for (graded = current; graded < ITEMS; graded++) await submit(graded);

    const all = await history();
    expect(all.filter((event) => event.isCurrent)).toHaveLength(ITEMS);
    for (const event of answered.values()) expect(all).toContainEqual(event);
    const progress = await ask<MethodOutput<'queue.progress'>>(tab, 'queue.progress', { queueId, rater });
    expect(progress).toMatchObject({ graded: ITEMS, skipped: 1, remaining: queue.items - ITEMS - 1 });
    expect(progress.medianLatencyMs).toBeGreaterThan(4000);
    const agreement = await ask<MethodOutput<'review.agreement'>>(tab, 'review.agreement', {
      taskId: task.id,
    });
    const judge = agreement.sources.find((source) => source.figures.items > 20);
    expect(judge?.figures.percent.value).toBeGreaterThan(0.3);
    process.stdout.write(
      `\n${ITEMS} of ${queue.items} items graded; in ${masked.filter((count) => count > 0).length} something that names a model was hidden\n`,
    );
  },
  120_000,
);
