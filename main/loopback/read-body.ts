import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-refusal.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** For the whole body. */
  readonly timeoutMs: number;
}

/** Reads a JSON body whole. Errors: 413 too large, 408 too slow, 415 not JSON, 400 not readable. */
export async function readJsonBody(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  // A form of another page cannot send this type without asking first (CORS), and we never consent.
  if (request.headers['content-type'] !== 'application/json') {
    throw new HttpRefusal(415, 'Send application/json.');
  }
  refuseDeclaredSize(request, limits.maxBytes);
  const body = await collect(request, limits);
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return parsed;
  } catch {
    throw new HttpRefusal(400, 'The body is not JSON.');
  }
}

export function refuseDeclaredSize(request: IncomingMessage, maxBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

export function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(413, `More than ${Math.round(maxBytes / 2 ** 20)} MiB: refused.`);
}

export function tooSlow(): HttpRefusal {
  return new HttpRefusal(408, 'The body came too slowly.');
}

function collect(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => {
      stop(tooSlow());
    }, timeoutMs);
    const stop = (refusal: HttpRefusal): void => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      request.pause();
      reject(refusal);
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) stop(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    request.on('error', () => {
      stop(new HttpRefusal(400, 'The body broke off.'));
    });
  });
}
