import type { App, Session, WebContents } from 'electron';
import type { TrustedOrigins } from './app-origin.ts';

/** Nothing but the application itself is loaded, and no permission is given to anybody. */
export function lockSession(session: Session, origins: TrustedOrigins): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, (details, answer) => {
    answer({ cancel: !origins.isAllowed(details.url) });
  });
  // Dictionaries would be fetched from elsewhere.
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}

/** For every page there will ever be: it stays where it is and opens nothing. */
export function lockPages(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    lockPage(contents);
  });
}

function lockPage(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // Its packets would go past webRequest.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}
