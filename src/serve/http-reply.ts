/** What the server says itself, in the form that OpenAI clients understand. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A request that is refused: the caller learns the status, a code for programs and a sentence. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: OutgoingHttpHeaders;
  constructor(status: number, code: string, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function errorDocument(status: number, code: string, message: string): unknown {
  const type = status >= 500 ? 'upstream_error' : 'invalid_request_error';
  return { error: { message, type, param: null, code } };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  sendText(response, status, 'application/json', JSON.stringify(document), headers);
}

export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': body.length });
  response.end(body);
}

/** Any text as a header value: visible ASCII, everything else as \uXXXX. */
export function headerText(text: string): string {
  return text
    .slice(0, 1000)
    .replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const NOT_PASSED_BACK = new Set([
  ...[
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
  ],
  // About the upstream's site, not about the answer.
  ...['upgrade', 'set-cookie', 'alt-svc', 'strict-transport-security'],
]);

/** The headers of an upstream's answer that the caller gets. */
export function passedBack(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !NOT_PASSED_BACK.has(name) && !name.startsWith('x-metarouter-'),
    ),
  );
}
