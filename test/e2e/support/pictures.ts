import type { Page } from 'playwright-core';

/** Pictures of what a test has on the screen, in light and dark, where METAROUTER_PICTURES names a folder. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = process.env['METAROUTER_PICTURES'];
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
