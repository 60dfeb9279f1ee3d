import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WindowEvent } from '../../src/contract/host.ts';
import { SECURITY_HEADERS } from '../content-security-policy.ts';
import type { EventLog, NumberedEvent } from './event-log.ts';

const HEARTBEAT_MS = 15_000;
/** A reader that does not read is cut off; it comes back and goes on from its last event. */
const MAX_UNREAD_BYTES = 4 * 2 ** 20;

/** Sends what happened since `last-event-id`, then what happens, until the reader goes: of all that, what is for it. */
export function streamEvents(
  request: IncomingMessage,
  response: ServerResponse,
  log: EventLog,
  isForReader: (event: WindowEvent) => boolean,
): void {
  const after = Number(request.headers['last-event-id'] ?? log.lastId());
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  const send = ({ id, event }: NumberedEvent): void => {
    if (!isForReader(event)) return;
    response.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
  };
  const missed = Number.isSafeInteger(after) ? log.after(after) : null;
  if (missed === null) send({ id: log.lastId(), event: { name: 'host.eventsLost', data: {} } });
  else for (const numbered of missed) send(numbered);
  // So that the reader knows at once that it is connected.
  response.write(': connected\n\n');

  const heartbeat = setInterval(() => {
    response.write(': \n\n');
  }, HEARTBEAT_MS);
  const stop = log.listen(send);
  response.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}
