import { protocol } from 'electron';
import { SECURITY_HEADERS } from '../content-security-policy.ts';
import { readStaticFile } from '../static-files.ts';
import { APP_ORIGIN, APP_SCHEME } from './app-origin.ts';

/** Before the application is ready: a scheme with an origin, fetch and the web's security rules. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page from `root`, and nothing outside it. */
export function serveApp(root: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    if (!request.url.startsWith(`${APP_ORIGIN}/`) || request.method !== 'GET') return notFound();
    const [pathname = '/'] = request.url.slice(APP_ORIGIN.length).split(/[?#]/);
    const file = await readStaticFile(root, pathname);
    if (file === null) return notFound();
    return new Response(file.bytes, { headers: { ...SECURITY_HEADERS, 'content-type': file.contentType } });
  });
}

function notFound(): Response {
  return new Response('There is nothing here.', {
    status: 404,
    headers: { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  });
}
