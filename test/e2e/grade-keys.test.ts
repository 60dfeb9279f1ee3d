/** Keys that come faster than the engine answers. */
import { expect, test } from 'vitest';
import type { MethodOutput } from '../../src/contract/methods.ts';
import { makeQueue, startWorkbench } from '../unit/engine/workbench-engine.ts';
import { enterTab } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, openWindow } from './support/open-window.ts';
import { valueOf } from './support/window.ts';

const ITEMS = 4;
const NEXT_TAKES_MS = 400;

test('keys that are pressed before the next item is there grade nothing twice, and every item comes', async () => {
  const engine = await startWorkbench(ITEMS);
  const queue = await makeQueue(engine);
  await engine.client.call('project.close', {});
  const { page, host, troubles } = await openWindow();
  const tab = await enterTab(host);
  valueOf(await tab.call('project.open', { path: engine.project }));
  await goTo(page, `grade?queue=${queue.id}`);
  await page.getByLabel('Your name').fill('Ada');
  // A slow engine: what comes next is not here when the next key is.
  await page.route('**/*', async (route) => {
    if (route.request().postData()?.includes('queue.next') === true) await page.waitForTimeout(NEXT_TAKES_MS);
    await route.continue();
  });
  await page.keyboard.press('Enter');
  const prompt = page.getByRole('region', { name: 'Prompt' });
  await prompt.waitFor();
  const seen = new Set<string>();
  for (let i = 0; i < ITEMS; i++) {
    seen.add(await prompt.innerText());
    await toNext(page, async () => {
      for (let press = 0; press < 4; press++) await page.keyboard.press('1');
      await page.keyboard.press('Enter');
    });
  }
  await page.getByText('Everything is graded').waitFor();
  expect(seen.size).toBe(ITEMS);
  const { events } = valueOf(
    await tab.call('grade.history', { rater: 'Ada' }),
  ) as MethodOutput<'grade.history'>;
  expect(events.map((event) => event.action)).toEqual(Array.from({ length: ITEMS }, () => 'submit'));
  expect(troubles.list()).toEqual([]);
});
