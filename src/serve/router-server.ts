/** The HTTP server of `metarouter serve`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../core/errors.ts';
import { createAccessCheck } from './access.ts';
import { answerChat } from './chat.ts';
import { roundMs } from './decision-log.ts';
import type { Exchange, ServeParts } from './exchange.ts';
import { errorDocument, HttpRefusal, sendJson, sendText } from './http-reply.ts';
import { readBody } from './request-body.ts';
import { answerRoute, takeFeedback } from './route-endpoint.ts';

export interface RouterServerOptions {
  /** Callers must send it; null: loopback only. */
  readonly key: string | null;
  /** Told about bugs: the kind of an error and where, never what a request said. */
  readonly onBug: (description: string) => void;
}

export interface RouterServer {
  readonly listen: (port: number, host: string) => Promise<AddressInfo>;
  /** Takes no new requests, lets those in progress end (at most `drainMs`), answers how many were cut off. */
  readonly close: () => Promise<number>;
  readonly inFlight: () => number;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** Whether it counts against maxConcurrent. */
  readonly isWork: boolean;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ) => Promise<void> | void;
}

/** A request must arrive whole in this time. */
const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 15_000;

export function createRouterServer(parts: ServeParts, options: RouterServerOptions): RouterServer {
  const { config, monotonicMs, metrics } = parts;
  const { limits } = config;
  const checkAccess = createAccessCheck(options.key);
  const startedMs = parts.clock();
  const handling = new Set<Promise<void>>();
  let inFlight = 0;
  let isDraining = false;

  const endpoints: Readonly<Record<string, Endpoint>> = {
    '/health': {
      method: 'GET',
      isWork: false,
      answer: (_, response) => {
        sendJson(response, isDraining ? 503 : 200, { status: isDraining ? 'draining' : 'ok' });
      },
    },
    '/metrics': {
      method: 'GET',
      isWork: false,
      answer: (_, response) => {
        sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', metrics.render());
      },
    },
    '/v1/models': {
      method: 'GET',
      isWork: false,
      answer: (_, response) => {
        sendJson(response, 200, {
          object: 'list',
          data: modelNames(parts).map((id) => modelDocument(id, startedMs)),
        });
      },
    },
    '/v1/route': {
      method: 'POST',
      isWork: true,
      answer: async (request, response, signal) => {
        const startedMs = monotonicMs();
        const body = await readBody(request, limits.maxBodyBytes);
        sendJson(response, 200, await answerRoute(parts, body, { signal, startedMs }));
      },
    },
    '/v1/feedback': {
      method: 'POST',
      isWork: true,
      answer: async (request, response) => {
        sendJson(response, 202, takeFeedback(parts, await readBody(request, limits.maxBodyBytes)));
      },
    },
    '/v1/chat/completions': { method: 'POST', isWork: true, answer: chat },
  };

  async function chat(
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const begunMs = monotonicMs();
    const body = await readBody(request, limits.maxBodyBytes);
    const exchange: Exchange = {
      id: parts.newId(),
      ...{ headers: request.headers, response, body, signal, startedMs: begunMs, attempts: [] },
      ...{ isRouted: false, prompt: null, decision: null, decideMs: 0, firstByteMs: null, answeredBy: null },
      outcome: 'failed',
    };
    try {
      await answerChat(parts, exchange);
    } finally {
      if (signal.aborted) exchange.outcome = 'aborted';
      if (exchange.isRouted) logExchange(parts, exchange);
    }
  }

  function endpointOf(request: IncomingMessage): readonly [string, Endpoint] {
    const path = (request.url ?? '').replace(/[?#].*$/, '');
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (endpoint === undefined) {
      const known = Object.keys(endpoints).join(', ');
      throw new HttpRefusal(404, 'not_found', `There is nothing at this path. Paths: ${known}.`);
    }
    return [path, endpoint];
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begunMs = monotonicMs();
    const gone = new AbortController();
    let name = 'other';
    let isCounted = false;
    response.on('close', () => {
      // Also where the caller has left before the end.
      if (!response.writableFinished) gone.abort(new Error('The caller has gone.'));
    });
    try {
      const [path, endpoint] = endpointOf(request);
      name = path;
      if (path !== '/health') checkAccess(request);
      if (request.method !== endpoint.method) {
        throw new HttpRefusal(405, 'method_not_allowed', `${path} takes ${endpoint.method}.`, {
          allow: endpoint.method,
        });
      }
      if (endpoint.isWork) {
        if (inFlight >= limits.maxConcurrent) {
          throw new HttpRefusal(503, 'overloaded', 'Too many requests in progress.', { 'retry-after': '1' });
        }
        inFlight++;
        isCounted = true;
      }
      await endpoint.answer(request, response, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) refuse(response, error, options.onBug);
    } finally {
      if (isCounted) inFlight--;
      metrics.requests.add({
        endpoint: name,
        status: gone.signal.aborted ? 'aborted' : String(response.statusCode),
      });
      metrics.requestSeconds.observe({ endpoint: name }, (monotonicMs() - begunMs) / 1000);
    }
  }

  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      if (isDraining) response.setHeader('connection', 'close');
      // The last answer on a connection leaves it idle: while draining nobody waits for its next request.
      response.on('close', () => {
        if (isDraining)
          setImmediate(() => {
            server.closeIdleConnections();
          });
      });
      const handled = handle(request, response);
      handling.add(handled);
      void handled.finally(() => handling.delete(handled));
    },
  );

  return {
    inFlight: () => inFlight,
    listen: (port, host) => listen(server, port, host),
    close: async () => {
      isDraining = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeIdleConnections();
      let cut = 0;
      const timer = setTimeout(() => {
        cut = inFlight;
        server.closeAllConnections();
      }, limits.drainMs);
      await closed;
      clearTimeout(timer);
      // Connections are gone; what they were about is still written down.
      await Promise.all(handling);
      parts.calls.close();
      return cut;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new AppError('io', `Cannot listen on ${host}, port ${port}: ${error.message}.`, { cause: error }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address);
      else reject(new AppError('internal', 'The server has no address.'));
    });
  });
}

