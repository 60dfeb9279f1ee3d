import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What axe finds wrong with the page in light and in dark: one line a finding. */
export async function findA11yTroubles(page: Page): Promise<readonly string[]> {
  const troubles: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, nodes } of violations) {
      for (const node of nodes)
        troubles.push(`${colorScheme}: ${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)}`);
    }
  }
  return troubles;
}
