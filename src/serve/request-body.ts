import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-reply.ts';

/** The whole body of a request. Errors: HttpRefusal 413 too large, 400 broken off. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): HttpRefusal =>
    new HttpRefusal(413, 'body_too_large', `The body is larger than ${maxBytes} bytes.`, {
      connection: 'close',
    });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      reject(tooLarge());
    });
    request.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.on('error', () => {
      reject(new HttpRefusal(400, 'body_cut', 'The body broke off.'));
    });
  });
}
