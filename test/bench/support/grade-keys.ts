import type { Page } from 'playwright-core';
import { print } from './figures.ts';
import { quantile } from './frames.ts';

const NEXT_ITEM_MS = 50;
/** Faster than anybody reads: a grader who is sure. */
const READING_MS = 150;

/** Tells when the frame after the next item was painted, counted from the key as the browser got it. */
const RECORDER = `(() => {
  let pressedMs = 0;
  addEventListener('keydown', (event) => (pressedMs = event.timeStamp), { capture: true });
  const shown = () => document.querySelector('section[aria-label="Prompt"]')?.textContent ?? '';
  const twoFrames = (done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - pressedMs)));
  globalThis.awaitFrames = () => {
    globalThis.framesMs = new Promise((resolve) => addEventListener('keydown', () => twoFrames(resolve), { once: true }));
  };
  globalThis.awaitNextItem = () => {
    const before = shown();
    globalThis.nextItemMs = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        const now = shown();
        if (now === '' || now === before) return;
        observer.disconnect();
        twoFrames(resolve);
      });
      observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  };
})()`;

/** Opens Grade at an address, and says who grades where that is asked. */
export async function openGrade(page: Page, address: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${address}'`);
  const name = page.getByLabel('Your name');
  const left = page.getByRole('region', { name: 'Left response' });
  await name.or(left).first().waitFor();
  if (await name.isVisible()) {
    await name.fill('Bench');
    await page.keyboard.press('Enter');
  }
  await left.waitFor();
  await page.evaluate(RECORDER);
}

/** From the key that submits a grade to the next item painted, so many times; and what a key costs that does nothing. */
export async function measureGrading(page: Page, what: string, grades: number): Promise<void> {
  const still: number[] = [];
  for (let i = 0; i < grades / 5; i++) {
    await page.waitForTimeout(READING_MS);
    await page.evaluate('awaitFrames()');
    await page.keyboard.press('Shift');
    still.push(await page.evaluate<number>('framesMs'));
  }
  print(`${what}: a key that does nothing, to its frame, p95`, quantile(still, 0.95), 'ms');
  const times: number[] = [];
  for (let i = 0; i < grades; i++) {
    await page.waitForTimeout(READING_MS);
    await page.keyboard.press('1');
    await page.evaluate('awaitNextItem()');
    await page.keyboard.press('1');
    times.push(await page.evaluate<number>('nextItemMs'));
  }
  print(`${what}: key to next item painted, p50 of ${grades}`, quantile(times, 0.5), 'ms');
  print(`${what}: key to next item painted, p95`, quantile(times, 0.95), 'ms', NEXT_ITEM_MS);
  print(`${what}: key to next item painted, p99`, quantile(times, 0.99), 'ms');
  print(`${what}: key to next item painted, longest`, Math.max(...times), 'ms');
}