function refuse(response: ServerResponse, error: unknown, onBug: RouterServerOptions['onBug']): void {
  const refusal =
    error instanceof HttpRefusal
      ? error
      : new HttpRefusal(500, 'internal', 'A bug of metarouter: please report it.');
  if (refusal !== error) onBug(describeBug(error));
  if (response.headersSent) {
    response.socket?.destroy();
    return;
  }
  sendJson(
    response,
    refusal.status,
    errorDocument(refusal.status, refusal.code, refusal.message),
    refusal.headers,
  );
}

/** The kind of an error and where it came from: a message may quote what a request said. */
function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return `${error.name} ${frames
    .slice(0, 4)
    .map((line) => line.trim())
    .join(' ')}`;
}

/** What may stand in `model`: the router, and the models by their names where they can be asked. */
function modelNames({ routerName, decider, config }: ServeParts): readonly string[] {
  return ['auto', routerName, ...decider.models.filter((name) => Object.hasOwn(config.models, name))];
}

function modelDocument(id: string, createdMs: number): unknown {
  return { id, object: 'model', created: Math.floor(createdMs / 1000), owned_by: 'metarouter' };
}

function logExchange(parts: ServeParts, exchange: Exchange): void {
  const { decision, attempts, answeredBy, outcome, firstByteMs, startedMs } = exchange;
  const costs = attempts.filter(({ failure }) => failure === null).map(({ costUsd }) => costUsd);
  const costUsd = costs.reduce(
    (sum: number | null, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  parts.log.decision(
    {
      time: new Date(parts.clock()).toISOString(),
      id: exchange.id,
      router: parts.routerName,
      bundleId: parts.bundleId,
      stage: parts.decider.stage,
      model: decision?.model ?? answeredBy ?? parts.fallback,
      answeredBy,
      action: decision?.action ?? 'unscored',
      gain: decision?.gain ?? null,
      threshold: decision?.threshold ?? null,
      propensity: decision?.propensity ?? 1,
      isExplored: decision?.isExplored ?? false,
      latencyMs: {
        decide: roundMs(exchange.decideMs),
        firstByte: firstByteMs === null ? null : roundMs(firstByteMs),
        total: roundMs(parts.monotonicMs() - startedMs),
      },
      outcome,
      attempts,
      costUsd: costs.length === 0 ? null : costUsd,
    },
    exchange.prompt,
  );
}
