import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Who may talk to the loopback host. A token, shown once in the terminal, works once: it is exchanged for the browser's
 * cookie and a secret of the tab. Both are needed for everything: a cookie alone is sent to any port of 127.0.0.1, and with
 * it to other programs of this machine; a secret alone could have been read off a screen.
 */
export interface TabSessions {
  readonly newToken: () => string;
  /** Null where the token is unknown or has been used. */
  readonly exchange: (token: string) => NewTab | null;
  readonly isKnown: (cookieHeader: string | undefined, secret: string | undefined) => boolean;
}

export interface NewTab {
  readonly secret: string;
  readonly setCookie: string;
}

const MAX_TABS = 200;
const MAX_TOKENS = 20;

export function createTabSessions(port: number): TabSessions {
  const cookieName = `metarouter_${port}`;
  const cookie = random();
  /** Digests, oldest first. */
  const tokens = new Set<string>();
  const tabs = new Set<string>();

  return {
    newToken: () => {
      const token = random();
      addBounded(tokens, digest(token), MAX_TOKENS);
      return token;
    },
    exchange: (token) => {
      if (!tokens.delete(digest(token))) return null;
      const secret = random();
      addBounded(tabs, digest(secret), MAX_TABS);
      return { secret, setCookie: `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict` };
    },
    isKnown: (cookieHeader, secret) =>
      isSame(readCookie(cookieHeader, cookieName), cookie) &&
      secret !== undefined &&
      tabs.has(digest(secret)),
  };
}

/** 256 bits, safe in an address. */
function random(): string {
  return randomBytes(32).toString('base64url');
}

/** What is looked up is a digest: how long a look-up takes tells nothing about the secret. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isSame(given: string | undefined, expected: string): boolean {
  return given !== undefined && timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)));
}

function addBounded(set: Set<string>, value: string, limit: number): void {
  set.add(value);
  const oldest = set.values().next();
  if (set.size > limit && oldest.done !== true) set.delete(oldest.value);
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
