/** A small upstream on loopback that behaves as told. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Behaviour = (seen: SeenRequest, response: ServerResponse) => unknown;

export interface FakeUpstream {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  behave: Behaviour;
  /** Connections that ended before their answer did. */
  readonly aborted: () => number;
  readonly close: () => Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export async function startUpstream(behave: Behaviour): Promise<FakeUpstream> {
  const seen: SeenRequest[] = [];
  let aborted = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) aborted++;
    });
    void bodyOf(request).then((body) => {
      const each = { path: request.url ?? '', headers: request.headers, body };
      seen.push(each);
      return upstream.behave(each, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const upstream: FakeUpstream = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    behave,
    aborted: () => aborted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return upstream;
}

/** A whole answer, with numbers and fields that a careless proxy would change. */
export function answers(text: string, usage = { prompt_tokens: 7, completion_tokens: 11 }): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'up-1' });
    response.end(
      `{"id":"x","big":12345678901234567890, "one":1.0,"choices":[{"index":0,"message":{"role":"assistant","content":${JSON.stringify(text)}},"finish_reason":"stop"}],"usage":${JSON.stringify(usage)}}`,
    );
  };
}

export function eventsOf(text: string, pieces = 5): string[] {
  const size = Math.max(1, Math.ceil(text.length / pieces));
  const events: string[] = [];
  for (let i = 0; i < text.length; i += size) {
    const delta = { content: text.slice(i, i + size) };
    events.push(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  }
  events.push(
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })}\n\n`,
    'data: [DONE]\n\n',
  );
  return events;
}

/** A stream, one write an event. */
export function streams(text: string, delayMs = 1): Behaviour {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of eventsOf(text)) {
      response.write(event);
      await sleep(delayMs);
    }
    response.end();
  };
}

export function fails(status: number, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end('{"error":{"message":"quotes the prompt"}}');
  };
}

/** Takes the request and never answers. */
export const hangs: Behaviour = () => undefined;

/** Sends its headers and then nothing. */
export const hangsAfterHeaders: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
};

/** Ends the connection within the answer. */
export function cutsAfter(text: string): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => {
      setTimeout(() => response.destroy(), 20);
    });
  };
}

/** Begins to answer and then sends nothing more. */
export function stallsAfter(text: string): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
