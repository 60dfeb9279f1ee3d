/** Keys that come faster than the engine answers. */
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { MethodOutput } from '../../src/contract/methods.ts';
import { makeQueue, startWorkbench } from '../unit/engine/workbench-engine.ts';
import { enterTab } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, openWindow, type TestWindow } from './support/open-window.ts';
import { valueOf } from './support/window.ts';

const ITEMS = 4;
/** Longer than to choose, submit and take back. */
const NEXT_TAKES_MS = 1500;

/** Ada's queue in a window whose engine is slow: what comes next is not here when the next key is. */
async function openSlowQueue(): Promise<
  TestWindow & {
    readonly actions: () => Promise<readonly string[]>;
    readonly failNext: (method: string) => void;
  }
> {
  const engine = await startWorkbench(ITEMS);
  const queue = await makeQueue(engine);
  await engine.client.call('project.close', {});
  const window = await openWindow();
  const { page, host } = window;
  const tab = await enterTab(host);
  valueOf(await tab.call('project.open', { path: engine.project }));
  await goTo(page, `grade?queue=${queue.id}`);
  await page.getByLabel('Your name').fill('Ada');
  let failing: string | null = null;
  await page.route('**/api/call', async (route) => {
    const body = route.request().postData() ?? '';
    if (failing !== null && body.includes(failing)) {
      failing = null;
      await route.fulfill({
        json: { ok: false, error: { code: 'io', message: 'The disk is full.' } },
      });
      return;
    }
    if (body.includes('"queue.next"')) await page.waitForTimeout(NEXT_TAKES_MS);
    await route.continue();
  });
  // What is still held back at the end is let go before the window closes.
  onTestFinished(() => page.unrouteAll({ behavior: 'wait' }));
  await page.keyboard.press('Enter');
  await promptOf(page).waitFor();
  return {
    ...window,
    actions: async () => {
      const history = valueOf(
        await tab.call('grade.history', { rater: 'Ada' }),
      ) as MethodOutput<'grade.history'>;
      return history.events.map((event) => event.action);
    },
    failNext: (method) => (failing = `"${method}"`),
  };
}

const promptOf = (page: Page) => page.getByRole('region', { name: 'Prompt' });

/** The item is shown with its verdict, and still is when what was on its way has come. */
async function expectToStay(page: Page, prompt: string): Promise<void> {
  await page.getByRole('button', { name: 'Left better', pressed: true }).waitFor();
  await page.waitForTimeout(NEXT_TAKES_MS + 500);
  expect(await promptOf(page).innerText()).toBe(prompt);
  expect(await page.getByRole('button', { name: 'Left better', pressed: true }).count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Submit' }).isEnabled()).toBe(true);
}

test('keys that are pressed before the next item is there grade nothing twice, and every item comes', async () => {
  const { page, troubles, actions } = await openSlowQueue();
  let submits = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('"grade.submit"') === true) submits += 1;
  });
  const seen = new Set<string>();
  for (let i = 0; i < ITEMS; i++) {
    seen.add(await promptOf(page).innerText());
    await toNext(page, async () => {
      for (let press = 0; press < 4; press++) await page.keyboard.press('1');
      await page.keyboard.press('Enter');
    });
  }
  await page.getByText('Everything is graded').waitFor();
  expect(seen.size).toBe(ITEMS);
  expect(submits).toBe(ITEMS);
  expect(await actions()).toEqual(Array.from({ length: ITEMS }, () => 'submit'));
  expect(troubles.list()).toEqual([]);
});

test('what is taken back before the next item is there stays on the screen', async () => {
  const { page, troubles } = await openSlowQueue();
  const prompt = await promptOf(page).innerText();
  for (const key of ['1', 'Enter', 'u']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Redo' }).and(page.locator(':enabled')).waitFor();
  await expectToStay(page, prompt);
  await toNext(page, () => page.keyboard.press('Enter'));
  expect(troubles.list()).toEqual([]);
});

test('what could not be stored comes back before the next item is there, and stays', async () => {
  const { page, troubles, actions, failNext } = await openSlowQueue();
  const prompt = await promptOf(page).innerText();
  failNext('grade.submit');
  for (const key of ['1', 'Enter']) await page.keyboard.press(key);
  await page.getByText('The disk is full.').waitFor();
  await expectToStay(page, prompt);
  expect(await actions()).toEqual([]);
  await toNext(page, () => page.keyboard.press('Enter'));
  await expect.poll(actions).toEqual(['submit']);
  expect(troubles.list()).toEqual([]);
});
