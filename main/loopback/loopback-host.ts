import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/core/clock.ts';
import { SECURITY_HEADERS } from '../content-security-policy.ts';
import type { StartEngine } from '../engine/engine-messages.ts';
import { createHostCall } from '../host/host-calls.ts';
import { openKnownProjects } from '../host/known-projects.ts';
import { makeUserFolders } from '../host/user-folders.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { readStaticFile } from '../static-files.ts';
import { browserHandlers } from './browser-handlers.ts';
import { createEventLog } from './event-log.ts';
import { HttpRefusal } from './http-refusal.ts';
import { createApi } from './loopback-api.ts';
import { refuseForeign } from './request-guard.ts';
import { createTabSessions } from './tab-sessions.ts';
import { openUploads } from './uploads.ts';

export interface LoopbackOptions {
  readonly startEngine: StartEngine;
  /** The folder of the built page. */
  readonly rendererRoot: string;
  readonly userData: string;
  readonly version: string;
  readonly clock: Clock;
  readonly initialProject?: string | null;
  /** Serves the page instead of `rendererRoot`: the development server. */
  readonly servePage?: RequestListener;
  readonly limits?: Partial<LoopbackLimits>;
  /** Besides the folders of the application, where a page may name files: nowhere, except in tests. */
  readonly trustedFolders?: readonly string[];
}

export interface LoopbackLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly maxUploadBytes: number;
  readonly uploadIdleMs: number;
  readonly keptEvents: number;
}

export interface LoopbackHost {
  readonly origin: string;
  /** An address that lets one tab in, once; with `rater` to grade under that name and nothing else. */
  readonly newAddress: (rater?: string) => string;
  readonly workspace: Workspace;
  readonly close: () => Promise<void>;
}

const DEFAULT_LIMITS: LoopbackLimits = {
  maxBodyBytes: 32 * 2 ** 20,
  bodyTimeoutMs: 15_000,
  maxUploadBytes: 16 * 2 ** 30,
  uploadIdleMs: 20_000,
  keptEvents: 2000,
};

/** Serves the page and the engine to browsers of this machine, and to nobody else. */
export async function startLoopbackHost(options: LoopbackOptions): Promise<LoopbackHost> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 0, maxHeaderSize: 16_384 });
  const port = await listen(server);
  const ownHost = `127.0.0.1:${port}`;

  const folders = makeUserFolders(options.userData);
  const projects = openKnownProjects(folders, options.clock);
  const workspace = openWorkspace({
    startEngine: options.startEngine,
    folders,
    projects,
    clock: options.clock,
    initialProject: options.initialProject ?? null,
  });
  const trusted = options.trustedFolders ?? [];
  const log = createEventLog(limits.keptEvents);
  workspace.listen(log.add);
  const uploads = openUploads({ maxBytes: limits.maxUploadBytes, idleMs: limits.uploadIdleMs });
  const sessions = createTabSessions(port);
  const newAddress = (rater: string | null): string => `http://${ownHost}/#token=${sessions.newToken(rater)}`;
  const hostCall = createHostCall(
    browserHandlers({
      workspace,
      folders,
      version: options.version,
      newAddress,
      uploadsFolder: uploads.folder,
    }),
  );
  const api = createApi({
    workspace,
    hostCall,
    sessions,
    log,
    uploads,
    pageFolders: {
      written: [folders.exports, folders.projects, ...trusted],
      read: [uploads.folder, ...trusted],
    },
    limits: { maxBytes: limits.maxBodyBytes, timeoutMs: limits.bodyTimeoutMs },
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${ownHost}`);
    const isApi = url.pathname.startsWith('/api/');
    const refusal = refuseForeign(request.headers, { host: ownHost, isPage: !isApi });
    if (refusal !== null) throw new HttpRefusal(403, refusal);
    if (isApi) await api(request, response, url);
    else if (options.servePage !== undefined) options.servePage(request, response);
    else await servePage(options.rendererRoot, request, response);
  }

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      refuse(response, error);
    });
  });

  return {
    origin: `http://${ownHost}`,
    newAddress: (rater) => newAddress(rater ?? null),
    workspace,
    close: async () => {
      server.close();
      await workspace.engine.close();
      server.closeAllConnections();
      uploads.clear();
    },
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function servePage(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpRefusal(405, 'Pages can only be read.');
  }
  // Not from the parsed address: that one has already taken the dots out of the path.
  const [pathname = '/'] = (request.url ?? '/').split('?');
  const file = await readStaticFile(root, pathname);
  if (file === null) throw new HttpRefusal(404, 'There is nothing here.');
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': file.contentType,
    'content-length': file.bytes.byteLength,
    'cache-control': file.isImmutable ? 'private, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
}

/** Ends the connection too: what is left of a refused body is not read. */
function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof HttpRefusal ? error.status : 500;
  const message = error instanceof HttpRefusal ? error.message : 'The host failed to answer.';
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(message);
}
