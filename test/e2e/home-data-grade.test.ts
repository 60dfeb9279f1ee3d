import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { hostileRows } from './support/hostile-rows.ts';
import { testFolder } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, importFile, openNewProject, openWindow, type TestWindow } from './support/open-window.ts';

/** A window on a new project with these rows in it, imported by the wizard. */
async function openWith(rows: readonly unknown[]): Promise<TestWindow> {
  const window = await openNewProject('Trial');
  await importFile(window.page, 'trial.wide.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  return window;
}

async function beginGrading(page: Page): Promise<void> {
  await goTo(page, 'grade');
  await page.getByLabel('Your name').fill('Ada');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Left response' }).waitFor();
}

function plainRows(count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, i) => ({
    prompt_id: `p${i}`,
    source: 'trial',
    split: 'train',
    category: i % 2 === 0 ? 'even' : 'odd',
    prompt: `Question number ${i}`,
    models: ['one', 'two'],
    responses: { one: `First answer to ${i}`, two: `Second answer to ${i}` },
  }));
}

test('the demo opens with one click, and Home says what to do next', async () => {
  const { page, troubles } = await openWindow();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.getByRole('button', { name: 'Open the demo project' }).first().click();
  await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
  await page.getByText('Simulated', { exact: true }).first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(troubles.list()).toEqual([]);
});

test('a table is imported by the mapping proposed, with what was refused by line', async () => {
  const { page, troubles } = await openWith(plainRows(3));
  const csv =
    'id,question,answer_one,answer_two,winner\n1,Is it so?,yes,no,a\n2,And so?,no,yes,neither\n3,Why?,a,b,tie\n';
  const path = join(testFolder(), 'table.csv');
  writeFileSync(path, csv);
  await page.getByRole('button', { name: 'Import another file' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ]);
  await chooser.setFiles(path);
  await page.getByText('What the columns are').waitFor();
  await page.getByText('winner: one better').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('1 row was refused').first().waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toContain('refused');
  expect(troubles.list()).toEqual([]);
});

test('prompts are searched, filtered, and opened by the keyboard', async () => {
  const { page, troubles } = await openWith(plainRows(250));
  await page.getByRole('button', { name: 'Show the data' }).click();
  const grid = page.getByRole('grid', { name: 'Prompts' });
  await grid.getByText('Question number 0').waitFor();
  expect(await grid.getAttribute('aria-rowcount')).toBe('251');

  await grid.focus();
  await page.keyboard.press('End');
  await grid.getByText('Question number 249').waitFor();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Second answer to 249').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });

  await page.keyboard.press('/');
  await page.keyboard.type('"number 17"');
  await page.getByText('1 of 250 prompts').waitFor();
  await grid.getByText('Question number 17').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByLabel(/^Category/).click();
  await page.getByRole('option', { name: 'odd' }).click();
  await page.getByText('125 of 250 prompts').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(troubles.list()).toEqual([]);
});

test('pairs are graded by keys alone: choose, submit, skip, take back, do again; drafts survive a reload', async () => {
  const { page, troubles } = await openWith(plainRows(5));
  await beginGrading(page);
  const prompt = page.getByRole('region', { name: 'Prompt', exact: true });
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(await page.getByRole('main').textContent()).not.toMatch(/\b(one|two)\b/);

  await page.keyboard.press('1');
  await page.keyboard.press('w');
  await page.keyboard.press('Enter');
  await prompt.getByText('Question number 1').waitFor();
  await page.keyboard.press('2');
  await page.keyboard.press('2');
  await prompt.getByText('Question number 2').waitFor();
  await page.keyboard.press('u');
  await prompt.getByText('Question number 1').waitFor();
  expect(await page.getByRole('button', { name: 'Equal' }).getAttribute('aria-pressed')).toBe('true');
  await page.keyboard.press('Shift+U');
  await prompt.getByText('Question number 2').waitFor();
  await page.keyboard.press('x');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('2');
  await prompt.getByText('Question number 3').waitFor();

  await page.keyboard.press('3');
  await page.keyboard.press('c');
  await page.keyboard.type('because');
  await page.waitForTimeout(600);
  await page.reload();
  await prompt.getByText('Question number 3').waitFor();
  expect(await page.getByRole('button', { name: 'Right better' }).getAttribute('aria-pressed')).toBe('true');
  expect(await page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('because');
  await page.getByRole('button', { name: 'Submit' }).click();
  await prompt.getByText('Question number 4').waitFor();
  await page.getByRole('region', { name: 'Left response' }).focus();
  await page.keyboard.press('3');
  await page.keyboard.press('3');
  await page.getByText('Everything is graded').waitFor();

  await goTo(page, 'data');
  await page
    .getByRole('grid')
    .getByText(/better|tie/)
    .first()
    .waitFor();
  expect(troubles.list()).toEqual([]);
});

test('a hostile project is shown harmless', async () => {
  const { page, host, troubles } = await openWith(hostileRows);
  await page.getByRole('button', { name: 'Show the data' }).click();
  const grid = page.getByRole('grid', { name: 'Prompts' });
  await grid.getByText('U+202E').first().waitFor();
  await grid.focus();
  for (let i = 0; i < hostileRows.length; i++) {
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('article').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await grid.focus();
    await page.keyboard.press('ArrowDown');
  }
  expect(await findA11yTroubles(page)).toEqual([]);
  await beginGrading(page);
  for (let i = 0; i < hostileRows.length; i++) {
    await page.keyboard.press('v');
    await page.waitForTimeout(150);
    await toNext(page, async () => {
      await page.keyboard.press('2');
      await page.keyboard.press('2');
    });
  }
  await page.getByText('Everything is graded').waitFor();
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(await page.locator('main :is(script, iframe, img, a[href]:not([href^="#"]))').count()).toBe(0);
  expect(page.url().startsWith(host.origin)).toBe(true);
  expect(troubles.list()).toEqual([]);
});

test('everything is reached at 200 % zoom', async () => {
  const { page } = await openWith(plainRows(20));
  // A window of 1280 × 800 at 200 % has room for so many pixels of a page.
  await page.setViewportSize({ width: 640, height: 400 });
  for (const [address, landmark] of [
    ['home', 'What to do next'],
    ['data', 'Question number 0'],
    ['data?tab=sources', 'No sources yet'],
    ['data?import=new', 'Drop a file here'],
  ] as const) {
    await goTo(page, address);
    const shown = page.getByText(landmark).first();
    await shown.scrollIntoViewIfNeeded();
    expect(await shown.isVisible()).toBe(true);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  }
  await beginGrading(page);
  await page.getByRole('button', { name: 'Submit' }).scrollIntoViewIfNeeded();
  expect(await page.getByRole('button', { name: 'Submit' }).isVisible()).toBe(true);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
});

test('the palette, the sheet of shortcuts and the settings work by keys, in both themes', async () => {
  const { page, troubles } = await openWindow();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+,');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.getByText('Dark', { exact: true }).click();
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  await page.reload();
  await page.getByRole('button', { name: 'New project' }).first().waitFor();
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  expect(troubles.list()).toEqual([]);
});
