/** Who may ask. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-reply.ts';

/** Names and addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

export type CheckAccess = (request: IncomingMessage) => void;

/**
 * With a key: every request must carry it as "Authorization: Bearer <key>", compared in constant time. Without one (loopback
 * only): pages of a browser on this machine are kept out by their Origin, and names that point here by the Host.
 *
 * @throws HttpRefusal 401 or 403
 */
export function createAccessCheck(key: string | null): CheckAccess {
  if (key !== null) {
    const expected = digest(key);
    return ({ headers }) => {
      const given = /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1];
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
      throw new HttpRefusal(
        401,
        'invalid_api_key',
        'Send the key of this server as "Authorization: Bearer <key>".',
        {
          'www-authenticate': 'Bearer',
        },
      );
    };
  }
  return ({ headers }) => {
    if (headers.origin !== undefined) {
      throw new HttpRefusal(403, 'forbidden_origin', 'Without a key, web pages are not served.');
    }
    const host = (headers.host ?? '').replace(/:\d+$/, '');
    if (!isLoopback(host)) {
      throw new HttpRefusal(403, 'forbidden_host', 'Without a key, only requests to localhost are served.');
    }
  };
}
