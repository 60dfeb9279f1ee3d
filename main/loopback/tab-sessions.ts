import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Who may talk to the loopback host. A token, shown once in the terminal, works once: it is exchanged for the browser's
 * cookie and a secret of the tab. Both are needed for everything: a cookie alone is sent to any port of 127.0.0.1, and with
 * it to other programs of this machine; a secret alone could have been read off a screen.
 */
export interface TabSessions {
  /** @param rater whom the tab will be for: it can grade under that name and nothing else. Null: everything. */
  readonly newToken: (rater: string | null) => string;
  /** Null where the token is unknown or has been used. */
  readonly exchange: (token: string) => NewTab | null;
  /** Null where cookie and secret are not those of a tab. */
  readonly identify: (cookieHeader: string | undefined, secret: string | undefined) => KnownTab | null;
}

export interface KnownTab {
  /** The rater whom the tab is for; null: it may do everything. */
  readonly rater: string | null;
}

export interface NewTab {
  readonly secret: string;
  readonly setCookie: string;
  readonly rater: string | null;
}

const MAX_TABS = 200;
const MAX_TOKENS = 20;

export function createTabSessions(port: number): TabSessions {
  const cookieName = `metarouter_${port}`;
  const cookie = random();
  /** Who they let in, by digest, oldest first. */
  const tokens = new Map<string, string | null>();
  const tabs = new Map<string, string | null>();

  return {
    newToken: (rater) => {
      const token = random();
      addBounded(tokens, digest(token), rater, MAX_TOKENS);
      return token;
    },
    exchange: (token) => {
      const rater = tokens.get(digest(token));
      if (rater === undefined) return null;
      tokens.delete(digest(token));
      const secret = random();
      addBounded(tabs, digest(secret), rater, MAX_TABS);
      return { secret, rater, setCookie: `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict` };
    },
    identify: (cookieHeader, secret) => {
      if (!isSame(readCookie(cookieHeader, cookieName), cookie) || secret === undefined) return null;
      const rater = tabs.get(digest(secret));
      return rater === undefined ? null : { rater };
    },
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

function addBounded(
  known: Map<string, string | null>,
  key: string,
  rater: string | null,
  limit: number,
): void {
  known.set(key, rater);
  const oldest = known.keys().next();
  if (known.size > limit && oldest.done !== true) known.delete(oldest.value);
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
