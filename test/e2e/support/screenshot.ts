import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumOptions } from './chromium.ts';

/**
 * Takes a picture of a page: node test/e2e/support/screenshot.ts URL OUT.png [--width 1280] [--height 800] [--dark]
 * [--wait ms] [--hash '#/data'] [--click 'button name' …]
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    dark: { type: 'boolean', default: false },
    wait: { type: 'string', default: '800' },
    hash: { type: 'string' },
    click: { type: 'string', multiple: true, default: [] },
  },
});
const [url = '', out = ''] = positionals;
if (url === '' || out === '') throw new Error('Usage: screenshot.ts URL OUT.png [options]');

const browser = await chromium.launch(chromiumOptions());
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    colorScheme: values.dark ? 'dark' : 'light',
  });
  page.on('console', (message) => {
    process.stderr.write(`[${message.type()}] ${message.text()}\n`);
  });
  page.on('pageerror', (error) => {
    process.stderr.write(`[error] ${error.message}\n`);
  });
  await page.goto(url);
  await page.waitForTimeout(Number(values.wait));
  if (values.hash !== undefined) {
    await page.evaluate(`location.hash = ${JSON.stringify(values.hash)}`);
    await page.waitForTimeout(Number(values.wait));
  }
  for (const name of values.click) {
    await page.getByRole('button', { name }).first().click();
    await page.waitForTimeout(Number(values.wait));
  }
  await page.screenshot({ path: out });
} finally {
  await browser.close();
}
