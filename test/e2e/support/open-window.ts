import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { LoopbackHost } from '../../../main/loopback/loopback-host.ts';
import { chromiumOptions } from './chromium.ts';
import { builtRenderer, testFolder, testHost } from './loopback.ts';
import { watchPage, type PageTroubles } from './watch-page.ts';

export interface TestWindow {
  readonly page: Page;
  readonly host: LoopbackHost;
  readonly troubles: PageTroubles;
}

/** A window without a project, in a browser of its own; both end with the test. */
export async function openWindow(): Promise<TestWindow> {
  const host = await testHost({ rendererRoot: builtRenderer });
  const browser = await chromium.launch(chromiumOptions());
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const troubles = watchPage(page, host.origin);
  await page.goto(host.newAddress());
  await page.getByRole('button', { name: 'New project' }).first().waitFor();
  return { page, host, troubles };
}

/** A window on a new project with nothing in it, on its Data screen. */
export async function openNewProject(name: string): Promise<TestWindow> {
  const window = await openWindow();
  await window.page.getByRole('button', { name: 'New project' }).first().click();
  await window.page.getByLabel('Name').fill(name);
  await window.page.keyboard.press('Enter');
  await window.page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
  return window;
}

export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${address}'`);
}

/** Gives the import wizard a file of this content, and leaves it at the preview. */
export async function chooseFile(page: Page, name: string, content: string): Promise<void> {
  const path = join(testFolder(), name);
  writeFileSync(path, content);
  await goTo(page, 'data?import=new');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ]);
  await chooser.setFiles(path);
}

export async function importFile(page: Page, name: string, content: string): Promise<void> {
  await chooseFile(page, name, content);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Show the data' }).waitFor();
}
