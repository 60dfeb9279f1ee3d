import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { z } from '../../src/contract/zod.ts';
import { SECURITY_HEADERS } from '../content-security-policy.ts';
import type { HostCall } from '../host/host-calls.ts';
import type { Workspace } from '../host/workspace.ts';
import { containedPath } from '../static-files.ts';
import type { EventLog } from './event-log.ts';
import { streamEvents } from './event-stream.ts';
import { HttpRefusal } from './http-refusal.ts';
import { readJsonBody, type BodyLimits } from './read-body.ts';
import { isInside, refusePath, type PageFolders } from './page-paths.ts';
import { isForRater, raterHostCall } from './rater-tabs.ts';
import type { KnownTab, TabSessions } from './tab-sessions.ts';
import type { Uploads } from './uploads.ts';

export interface ApiDeps {
  readonly workspace: Workspace;
  readonly hostCall: HostCall;
  readonly sessions: TabSessions;
  readonly log: EventLog;
  readonly uploads: Uploads;
  readonly limits: BodyLimits;
  readonly pageFolders: PageFolders;
}

type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  tab: KnownTab,
) => Promise<void> | void;
type Api = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** What the tab of a rater reaches. The engine decides what it may call, and the host is asked for itself only. */
const FOR_RATERS = new Set([
  'POST /api/call',
  'POST /api/host',
  'GET /api/session',
  'POST /api/token',
  'GET /api/events',
]);

const callBody = z.object({ method: z.string(), input: z.unknown() });
const tokenBody = z.object({ token: z.string().max(200) });

/** What pages may ask, by method and path. All but the exchange of the token wants cookie and tab secret. */
export function createApi(deps: ApiDeps): Api {
  const { workspace, hostCall, sessions, log, uploads, limits, pageFolders } = deps;
  const exported = new Map<string, string>();
  /** Single files that the engine wrote since this host began: what a page can download, by their exact paths. */
  const written = new Set<string>();
  workspace.listen((event) => {
    if (event.name === 'bundle.exported') exported.set(event.data.exportId, event.data.directory);
    if (event.name === 'labels.exported' || event.name === 'pack.exported') written.add(event.data.path);
  });

  const routes = new Map<string, Route>(
    Object.entries({
      'POST /api/call': async (request, response, _url, { rater }) => {
        const { method, input } = read(callBody, await readJsonBody(request, limits));
        const caller = rater === null ? undefined : { rater };
        sendJson(
          response,
          refusePath(method, input, pageFolders) ?? (await workspace.engine.call(method, input, caller)),
        );
      },
      'POST /api/host': async (request, response, _url, { rater }) => {
        const { method, input } = read(callBody, await readJsonBody(request, limits));
        const call = rater === null ? hostCall : raterHostCall(hostCall, rater);
        sendJson(response, await call(method, input));
      },
      // A tab that was reloaded: still known, and it need not hear again what it has seen.
      'GET /api/session': (_request, response) => {
        sendJson(response, { lastEventId: log.lastId() });
      },
      'POST /api/token': (_request, response, _url, { rater }) => {
        sendJson(response, { token: sessions.newToken(rater) });
      },
      'GET /api/events': (request, response, _url, { rater }) => {
        streamEvents(request, response, log, (event) => rater === null || isForRater(event, rater));
      },
      'POST /api/upload': async (request, response, url) => {
        sendJson(response, await uploads.receive(request, url.searchParams.get('name') ?? ''));
      },
      'GET /api/exported': async (_request, response, url) => {
        const directory = exported.get(url.searchParams.get('exportId') ?? '');
        const name = url.searchParams.get('name') ?? '';
        const path =
          directory === undefined ? null : containedPath(directory, `/${encodeURIComponent(name)}`);
        if (path === null) throw new HttpRefusal(404, 'There is no such file of an export.');
        await sendFile(response, path);
      },
      'GET /api/written': async (_request, response, url) => {
        const path = url.searchParams.get('path') ?? '';
        // Also what was written there may have been replaced by a link since.
        if (!written.has(path) || !isInside(path, pageFolders.written))
          throw new HttpRefusal(404, 'No such file was written.');
        await sendFile(response, path);
      },
    } satisfies Record<string, Route>),
  );

  return async (request, response, url) => {
    const name = `${request.method ?? ''} ${url.pathname}`;
    if (name === 'POST /api/session') {
      await enter(request, response, deps);
      return;
    }
    const secret = request.headers['x-metarouter-tab'];
    const tab = sessions.identify(request.headers.cookie, typeof secret === 'string' ? secret : undefined);
    if (tab === null) {
      throw new HttpRefusal(401, 'This tab is not known: open the address that the terminal shows.');
    }
    const route = routes.get(name);
    if (route === undefined) throw new HttpRefusal(404, 'There is nothing here.');
    if (tab.rater !== null && !FOR_RATERS.has(name))
      throw new HttpRefusal(403, 'This tab is for grading only.');
    await route(request, response, url, tab);
  };
}

async function enter(request: IncomingMessage, response: ServerResponse, deps: ApiDeps): Promise<void> {
  const small = { ...deps.limits, maxBytes: Math.min(deps.limits.maxBytes, 4096) };
  const { token } = read(tokenBody, await readJsonBody(request, small));
  const tab = deps.sessions.exchange(token);
  if (tab === null) throw new HttpRefusal(401, 'This token is unknown or has been used.');
  response.setHeader('set-cookie', tab.setCookie);
  sendJson(response, { secret: tab.secret, lastEventId: deps.log.lastId() });
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new HttpRefusal(400, 'The body has another shape than expected.');
  return parsed.data;
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(value));
}

async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isFile() !== true) throw new HttpRefusal(404, 'There is no such file of an export.');
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'application/octet-stream',
    'content-length': stats.size,
    'content-disposition': 'attachment',
    'cache-control': 'no-store',
  });
  await pipeline(createReadStream(path), response);
}
