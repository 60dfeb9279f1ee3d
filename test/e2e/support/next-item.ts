import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What the keys do, and then the next item on the screen, or none. Two responses to one prompt follow each other in a queue. */
export async function toNext(page: Page, act: () => Promise<void>): Promise<void> {
  const regions = page.getByRole('region', { name: /^(Prompt|Left response|Response)$/ });
  const shown = async (): Promise<string> => (await regions.allInnerTexts()).join('\n');
  const before = await shown();
  await act();
  await expect.poll(shown, { interval: 20, timeout: 20_000 }).not.toBe(before);
}
