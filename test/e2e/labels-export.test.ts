/** Labels leave through the Data screen, by keys, in a browser and in the desktop window. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { openDesktopApp } from './support/desktop-app.ts';
import { judgedRows } from './support/judged-rows.ts';
import { testFolder } from './support/loopback.ts';
import { goTo, importFile, openNewProject } from './support/open-window.ts';
import { takePictures } from './support/pictures.ts';
import { textOf } from './support/window.ts';

const rows = judgedRows(40)
  .map((row) => JSON.stringify(row))
  .join('\n');

/** How far the page is wider than the window. */
const overflow = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth');

test('labels are downloaded from a browser by keys alone, and are the same when they are read again', async () => {
  const { page, troubles } = await openNewProject('Trial');
  await importFile(page, 'judged.pairs.jsonl', rows);
  await goTo(page, 'data');
  await page.getByRole('grid', { name: 'Prompts' }).waitFor();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Export labels' });
  await dialog.waitFor();
  await dialog.getByText(/^40 grades of 40 prompts/).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'labels-form');

  // The formats are one list that the arrows go through.
  await page.getByRole('radio', { name: /^JSON lines/ }).focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  expect(await page.getByRole('radio', { name: /^Label Studio/ }).isChecked()).toBe(true);
  await dialog.getByRole('button', { name: 'Export', exact: true, disabled: false }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  await dialog.getByText('Labels written').waitFor();
  await dialog.getByText(/Nothing was left out/).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(download.suggestedFilename()).toBe('Trial labels.label-studio.json');
  const written = await textOf(download);
  expect(JSON.parse(written)).toHaveLength(40);

  // Read again, it adds nothing.
  await page.keyboard.press('Escape');
  await importFile(page, 'again.json', written);
  await goTo(page, 'data?tab=sources');
  await page.getByRole('row', { name: /^swap-judge/ }).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  expect(troubles.list()).toEqual([]);
});

test('a format that holds a part says what it leaves out; one source, no gold', async () => {
  const { page, troubles } = await openNewProject('Part');
  await importFile(page, 'judged.pairs.jsonl', rows);
  await goTo(page, 'data');
  await page.getByRole('button', { name: /^Export labels/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Export labels' });
  await dialog.getByRole('radio', { name: /^DPO pairs/ }).check();
  await dialog.getByRole('checkbox', { name: /^Gold/ }).uncheck();
  await dialog.getByText('Only these').click();
  await dialog.getByText(/^Neither gold nor a source is chosen/).waitFor();
  await dialog.getByRole('checkbox', { name: 'swap-judge' }).check();
  await dialog.getByText(/^Neither gold/).waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 640, height: 400 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await dialog.getByRole('button', { name: 'Export', exact: true }).scrollIntoViewIfNeeded();
  await page.setViewportSize({ width: 1280, height: 800 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  // Four prompts of forty have a tie in one order.
  await dialog.getByText('Left out, because this format has no place for them: ties (4).').waitFor();
  await takePictures(page, 'labels-result');
  const lines = (await textOf(download)).trimEnd().split('\n');
  expect(lines).toHaveLength(76);
  expect(lines.every((line) => line.includes('"judge":"swap-judge"'))).toBe(true);
  expect(troubles.list()).toEqual([]);
});

test('in the desktop window a dialog of the system says where, and the file can be shown', async () => {
  const folder = testFolder();
  const app = await openDesktopApp(join(folder, 'data'));
  const { page } = app;
  app.answerDialog('showSaveDialog', { canceled: false, filePath: join(folder, 'trial.mrproj') });
  await page.getByRole('button', { name: 'New project' }).first().click();
  await page.getByLabel('Name').fill('Trial');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
  const file = join(folder, 'judged.pairs.jsonl');
  writeFileSync(file, rows);
  await page.evaluate(`window.metarouter.call('import.start', { paths: [${JSON.stringify(file)}] })`);
  await page.getByRole('button', { name: /^Export labels/ }).click();
  const out = join(folder, 'labels.csv');
  app.answerDialog('showSaveDialog', { canceled: false, filePath: out });
  const dialog = page.getByRole('dialog', { name: 'Export labels' });
  await dialog.getByRole('radio', { name: /^CSV/ }).check();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByText('Labels written').waitFor();
  expect(readFileSync(out, 'utf8').split('\n')[0]).toContain('prompt_id');
  await dialog.getByRole('button', { name: 'Show in folder' }).click();
  await expect.poll(() => app.handedOver()).toEqual([out]);
});
