import { describe, expect, test } from 'vitest';
import type { LoopbackHost } from '../../main/loopback/loopback-host.ts';
import type { Answer, MethodOutput } from '../../src/contract/methods.ts';
import { makeQueue, startWorkbench } from '../unit/engine/workbench-engine.ts';
import { enterTab, send, testHost, tokenOf, type TestTab } from './support/loopback.ts';

interface Office {
  readonly host: LoopbackHost;
  readonly analyst: TestTab;
  readonly ada: TestTab;
  readonly grace: TestTab;
  /** Queues for ada, for grace and for everyone. */
  readonly queues: { readonly ada: number; readonly grace: number; readonly all: number };
  readonly taskId: string;
}

async function office(): Promise<Office> {
  const engine = await startWorkbench(24);
  const first = await makeQueue(engine, { name: 'for ada', raters: ['ada'], budget: 8 });
  const others = { taskId: first.taskId, split: 'train' as const };
  // What was drawn before and chosen is in every later queue of the pair: three views of the same items.
  const second = await makeQueue(engine, { ...others, name: 'for grace', raters: ['grace'] });
  const third = await makeQueue(engine, { ...others, name: 'for all' });
  await engine.client.call('rater.save', { name: 'mary', role: 'senior' });
  await engine.client.call('project.close', {});
  const host = await testHost();
  const analyst = await enterTab(host);
  const opened = await analyst.call('project.open', { path: engine.project });
  if (!opened.ok) throw new Error(opened.error.message);
  const enter = async (rater: string): Promise<TestTab> => {
    const answer = await analyst.call('host.newRaterAddress', { rater });
    if (!answer.ok) throw new Error(answer.error.message);
    return enterTab(host, tokenOf((answer.value as { address: string }).address));
  };
  return {
    host,
    analyst,
    ada: await enter('ada'),
    grace: await enter('grace'),
    queues: { ada: first.id, grace: second.id, all: third.id },
    taskId: first.taskId,
  };
}

type Served = NonNullable<MethodOutput<'queue.next'>['item']>;

async function next(tab: TestTab, rater: string, queueId: number): Promise<Served> {
  const answer = await tab.call('queue.next', { rater, queueId });
  if (!answer.ok) throw new Error(answer.error.message);
  const { item } = answer.value as MethodOutput<'queue.next'>;
  if (item === null) throw new Error('expected an item');
  return item;
}

function gradeOf(item: Served): unknown {
  if (item.item.kind !== 'pair') throw new Error('expected a pair');
  return { ...item.item, kind: 'verdict', verdict: 'left' };
}

const isRefused = (answer: Answer<unknown>): boolean =>
  !answer.ok && answer.error.code === 'usage' && answer.error.details?.['reason'] === 'not-allowed';

