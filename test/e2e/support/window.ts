import { readFileSync } from 'node:fs';
import { chromium, type Download, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumOptions } from './chromium.ts';
import { builtRenderer, enterTab, testHost, type TestTab } from './loopback.ts';
import { watchPage, type PageTroubles } from './watch-page.ts';

/** The built page in Chromium on a loopback host of its own, and a second tab that calls the engine. */
export interface Window {
  readonly page: Page;
  readonly troubles: PageTroubles;
  readonly tab: TestTab;
  readonly host: Awaited<ReturnType<typeof testHost>>;
}

export async function openWindow(size = { width: 1280, height: 800 }): Promise<Window> {
  const host = await testHost({ rendererRoot: builtRenderer });
  const browser = await chromium.launch(chromiumOptions());
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext({ viewport: size })).newPage();
  // A training with its intervals takes seconds, on a busy machine more.
  page.setDefaultTimeout(90_000);
  const troubles = watchPage(page, host.origin);
  await page.goto(host.newAddress());
  return { page, troubles, host, tab: await enterTab(host) };
}

export async function openDemo(): Promise<Window> {
  const window = await openWindow();
  await window.page.getByRole('button', { name: 'Open the demo project' }).first().click();
  // The demo opens on its data.
  await window.page.waitForURL(/#\/data/);
  return window;
}

export async function go(page: Page, screen: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${screen}'`);
}

export async function textOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), 'utf8');
}

/** Runs a job from the second tab and waits for its result; throws what the job failed with. */
export async function runJob(tab: TestTab, method: string, input: unknown): Promise<unknown> {
  const { jobId } = valueOf(await tab.call(method, input)) as { jobId: string };
  for (;;) {
    const job = valueOf(await tab.call('job.get', { jobId })) as { state: string };
    if (job.state === 'succeeded') {
      return (valueOf(await tab.call('job.result', { jobId })) as { result: unknown }).result;
    }
    if (job.state !== 'queued' && job.state !== 'running')
      throw new Error(`${method}: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function valueOf(answer: Awaited<ReturnType<TestTab['call']>>): unknown {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}
