import { expect, test } from 'vitest';
import type { EngineLinkHandlers, StartEngine, ToEngine } from '../../../main/engine/engine-messages.ts';
import { superviseEngine } from '../../../main/engine/engine-supervisor.ts';
import type { WindowEvent } from '../../../src/contract/host.ts';

/** A process that does what the test says. */
function scriptedEngine(): {
  readonly start: StartEngine;
  readonly posted: ToEngine[];
  readonly starts: () => number;
  readonly current: () => EngineLinkHandlers;
} {
  const posted: ToEngine[] = [];
  const started: EngineLinkHandlers[] = [];
  return {
    start: (handlers) => {
      started.push(handlers);
      return {
        post: (message) => posted.push(message),
        kill: () => {
          handlers.onExit();
        },
      };
    },
    posted,
    starts: () => started.length,
    current: () => {
      const handlers = started.at(-1);
      if (handlers === undefined) throw new Error('not started');
      return handlers;
    },
  };
}

test('what was under way is refused, what comes later goes to the new engine', async () => {
  const engine = scriptedEngine();
  const supervisor = superviseEngine({ start: engine.start, clock: () => 0, tell: () => undefined });
  const underWay = supervisor.call('grade.submit', {});
  await Promise.resolve();
  supervisor.crash();
  expect(await underWay).toMatchObject({ ok: false, error: { details: { reason: 'engine-stopped' } } });

  const later = supervisor.call('project.status', {});
  await new Promise((resolve) => setImmediate(resolve));
  const last = engine.posted.at(-1);
  if (last?.type !== 'call') throw new Error('nothing was posted');
  engine.current().onMessage({ type: 'answer', id: last.id, answer: { ok: true, value: 1 } });
  expect(await later).toEqual({ ok: true, value: 1 });
});

test('an engine that stops again and again is left alone, and every call says so', async () => {
  const engine = scriptedEngine();
  const told: WindowEvent[] = [];
  const supervisor = superviseEngine({
    start: engine.start,
    clock: () => 0,
    tell: (event) => told.push(event),
  });
  for (let crash = 0; crash < 6; crash++) supervisor.crash();
  expect(engine.starts()).toBe(6);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told.filter((event) => event.name === 'host.engineFailed')).toHaveLength(1);
  expect(await supervisor.call('project.status', {})).toMatchObject({
    ok: false,
    error: { details: { reason: 'engine-failed' } },
  });
});

test('crashes that are far apart do not add up', () => {
  const engine = scriptedEngine();
  let now = 0;
  const supervisor = superviseEngine({ start: engine.start, clock: () => now, tell: () => undefined });
  for (let crash = 0; crash < 20; crash++) {
    supervisor.crash();
    now += 30_000;
  }
  expect(engine.starts()).toBe(21);
});

test('jobs that were not over are ended as failed', () => {
  const engine = scriptedEngine();
  const told: WindowEvent[] = [];
  const supervisor = superviseEngine({
    start: engine.start,
    clock: () => 0,
    tell: (event) => told.push(event),
  });
  const queued = (jobId: string): void => {
    engine
      .current()
      .onMessage({ type: 'event', event: { name: 'job.queued', data: { jobId, kind: 'train' } } });
  };
  queued('over');
  const over = { jobId: 'over', kind: 'train', state: 'succeeded', error: null } as const;
  engine.current().onMessage({ type: 'event', event: { name: 'job.finished', data: over } });
  queued('live');
  supervisor.crash();
  const failed = told.filter((event) => event.name === 'job.finished' && event.data.state === 'failed');
  expect(failed).toMatchObject([{ data: { jobId: 'live' } }]);
});
