import { expect, test } from 'vitest';
import { createEventLog } from '../../../main/loopback/event-log.ts';
import type { WindowEvent } from '../../../src/contract/host.ts';

const progressed = (jobId: string, fraction: number): WindowEvent => ({
  name: 'job.progressed',
  data: {
    jobId,
    kind: 'train',
    progress: { stage: 'x', fraction, elapsedMs: 0, ratePerSecond: null, leftMs: null },
  },
});
const priced = (model: string): WindowEvent => ({ name: 'model.priced', data: { model } });

test('of the progress of a job the newest is kept, so that what happened is not pushed out', () => {
  const log = createEventLog(3);
  log.add(priced('a'));
  for (let i = 0; i < 100; i++) log.add(progressed('j', i / 100));
  log.add(priced('b'));
  expect(log.after(0)?.map(({ event }) => event)).toEqual([priced('a'), progressed('j', 0.99), priced('b')]);
});

test('what is no longer kept is known to be lost', () => {
  const log = createEventLog(2);
  for (const model of ['a', 'b', 'c', 'd']) log.add(priced(model));
  expect(log.after(1)).toBeNull();
  expect(log.after(2)?.map(({ id }) => id)).toEqual([3, 4]);
  expect(log.after(4)).toEqual([]);
});

test('a number from another host is no place to go on from', () => {
  expect(createEventLog(2).after(7)).toBeNull();
});