describe('a rater in a browser', () => {
  test('grades from the own queue under the own name, with undo and redo', async () => {
    const { ada, queues } = await office();
    expect(await ada.call('host.info', {})).toMatchObject({
      ok: true,
      value: { rater: 'ada', initialProject: null, projectsFolder: '-' },
    });
    const item = await next(ada, 'ada', queues.ada);
    const submitted = await ada.call('grade.submit', {
      rater: 'ada',
      queueId: queues.ada,
      grade: gradeOf(item),
    });
    expect(submitted).toMatchObject({ ok: true, value: { rater: 'ada', isCurrent: true } });
    expect(await ada.call('grade.undoLast', { rater: 'ada' })).toMatchObject({
      ok: true,
      value: { canRedo: true },
    });
    expect(await ada.call('grade.redoLast', { rater: 'ada' })).toMatchObject({
      ok: true,
      value: { canRedo: false },
    });
    const listed = await ada.call('queue.list', {});
    if (!listed.ok) throw new Error(listed.error.message);
    const { queues: own } = listed.value as MethodOutput<'queue.list'>;
    expect(own.map((queue) => queue.name)).toEqual(['for ada', 'for all']);
    expect(JSON.stringify(listed)).not.toContain('grace');
  });

  test('cannot act as another, nor reach another’s queue, grades, drafts or history', async () => {
    const { ada, grace, queues } = await office();
    const item = await next(grace, 'grace', queues.grace);
    const grade = gradeOf(item);
    const given = await grace.call('grade.submit', { rater: 'grace', queueId: queues.grace, grade });
    if (!given.ok) throw new Error(given.error.message);
    const { eventId } = given.value as MethodOutput<'grade.submit'>;
    const attempts: readonly (readonly [string, unknown])[] = [
      ['queue.next', { rater: 'grace', queueId: queues.grace }],
      ['queue.next', { rater: 'ada', queueId: queues.grace }],
      ['queue.next', { rater: ' grace', queueId: queues.all }],
      ['queue.next', { rater: ['ada', 'grace'], queueId: queues.ada }],
      ['queue.next', { rater: 'ada' }],
      ['queue.next', { rater: 'ada', queueId: `${queues.grace}` }],
      ['queue.next', { rater: 'ada', queueId: [queues.ada] }],
      ['queue.item', { rater: 'ada', queueId: queues.grace, position: 1 }],
      ['queue.task', { queueId: queues.grace }],
      ['queue.progress', { rater: 'grace', queueId: queues.all }],
      ['grade.submit', { rater: 'grace', queueId: queues.all, grade }],
      ['grade.submit', { rater: 'ada', queueId: queues.grace, grade }],
      ['grade.submit', { rater: 'ada', grade }],
      ['grade.undo', { rater: 'grace', targetId: eventId }],
      ['grade.undoLast', { rater: 'grace' }],
      ['grade.history', { rater: 'grace' }],
      ['grade.history', {}],
      ['grade.history', { promptId: item.promptId }],
      ['grade.drafts', { rater: 'grace' }],
      ['grade.saveDraft', { rater: 'grace', item: item.item, draft: {} }],
    ];
    for (const [method, input] of attempts) {
      expect({ method, input, isRefused: isRefused(await ada.call(method, input)) }).toEqual({
        method,
        input,
        isRefused: true,
      });
    }
    // In the own name, of another's event: known to exist, and not theirs.
    const stolen = await ada.call('grade.undo', { rater: 'ada', targetId: eventId });
    expect(stolen).toMatchObject({ ok: false, error: { code: 'conflict' } });
    expect(await grace.call('grade.history', { rater: 'grace' })).toMatchObject({
      ok: true,
      value: { events: [{ eventId, isCurrent: true }] },
    });
  });

  test('cannot call what is not grading: data, projects, runs, exports, queues, raters, review', async () => {
    const { ada, taskId, queues } = await office();
    const attempts: readonly (readonly [string, unknown])[] = [
      ['project.open', { path: '/etc/passwd' }],
      ['project.close', {}],
      ['project.status', {}],
      ['data.page', { filter: {}, offset: 0, limit: 10 }],
      ['data.item', { promptId: 1 }],
      ['import.start', { paths: ['/etc/passwd'] }],
      ['task.importRubrics', { taskId, path: '/etc/passwd' }],
      ['rater.save', { name: 'ada', role: 'senior' }],
      ['rater.list', {}],
      ['queue.update', { queueId: queues.grace, raters: [] }],
      ['queue.create', { name: 'mine', taskId, models: ['gpt-4'], design: { kind: 'random' } }],
      ['review.agreement', { taskId }],
      ['review.item', { promptId: 1 }],
      ['pack.export', { queueId: queues.ada, rater: 'ada', path: '/tmp/x.mrpack' }],
      ['pack.merge', { path: '/tmp/x.mrpack' }],
      ['grade.next', { rater: 'ada', models: ['gpt-4', 'vicuna-13b'] }],
      ['job.list', {}],
      ['host.newRaterAddress', { rater: 'grace' }],
      ['host.openDemo', {}],
      ['host.writeSettings', { settings: {} }],
      ['host.chooseNewProject', { name: 'x' }],
      ['host.chooseSavePath', { name: 'x.mrpack' }],
      ['host.keepProject', { path: '/tmp/x.mrpack' }],
      ['pack.saveCopy', { path: '/tmp/x.mrpack' }],
      ['pack.conflicts', {}],
      ['labels.export', { path: '/tmp/x.jsonl', format: 'jsonl' }],
    ];
    for (const [method, input] of attempts) {
      expect({ method, isRefused: isRefused(await ada.call(method, input)) }).toEqual({
        method,
        isRefused: true,
      });
    }
    expect(await ada.call('host.projects', {})).toMatchObject({ ok: true, value: { projects: [] } });
    expect(await ada.call('no.such', {})).toMatchObject({ ok: false });
  });

  test('cannot upload, read exports, or get an address that lets in more than the own tab', async () => {
    const { host, ada } = await office();
    for (const [method, path] of [
      ['POST', '/api/upload?name=a.jsonl'],
      ['GET', '/api/exported?exportId=1&name=router.mjs'],
      ['GET', '/api/written?path=/tmp/x.mrpack'],
    ] as const) {
      expect((await send(host, { method, path, headers: ada.headers })).status).toBe(403);
    }
    const reply = await send(host, { method: 'POST', path: '/api/token', headers: ada.headers, body: '{}' });
    const { token } = JSON.parse(reply.body) as { token: string };
    const again = await enterTab(host, token);
    expect(await again.call('host.info', {})).toMatchObject({ ok: true, value: { rater: 'ada' } });
    expect(isRefused(await again.call('project.status', {}))).toBe(true);
    await expect(enterTab(host, token)).rejects.toThrow('401');
  });

  test('a secret of one rater with the cookie of all lets in that rater only', async () => {
    const { host, ada, analyst } = await office();
    // The cookie is the host's, and the same for all its tabs: what a tab may do hangs on its own secret.
    const headers = { ...ada.headers, cookie: analyst.cookie };
    const body = JSON.stringify({ method: 'project.status', input: {} });
    const reply = await send(host, { method: 'POST', path: '/api/call', headers, body });
    expect(isRefused(JSON.parse(reply.body) as Answer<unknown>)).toBe(true);
    const header = { ...ada.headers, 'x-metarouter-rater': 'grace' };
    const named = JSON.stringify({ method: 'grade.history', input: { rater: 'grace' }, caller: null });
    const forged = await send(host, { method: 'POST', path: '/api/call', headers: header, body: named });
    expect(isRefused(JSON.parse(forged.body) as Answer<unknown>)).toBe(true);
  });

  test('hears of the own grades only', async () => {
    const { host, ada, grace, queues } = await office();
    const heard: string[] = [];
    const controller = new AbortController();
    const stream = await fetch(`${host.origin}/api/events`, {
      headers: { cookie: ada.cookie, 'x-metarouter-tab': ada.secret, 'last-event-id': '0' },
      signal: controller.signal,
    });
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const piece of stream.body ?? []) heard.push(decoder.decode(piece as Uint8Array));
    })().catch(() => undefined);
    for (const [tab, rater] of [
      [grace, 'grace'],
      [ada, 'ada'],
    ] as const) {
      const item = await next(tab, rater, queues.all);
      await tab.call('grade.submit', { rater, queueId: queues.all, grade: gradeOf(item) });
    }
    await expect.poll(() => heard.join('')).toContain('"ada"');
    controller.abort();
    await reading;
    expect(heard.join('')).not.toMatch(/grace|project\.opened|mrproj/);
  });
});
