/** The desktop page's own scheme: not a file, so that it has an origin and a policy of its own. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://studio';

/** Which addresses belong to the application; `devServer` is the development server's, never set when packaged. */
export interface TrustedOrigins {
  readonly pageUrl: string;
  /** The page itself: may call the host. */
  readonly isPage: (url: string) => boolean;
  /** May be loaded at all. */
  readonly isAllowed: (url: string) => boolean;
}

export function trustedOrigins(devServer: string | null): TrustedOrigins {
  const dev = devServer === null ? null : new URL(devServer);
  const isPage = (text: string): boolean => {
    const url = URL.parse(text);
    if (url === null) return false;
    // URL.origin is "null" for schemes that are not the web's.
    if (url.protocol === `${APP_SCHEME}:`) return `${APP_SCHEME}://${url.host}` === APP_ORIGIN;
    return dev !== null && url.origin === dev.origin;
  };
  return {
    pageUrl: devServer ?? `${APP_ORIGIN}/index.html`,
    isPage,
    isAllowed: (text) => {
      if (isPage(text)) return true;
      const url = URL.parse(text);
      return dev !== null && url !== null && (url.protocol === 'devtools:' || url.host === dev.host);
    },
  };
}
