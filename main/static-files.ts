import { readFile, realpath } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

/** A file of the built page. */
export interface StaticFile {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly contentType: string;
  /** Its name holds a hash of its content. */
  readonly isImmutable: boolean;
}

const contentTypes = new Map(
  Object.entries({
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.json': 'application/json; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.png': 'image/png',
    '.ico': 'image/x-icon',
    '.woff2': 'font/woff2',
    '.webmanifest': 'application/manifest+json',
  }),
);

/**
 * Reads a file of the page by the path of its address. Null for what is not there, is of a kind the page does not have, or
 * lies outside `root`, however that is written: encoded, with backslashes, or through a link.
 */
export async function readStaticFile(root: string, pathname: string): Promise<StaticFile | null> {
  const path = containedPath(root, pathname);
  if (path === null) return null;
  const contentType = contentTypes.get(extname(path));
  if (contentType === undefined) return null;
  try {
    const [real, realRoot] = [await realpath(path), await realpath(root)];
    if (!real.startsWith(realRoot + sep)) return null;
    return { bytes: await readFile(real), contentType, isImmutable: pathname.startsWith('/assets/') };
  } catch {
    return null;
  }
}

/** The path below `root` that an address names, or null. */
export function containedPath(root: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  // A second encoding, a drive, a NUL or a backslash: no file of ours is called so.
  if (/[%\\:\0]/.test(decoded)) return null;
  const base = resolve(root);
  const path = resolve(join(base, decoded === '/' ? 'index.html' : decoded));
  return path.startsWith(base + sep) ? path : null;
}
