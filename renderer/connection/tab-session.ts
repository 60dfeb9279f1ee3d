import { AppError } from '../../src/core/errors.ts';
import { TAB_HEADER } from './loopback-wire.ts';

/** What lets a tab talk to the loopback host, besides the cookie that the browser keeps. */
export interface TabSession {
  readonly secret: string;
  /** The last event before the tab came. */
  readonly lastEventId: number;
}

const STORAGE_KEY = 'metarouter.tab';
const HANDOVER_MS = 600;

/**
 * Enters with the one-time token of the address, with the secret this tab had before it was reloaded, or with a token that
 * another open tab asks for on our behalf.
 */
export async function enter(): Promise<TabSession> {
  offerTokens();
  const token = takeTokenFromAddress();
  const session =
    (token === null ? null : await exchange(token)) ?? (await restore()) ?? (await enterThroughAnotherTab());
  if (session === null) {
    throw new AppError(
      'usage',
      'This address lets nobody in any more: each start of the application prints a new one that works once. ' +
        'Open the address that the terminal shows, or press Enter there for a fresh one.',
    );
  }
  sessionStorage.setItem(STORAGE_KEY, session.secret);
  return session;
}

/** The fragment never leaves the browser; it is taken off at once, so that it is neither bookmarked nor shared. */
function takeTokenFromAddress(): string | null {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.at(1) ?? null;
  if (token !== null) history.replaceState(null, '', location.pathname);
  return token;
}

async function exchange(token: string): Promise<TabSession | null> {
  const response = await fetch('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return response.ok ? readSession(await response.json()) : null;
}

/** The browser keeps this storage for the tab alone, over reloads. */
async function restore(): Promise<TabSession | null> {
  const secret = sessionStorage.getItem(STORAGE_KEY);
  if (secret === null) return null;
  const response = await fetch('/api/session', { headers: { [TAB_HEADER]: secret } });
  const body: unknown = response.ok ? await response.json() : null;
  return typeof body === 'object' && body !== null ? readSession({ ...body, secret }) : null;
}

function readSession(value: unknown): TabSession | null {
  if (typeof value !== 'object' || value === null || !('secret' in value) || !('lastEventId' in value))
    return null;
  const { secret, lastEventId } = value;
  return typeof secret === 'string' && typeof lastEventId === 'number' ? { secret, lastEventId } : null;
}

const CHANNEL = 'metarouter.tabs';

/** Only pages of this very origin, port included, hear the channel. */
async function enterThroughAnotherTab(): Promise<TabSession | null> {
  const channel = new BroadcastChannel(CHANNEL);
  try {
    const token = await new Promise<string | null>((resolve) => {
      channel.onmessage = (event: MessageEvent<unknown>) => {
        const token = tokenIn(event.data);
        if (token !== null) resolve(token);
      };
      channel.postMessage({ kind: 'token-wanted' });
      setTimeout(() => {
        resolve(null);
      }, HANDOVER_MS);
    });
    return token === null ? null : await exchange(token);
  } finally {
    channel.close();
  }
}

function tokenIn(message: unknown): string | null {
  return typeof message === 'object' &&
    message !== null &&
    'token' in message &&
    typeof message.token === 'string'
    ? message.token
    : null;
}

/** Answers tabs that were opened by hand, for as long as this tab is in. */
function offerTokens(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: MessageEvent<unknown>) => {
    const isWanted =
      typeof event.data === 'object' &&
      event.data !== null &&
      'kind' in event.data &&
      event.data.kind === 'token-wanted';
    const secret = isWanted ? sessionStorage.getItem(STORAGE_KEY) : null;
    if (secret === null) return;
    void fetch('/api/token', { method: 'POST', headers: { [TAB_HEADER]: secret } })
      .then(async (response) => (response.ok ? tokenIn(await response.json()) : null))
      .then((token) => {
        if (token !== null) channel.postMessage({ token });
      });
  };
}
