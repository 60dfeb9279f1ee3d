import { chromium, type BrowserContext } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { chromiumOptions } from './support/chromium.ts';
import { builtRenderer, testHost } from './support/loopback.ts';
import { watchPage } from './support/watch-page.ts';

async function newBrowser(): Promise<BrowserContext> {
  const browser = await chromium.launch(chromiumOptions());
  onTestFinished(() => browser.close());
  return browser.newContext();
}

const demoButton = { name: 'Open the demo project' };

test('a browser opens the application with the printed address, and the demo with one click', async () => {
  const host = await testHost({ rendererRoot: builtRenderer });
  const page = await (await newBrowser()).newPage();
  const troubles = watchPage(page, host.origin);
  await page.goto(host.newAddress());
  await page.getByRole('button', demoButton).first().click();
  await page.getByText('Demo (simulated)').first().waitFor();
  // The token is neither in the address nor in the history.
  expect(page.url()).not.toContain('token');
  expect(await page.evaluate('document.cookie')).toBe('');
  expect(troubles.list()).toEqual([]);
});

test('a tab that is reloaded stays in, a tab opened by hand is let in by the first', async () => {
  const host = await testHost({ rendererRoot: builtRenderer });
  const context = await newBrowser();
  const first = await context.newPage();
  await first.goto(host.newAddress());
  await first.getByRole('button', demoButton).first().waitFor();
  await first.reload();
  await first.getByRole('button', demoButton).first().waitFor();

  const second = await context.newPage();
  await second.goto(host.origin);
  await second.getByRole('button', demoButton).first().click();
  await second.getByText('Demo (simulated)').first().waitFor();
  // One engine: the other tab hears of it, over the one stream that both share.
  await first.getByText('Demo (simulated)').first().waitFor();
});

test('the stream passes to the next tab when the one that held it is closed', async () => {
  const host = await testHost({ rendererRoot: builtRenderer });
  const context = await newBrowser();
  const first = await context.newPage();
  await first.goto(host.newAddress());
  await first.getByRole('button', demoButton).first().waitFor();
  const second = await context.newPage();
  await second.goto(host.origin);
  await second.getByRole('button', demoButton).first().waitFor();
  await first.close();
  await second.getByRole('button', demoButton).first().click();
  await second.getByText('Demo (simulated)').first().waitFor();
});

test('an address that has been used shows what to do', async () => {
  const host = await testHost({ rendererRoot: builtRenderer });
  const address = host.newAddress();
  const first = await (await newBrowser()).newPage();
  await first.goto(address);
  await first.getByRole('button', demoButton).first().waitFor();
  // Another browser: no cookie, and no other tab to ask.
  const second = await (await newBrowser()).newPage();
  await second.goto(address);
  await second.getByText('press Enter there for a fresh one').waitFor();
});
