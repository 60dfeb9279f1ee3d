import type { Page } from 'playwright-core';
import { print } from './figures.ts';
import { quantile } from './frames.ts';

const GRADES = 40;
const NEXT_ITEM_MS = 50;

/** From the key that submits a grade to the next item on the screen. */
export async function measureGrading(page: Page): Promise<void> {
  await page.evaluate(`location.hash = '#/grade'`);
  await page.getByLabel('Your name').fill('Bench');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Left response' }).waitFor();
  const times: number[] = [];
  for (let i = 0; i < GRADES; i++) {
    await page.waitForTimeout(60);
    times.push(
      await page.evaluate<number>(`new Promise((resolve) => {
        const shown = () => document.querySelector('section[aria-label="Prompt"]').textContent.trim();
        const before = shown();
        const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        press('1');
        const began = performance.now();
        press('1');
        const look = () => (shown() === before ? requestAnimationFrame(look) : resolve(performance.now() - began));
        requestAnimationFrame(look);
      })`),
    );
  }
  print(`a submitted grade to the next item, p50 of ${GRADES}`, quantile(times, 0.5), 'ms');
  print('a submitted grade to the next item, p95', quantile(times, 0.95), 'ms', NEXT_ITEM_MS);
}
