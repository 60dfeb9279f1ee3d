import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LoopbackHost } from '../../main/loopback/loopback-host.ts';
import { createEventStreamParser } from '../../renderer/connection/event-stream-parser.ts';
import type { WindowEvent } from '../../src/contract/host.ts';
import { enterTab, send, testFolder, testHost, type TestTab } from './support/loopback.ts';

interface Stream {
  readonly received: { readonly id: number; readonly event: WindowEvent }[];
  readonly until: (count: number) => Promise<void>;
  readonly close: () => void;
}

function openStream(host: LoopbackHost, tab: TestTab, after: number): Promise<Stream> {
  const received: Stream['received'] = [];
  let onMore: () => void = () => undefined;
  const parse = createEventStreamParser((id, data) => {
    received.push({ id, event: JSON.parse(data) as WindowEvent });
    onMore();
  });
  return new Promise((resolve, reject) => {
    const headers = { ...tab.headers, 'last-event-id': String(after) };
    const outgoing = request(
      `${host.origin}/api/events`,
      { headers, agent: false },
      (response: IncomingMessage) => {
        response.setEncoding('utf8');
        response.on('data', parse);
        response.on('error', () => undefined);
        resolve({
          received,
          until: async (count) => {
            while (received.length < count) await new Promise<void>((more) => (onMore = more));
          },
          close: () => {
            outgoing.destroy();
          },
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
    onTestFinished(() => {
      outgoing.destroy();
    });
  });
}

const pathsOf = (stream: Stream): unknown[] =>
  stream.received.map(({ event }) => (event.name === 'project.opened' ? event.data.path : event.name));

test('a stream that broke off goes on after the last event it saw, without a gap and without a repeat', async () => {
  const host = await testHost();
  const tab = await enterTab(host);
  const folder = testFolder();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.mrproj`));
  const first = await openStream(host, tab, tab.lastEventId);
  await tab.call('project.create', { path: a });
  await first.until(1);
  first.close();
  await tab.call('project.create', { path: b });
  const second = await openStream(host, tab, first.received.at(-1)?.id ?? -1);
  await tab.call('project.create', { path: c });
  await second.until(4);
  expect(pathsOf(first)).toEqual([a]);
  expect(pathsOf(second)).toEqual(['project.closed', b, 'project.closed', c]);
  expect(second.received.map(({ id }) => id)).toEqual([2, 3, 4, 5]);
});

test('a tab that is reloaded goes on from now', async () => {
  const host = await testHost();
  const tab = await enterTab(host);
  await tab.call('project.create', { path: join(testFolder(), 'a.mrproj') });
  const reply = await send(host, { path: '/api/session', headers: tab.headers });
  expect(JSON.parse(reply.body)).toEqual({ lastEventId: tab.lastEventId + 1 });
});

test('a stream is told when what it missed is no longer kept', async () => {
  const host = await testHost({ limits: { keptEvents: 2 } });
  const tab = await enterTab(host);
  const folder = testFolder();
  for (const name of ['a', 'b', 'c'])
    await tab.call('project.create', { path: join(folder, `${name}.mrproj`) });
  const stream = await openStream(host, tab, 0);
  await stream.until(1);
  expect(stream.received.map(({ event }) => event.name)).toEqual(['host.eventsLost']);
});

test('two tabs hear the same', async () => {
  const host = await testHost();
  const tabs = [await enterTab(host), await enterTab(host)];
  const streams = await Promise.all(tabs.map((tab) => openStream(host, tab, tab.lastEventId)));
  const path = join(testFolder(), 'shared.mrproj');
  await tabs.at(0)?.call('project.create', { path });
  for (const stream of streams) {
    await stream.until(1);
    expect(pathsOf(stream)).toEqual([path]);
  }
});
