import type { IncomingHttpHeaders } from 'node:http';

/**
 * Which requests reach the loopback host at all. A page of another site can make a browser send requests to 127.0.0.1, and
 * a name that resolves to 127.0.0.1 (DNS rebinding) makes them look like its own: so the Host must be ours to the letter,
 * an Origin too, and what the browser says of the page that asks (Sec-Fetch-Site) must be the page itself.
 */
export function refuseForeign(
  headers: IncomingHttpHeaders,
  own: { readonly host: string; readonly isPage: boolean },
): string | null {
  if (headers.host !== own.host) return `This address is served as ${own.host} only.`;
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${own.host}`) return 'Requests of other pages are refused.';
  const site = headers['sec-fetch-site'];
  // "none": typed, a bookmark, or opened by another program. Only the page itself is opened so.
  const isAllowed = site === undefined || site === 'same-origin' || (own.isPage && site === 'none');
  if (!isAllowed) return 'Links from other pages are refused: paste the address into a new tab.';
  return null;
}
