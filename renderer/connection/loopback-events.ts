import type { WindowEvent } from '../../src/contract/host.ts';
import { TAB_HEADER } from './loopback-wire.ts';
import { createEventStreamParser } from './event-stream-parser.ts';

interface Numbered {
  readonly id: number;
  readonly event: WindowEvent;
}

const LOCK = 'metarouter.events';
const RETRY_MS = 1000;

/**
 * Follows what the host tells. A browser opens six connections to a host at most, over all tabs: so one tab holds the
 * stream and passes events on to the others, and the next tab takes over, from the last event it saw, when that one goes.
 */
export function followEvents(options: {
  readonly secret: string;
  readonly after: number;
  readonly tell: (event: WindowEvent) => void;
}): void {
  let last = options.after;
  const channel = new BroadcastChannel(LOCK);
  const deliver = ({ id, event }: Numbered): void => {
    if (id <= last) return;
    last = id;
    options.tell(event);
  };
  channel.onmessage = (message: MessageEvent<Numbered>) => {
    deliver(message.data);
  };
  void navigator.locks.request(LOCK, async () => {
    for (;;) {
      await readStream(options.secret, last, (numbered) => {
        channel.postMessage(numbered);
        deliver(numbered);
      });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  });
}

/** Reads until the connection ends, for whatever reason. */
async function readStream(
  secret: string,
  after: number,
  deliver: (numbered: Numbered) => void,
): Promise<void> {
  try {
    const response = await fetch('/api/events', {
      headers: { [TAB_HEADER]: secret, 'last-event-id': String(after) },
      cache: 'no-store',
    });
    if (!response.ok || response.body === null) return;
    const parse = createEventStreamParser((id, data) => {
      // Our own host wrote it, from the contract's types.
      deliver({ id, event: JSON.parse(data) as WindowEvent });
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parse(value);
    }
  } catch {
    // The host is gone or comes back: the caller tries again.
  }
}
