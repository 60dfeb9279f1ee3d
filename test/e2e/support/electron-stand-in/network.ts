import { EventEmitter } from 'node:events';
import type { BrowserContext } from 'playwright-core';

/** Chromium does not learn a scheme from outside, so the page's own one is played by an address that leads nowhere. */
const APP = 'app://studio';
const PLAYED = 'https://studio.invalid';

export const toPlayed = (url: string): string => (url.startsWith(APP) ? PLAYED + url.slice(APP.length) : url);
export const toApp = (url: string): string => (url.startsWith(PLAYED) ? APP + url.slice(PLAYED.length) : url);

type Handler = (request: Request) => Promise<Response>;
type BeforeRequest = (
  details: { readonly url: string },
  answer: (decision: { readonly cancel: boolean }) => void,
) => void;

let handler: Handler | null = null;
let beforeRequest: BeforeRequest | null = null;

export const protocol = {
  registerSchemesAsPrivileged: (): void => undefined,
  handle: (_scheme: string, handle: Handler): void => {
    handler = handle;
  },
};

class Session extends EventEmitter {
  readonly webRequest = {
    onBeforeRequest: (_filter: unknown, listener: BeforeRequest): void => {
      beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(): void {
    // Playwright grants nothing by itself.
  }

  setPermissionCheckHandler(): void {
    // As above.
  }

  setDevicePermissionHandler(): void {
    // As above.
  }

  setSpellCheckerEnabled(): void {
    // Off in headless Chromium.
  }
}

export const session = { defaultSession: new Session() };

/** A page hangs on what `Request` makes of a scheme that it does not know; only address and method are read. */
function requestFor(url: string, method: string): Request {
  const request = new Request('http://unread.invalid', { method });
  Object.defineProperty(request, 'url', { value: url });
  return request;
}

function isCancelled(url: string): boolean {
  const decisions: boolean[] = [];
  beforeRequest?.({ url }, ({ cancel }) => decisions.push(cancel));
  return decisions.includes(true);
}

export async function answerRequests(context: BrowserContext): Promise<void> {
  await context.route('**/*', async (route) => {
    const url = toApp(route.request().url());
    if (isCancelled(url) || handler === null || !url.startsWith('app:')) {
      await route.abort('blockedbyclient');
      return;
    }
    const response = await handler(requestFor(url, route.request().method()));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  });
}
