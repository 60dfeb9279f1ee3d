import type { Page } from 'playwright-core';

/** What must stay empty on every page: broken rules of the policy, errors, and requests to anywhere else. */
export interface PageTroubles {
  readonly list: () => readonly string[];
}

/** Call before the page is loaded, or what came earlier is not seen. */
export function watchPage(page: Page, ownOrigin: string): PageTroubles {
  const troubles: string[] = [];
  page.on('console', (message) => {
    // Chromium reports a broken policy as an error of the console.
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${ownOrigin}/`) && !url.startsWith('blob:')) troubles.push(`request: ${url}`);
  });
  return { list: () => troubles };
}
