/** One call of an upstream: until its first byte it can fail and another model can answer; after that it is relayed. */
import {
  request as requestHttp,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import type { ServeLimits, UpstreamConfig } from './serve-config.ts';

export type FailureKind =
  /** No connection: refused, reset, unknown host, TLS. */
  | 'unreachable'
  /** No first byte in time, no further byte in time, or no end in time. */
  | 'timeout'
  /** A status that says that the upstream cannot answer. */
  | 'status'
  /** The answer ended before its end. */
  | 'cut';

export class UpstreamFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly retryAfter: string | null;
  constructor(
    kind: FailureKind,
    description: string,
    status: number | null = null,
    retryAfter: string | null = null,
  ) {
    super(description);
    this.name = 'UpstreamFailure';
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly isEventStream: boolean;
  /**
   * The bytes of the body as they came; there is at least one piece.
   *
   * @throws UpstreamFailure `cut` or `timeout`
   */
  readonly chunks: AsyncGenerator<Buffer, void, undefined>;
  /** Ends the connection. */
  readonly abandon: () => void;
}

export interface UpstreamCalls {
  /** @throws UpstreamFailure; the signal's reason where the caller has gone */
  readonly call: (upstream: UpstreamConfig, body: Buffer, options: CallOptions) => Promise<UpstreamAnswer>;
  readonly close: () => void;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Of the caller, in lower case; a few are passed on. */
  readonly headers: IncomingHttpHeaders;
}

/**
 * Statuses that mean "not this upstream": overload, server errors, redirections, and those that blame a key, an address or a model
 * name which are the operator's and not the caller's.
 */
function isFailure(status: number): boolean {
  return (
    status < 200 ||
    (status >= 300 && status < 400) ||
    status >= 500 ||
    [401, 403, 404, 408, 429].includes(status)
  );
}

/** Headers of the caller that upstreams understand. Its key is not among them. */
const PASSED_ON = [
  'accept',
  'user-agent',
  'x-request-id',
  'traceparent',
  'tracestate',
  'idempotency-key',
  'openai-beta',
];

function headersFor(
  upstream: UpstreamConfig,
  body: Buffer,
  given: IncomingHttpHeaders,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = given[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return {
    ...headers,
    'content-type': 'application/json',
    'content-length': String(body.length),
    // A cascade reads the answer, and the usage is read in passing.
    'accept-encoding': 'identity',
    ...(upstream.apiKey === undefined ? {} : { authorization: `Bearer ${upstream.apiKey}` }),
    ...upstream.headers,
  };
}

function describeCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no connection';
}

export function createUpstreamCalls(limits: ServeLimits): UpstreamCalls {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: Infinity }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: Infinity }),
  };

  async function call(upstream: UpstreamConfig, body: Buffer, options: CallOptions): Promise<UpstreamAnswer> {
    const url = new URL(`${upstream.baseUrl}/chat/completions`);
    const isTls = url.protocol === 'https:';
    const ended = new AbortController();
    const request = (isTls ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: headersFor(upstream, body, options.headers),
      agent: isTls ? agents['https:'] : agents['http:'],
    });
    /** Why we ended the connection ourselves; the socket's own error says less. */
    let ending: unknown = null;
    const end = (why: unknown): void => {
      ending ??= why;
      request.destroy();
      ended.abort();
    };
    const onAbort = (): void => {
      end(options.signal.reason);
    };
    if (options.signal.aborted) onAbort();
    options.signal.addEventListener('abort', onAbort, { once: true });
    const total = setTimeout(() => {
      end(new UpstreamFailure('timeout', `no end after ${limits.totalMs} ms`));
    }, limits.totalMs);
    const first = setTimeout(() => {
      end(new UpstreamFailure('timeout', `no answer after ${limits.firstByteMs} ms`));
    }, limits.firstByteMs);
    const release = (): void => {
      clearTimeout(total);
      clearTimeout(first);
      options.signal.removeEventListener('abort', onAbort);
    };
    const reasonOf = (error: unknown, otherwise: (error: unknown) => UpstreamFailure): unknown =>
      ending ?? otherwise(error);

    let response: IncomingMessage;
    try {
      response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', reject);
        request.on('close', () => {
          reject(new Error('closed'));
        });
        request.end(body);
      });
    } catch (error) {
      release();
      throw reasonOf(error, (cause) => new UpstreamFailure('unreachable', describeCode(cause)));
    }
    const status = response.statusCode ?? 0;
    if (isFailure(status)) {
      release();
      // Its text may quote the prompt: it is not read.
      request.destroy();
      const retryAfter = response.headers['retry-after'] ?? null;
      throw new UpstreamFailure('status', `HTTP ${status}`, status, retryAfter);
    }

    const pieces: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
    const cut = (): UpstreamFailure => new UpstreamFailure('cut', 'the answer broke off');
    let opening: IteratorResult<Buffer>;
    try {
      opening = await pieces.next();
      if (opening.done === true) throw new UpstreamFailure('cut', 'the answer was empty');
    } catch (error) {
      release();
      request.destroy();
      if (error instanceof UpstreamFailure) throw error;
      throw reasonOf(error, cut);
    }
    clearTimeout(first);

    async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
      let idle: ReturnType<typeof setTimeout> | undefined;
      try {
        for (let next = opening; next.done !== true;) {
          yield next.value;
          // Not while the caller is slow: only an upstream that owes bytes is idle.
          idle = setTimeout(() => {
            end(new UpstreamFailure('timeout', `nothing more for ${limits.idleMs} ms`));
          }, limits.idleMs);
          next = await pieces.next();
          clearTimeout(idle);
        }
      } catch (error) {
        throw reasonOf(error, cut);
      } finally {
        clearTimeout(idle);
        release();
        if (!response.complete) request.destroy();
      }
    }
    return {
      status,
      headers: response.headers,
      isEventStream: (response.headers['content-type'] ?? '').startsWith('text/event-stream'),
      chunks: chunks(),
      abandon: () => {
        release();
        request.destroy();
      },
    };
  }

  return {
    call,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}
