import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { chromiumOptions } from './support/chromium.ts';
import { builtRenderer, testHost } from './support/loopback.ts';
import { watchPage } from './support/watch-page.ts';

const NAME = 'evouna_nq.wide.jsonl.gz';
const folder = process.env.METAROUTER_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url));
const file = `${folder.replace(/\/?$/, '/')}data/${NAME}`;
const isThere = existsSync(file);
if (!isThere) {
  process.stderr.write(
    `\nNOT RUN: the whole path on real data. There is no ${NAME}; METAROUTER_SHARED names another place.\n`,
  );
}

const JOURNEY_MS = 240_000;

async function go(page: Page, screen: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${screen}'`);
}

/** Drops a file on the window, as a person drags it there. */
async function drop(page: Page, name: string, content: Buffer): Promise<void> {
  await page.evaluate(
    `(() => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(content.toString('base64'))}), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], ${JSON.stringify(name)}));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        window.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      }
    })()`,
  );
}

test.runIf(isThere)(
  'a real file: drop, import, grade, train, see that routing does not pay, export, try a prompt',
  { timeout: JOURNEY_MS },
  async () => {
    const host = await testHost({ rendererRoot: builtRenderer });
    const browser = await chromium.launch(chromiumOptions());
    onTestFinished(() => browser.close());
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.setDefaultTimeout(90_000);
    const troubles = watchPage(page, host.origin);
    await page.goto(host.newAddress());
    await page.getByRole('button', { name: 'New project' }).first().click();
    await page.getByLabel('Name').fill('Questions');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();

    await drop(page, NAME, readFileSync(file));
    await page.getByText('Wide: one prompt a row, with all responses').waitFor();
    await page.getByText('So many prompts').click();
    await page.getByLabel('Prompts', { exact: true }).fill('200');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('button', { name: 'Show the data' }).click();
    await page.getByText('3,020 prompts').first().waitFor();

    await go(page, 'grade');
    await page.getByLabel('Your name').fill('Ada');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Left response' }).waitFor();
    const prompt = page.getByRole('region', { name: 'Prompt', exact: true });
    const first = await prompt.innerText();
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await expect.poll(() => prompt.innerText()).not.toBe(first);

    await go(page, 'train');
    await page.getByRole('button', { name: 'Train a router' }).click();
    await page.getByRole('figure', { name: 'Every estimator on held-out gold' }).waitFor();
    // From the prompt alone this set is almost unpredictable, and the app says so.
    await page.getByText('Do not route with this', { exact: true }).waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);

    await go(page, 'curves');
    const slider = page.getByRole('slider', { name: 'Operating point' });
    await slider.focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp');
    expect(await slider.getAttribute('aria-valuenow')).toBe('30');
    await page.getByRole('button', { name: 'Export with this point' }).click();
    await page.getByRole('button', { name: 'Export the router' }).click();
    await page.getByText('Every format that ran decides as the trained router does.').waitFor();
    await page.getByLabel('Prompt', { exact: true }).fill('who wrote the declaration of independence');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByText(/^Expected gain -?\d/).waitFor();
    expect(troubles.list()).toEqual([]);
  },
);
