import type { BrowserContext } from 'playwright-core';
import { chromium } from 'playwright-core';
import { chromiumOptions } from '../chromium.ts';
import { answerRequests } from './network.ts';

let context: BrowserContext | null = null;

export async function openBrowser(userData: string): Promise<void> {
  const options = chromiumOptions();
  context = await chromium.launchPersistentContext(userData, {
    ...options,
    // The test looks on through a port of its own.
    args: [...(options.args ?? []), '--remote-debugging-port=0'],
    viewport: { width: 1280, height: 800 },
    // Redirects and workers must not get past the routes.
    serviceWorkers: 'block',
  });
  await answerRequests(context);
}

export function browserContext(): BrowserContext {
  if (context === null) throw new Error('app.whenReady() comes first.');
  return context;
}

export async function closeBrowser(): Promise<void> {
  await context?.close();
}

// The test ends this process, however: the browser is not to stay.
process.on('disconnect', () => {
  void closeBrowser().finally(() => {
    process.exit(0);
  });
});
