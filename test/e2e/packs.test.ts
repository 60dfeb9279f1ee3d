/** Packs go out to raters and come back, as real files, through real windows. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { connect } from '../../db/sqlite.ts';
import { startEngine } from '../unit/engine/test-engine.ts';
import { gradeNext, makeQueue, startWorkbench } from '../unit/engine/workbench-engine.ts';
import { findA11yTroubles } from './support/axe.ts';
import { openDesktopApp } from './support/desktop-app.ts';
import { enterTab, testFolder } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, openWindow, type TestWindow } from './support/open-window.ts';
import { takePictures } from './support/pictures.ts';
import { valueOf } from './support/window.ts';

const ITEMS = 5;

/** A window of the analyst on a project with a queue for two raters of each item. */
async function office(): Promise<TestWindow & { readonly folder: string; readonly queueId: number }> {
  const engine = await startWorkbench(
    Array.from({ length: ITEMS }, (_, i) => ({
      answers: [`**One** answer to ${i}.\n\n- first\n- second`, `Another answer to ${i}, as text.`] as const,
    })),
  );
  const queue = await makeQueue(engine, { name: 'Dosage', overlap: 2 });
  await engine.client.call('project.close', {});
  const window = await openWindow();
  const tab = await enterTab(window.host);
  valueOf(await tab.call('project.open', { path: engine.project }));
  await goTo(window.page, 'review?tab=packs');
  await window.page.getByRole('heading', { name: 'Packs given out' }).waitFor();
  return { ...window, folder: engine.folder, queueId: queue.id };
}

/** Exports a pack for a rater through the dialog, by keys, and keeps what is downloaded. */
async function exportPack(page: Page, rater: string, folder: string): Promise<string> {
  await page.getByRole('button', { name: 'Export a pack…', disabled: false }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Export a pack' });
  await dialog.getByLabel('Rater').fill(rater);
  await dialog.getByText(`${ITEMS} items left for ${rater}.`).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  const path = join(folder, `${rater}.mrpack`);
  await download.saveAs(path);
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(`${ITEMS} items for ${rater}`).waitFor();
  expect(download.suggestedFilename()).toBe(`Dosage (${rater}).mrpack`);
  return path;
}

async function takeBack(page: Page, paths: readonly string[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Take packs back…' }).click(),
  ]);
  await chooser.setFiles([...paths]);
}

/** Another machine that grades the whole pack, always for the same side. */
async function gradeElsewhere(path: string, rater: string, side: 'left' | 'right'): Promise<void> {
  const home = startEngine();
  await home.client.call('project.open', { path });
  const { pack } = (await home.client.call('project.status', {})).project;
  for (let i = 0; i < ITEMS; i++) await gradeNext(home, pack?.queueId ?? 0, rater, side);
  await home.client.call('project.close', {});
}

/** Changes a pack as somebody with a database browser would. */
function tamper(path: string, sql: string): void {
  const db = connect(path, { mustExist: true });
  db.exec(sql);
  db.close();
}

/** Lets a file go over the window, as a person does who drags it there. */
async function dropFile(page: Page, path: string): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob('${readFileSync(path).toString('base64')}'), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], ${JSON.stringify(basename(path))}));
    return transfer;
  })()`);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

async function fitsAtDoubleZoom(page: Page): Promise<void> {
  await page.setViewportSize({ width: 640, height: 400 });
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test('two raters grade packs apart, one in a window by keys, and both come back in any order', async () => {
  const { page, folder, troubles } = await office();
  await page.getByText('No pack given out yet').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'packs-empty');
  const ada = await exportPack(page, 'ada', folder);
  const grace = await exportPack(page, 'grace', folder);
  await gradeElsewhere(grace, 'grace', 'right');

  // Ada opens hers in a browser on another machine, lands on its queue, grades by keys, and sends it back.
  const home = await openWindow();
  await home.page.keyboard.press('Control+o');
  const [chooser] = await Promise.all([
    home.page.waitForEvent('filechooser'),
    home.page.getByRole('button', { name: 'Choose a file on this machine…' }).click(),
  ]);
  await chooser.setFiles(ada);
  await home.page.getByText('A pack for ada').waitFor();
  await home.page.getByRole('button', { name: 'Submit' }).waitFor();
  expect(await findA11yTroubles(home.page)).toEqual([]);
  await takePictures(home.page, 'pack-grade');
  // The bar takes its place from the texts: nothing of the page is below the edge.
  expect(
    await home.page.evaluate("(m => m.scrollHeight - m.clientHeight)(document.querySelector('main'))"),
  ).toBe(0);
  await fitsAtDoubleZoom(home.page);
  expect(await home.page.getByRole('navigation').getByRole('link').count()).toBe(2);
  for (let left = ITEMS; left > 0; left--) {
    await home.page.getByText(`${left} left`).waitFor();
    await toNext(home.page, async () => {
      await home.page.keyboard.press('1');
      await home.page.keyboard.press('Enter');
    });
  }
  await home.page.getByText('Everything is graded').waitFor();
  const [sent] = await Promise.all([
    home.page.waitForEvent('download'),
    (async () => {
      await home.page.getByRole('button', { name: 'Send it back' }).first().click();
      await home.page.getByText(`${ITEMS} of ${ITEMS} graded.`).waitFor();
      expect(await findA11yTroubles(home.page)).toEqual([]);
      await takePictures(home.page, 'pack-send');
      await home.page.getByRole('button', { name: 'Download a copy' }).click();
    })(),
  ]);
  const back = join(folder, 'back.mrpack');
  await sent.saveAs(back);
  // What is for the project is not in a pack.
  await goTo(home.page, 'train');
  await home.page.getByText('This file is a pack').waitFor();
  expect(home.troubles.list()).toEqual([]);

  await takeBack(page, [grace, back]);
  await page.getByText(`${ITEMS} new events by ada.`).waitFor();
  await page.getByText(`${ITEMS} new events by grace.`).waitFor();
  expect(await page.getByText('not yet', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Clear' }).click();
  await takeBack(page, [back, grace]);
  await page.getByText(`nothing new by ada, ${ITEMS} known before.`).waitFor();
  await page.getByText(`nothing new by grace, ${ITEMS} known before.`).waitFor();
  await takePictures(page, 'packs-back');
  await fitsAtDoubleZoom(page);
  expect(troubles.list()).toEqual([]);
});

test('an item that one rater graded twice is shown with both grades, and one is undone', async () => {
  const { page, folder, troubles } = await office();
  const first = await exportPack(page, 'ada', folder);
  const second = join(folder, 'second.mrpack');
  copyFileSync(first, second);
  await gradeElsewhere(first, 'ada', 'left');
  await gradeElsewhere(second, 'ada', 'right');
  await takeBack(page, [first, second]);
  await page.getByRole('heading', { name: `Graded twice by one rater (${ITEMS})` }).waitFor();
  await page.getByText(`${ITEMS} new events by ada, ${ITEMS} items graded twice by this rater.`).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'packs-conflicts');
  await page
    .getByRole('button', { name: /^Look at both grades of Question/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Two grades by ada' });
  await dialog.getByText('answer to').first().waitFor();
  expect(await dialog.getByRole('button', { name: /^Undo this grade/ }).count()).toBe(2);
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'packs-conflict');
  await fitsAtDoubleZoom(page);
  await dialog
    .getByRole('button', { name: /^Undo this grade/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Graded twice by one rater (${ITEMS - 1})` }).waitFor();
  expect(troubles.list()).toEqual([]);
});

test('a pack that is dropped comes back where packs are taken, and is opened everywhere else', async () => {
  const { page, folder, troubles } = await office();
  const pack = await exportPack(page, 'ada', folder);
  await gradeElsewhere(pack, 'ada', 'left');
  await dropFile(page, pack);
  await page.getByText(`${ITEMS} new events by ada.`).waitFor();

  const home = await openWindow();
  const data = join(folder, 'table.csv');
  writeFileSync(data, 'a,b\n1,2\n');
  await dropFile(home.page, data);
  await home.page.getByText('Open a project first').waitFor();
  await dropFile(home.page, pack);
  await home.page.getByText('A pack for ada').waitFor();
  await home.page.getByText('Everything is graded').waitFor();
  // A grade can still be looked at and taken back, and the pack stays in the list of projects.
  await home.page.keyboard.press('u');
  await home.page.getByText('1 left').waitFor();
  await goTo(home.page, 'home');
  await home.page.getByRole('heading', { name: 'A pack for ada' }).waitFor();
  expect(await findA11yTroubles(home.page)).toEqual([]);
  await takePictures(home.page, 'pack-home');
  expect([...troubles.list(), ...home.troubles.list()]).toEqual([]);
});

test('packs that were changed, are of another project, newer, or no packs are refused in words, and the others taken', async () => {
  const { page, folder, troubles } = await office();
  const good = await exportPack(page, 'ada', folder);
  await gradeElsewhere(good, 'ada', 'left');
  const copy = (name: string, sql: string): string => {
    const path = join(folder, name);
    copyFileSync(good, path);
    tamper(path, sql);
    return path;
  };
  const changed = copy('changed.mrpack', "UPDATE response SET text = 'better' WHERE id = 1");
  const foreign = copy('foreign.mrpack', "UPDATE pack SET project_id = 'another'");
  const newer = copy('newer.mrpack', 'PRAGMA user_version = 9999');
  const plain = copy('plain.mrpack', 'DELETE FROM pack');
  await takeBack(page, [changed, foreign, newer, plain, good]);
  await page.getByText(`${ITEMS} new events by ada.`).waitFor();
  const said = await page.getByRole('region', { name: 'Taken back' }).getByRole('alert').allInnerTexts();
  expect(said.join('\n')).toMatch(/changed\.mrpack was changed since it was exported/);
  expect(said.join('\n')).toMatch(/foreign\.mrpack is a pack of another project/);
  expect(said.join('\n')).toMatch(/newer\.mrpack was not taken\n.*newer/);
  expect(said.join('\n')).toMatch(/plain\.mrpack is a project and no pack/);
  expect(said).toHaveLength(4);
  // Of the file that was given, and not of the copy that was looked at.
  expect(said.join('\n')).not.toContain('metarouter-pack-');
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'packs-refused');
  await fitsAtDoubleZoom(page);
  expect(troubles.list()).toEqual([]);
});

test('an address lets a rater on this machine grade from the own queue in a window of its own', async () => {
  const { page, host, troubles } = await office();
  await page.getByLabel('Rater', { exact: true }).fill('grace');
  await page.keyboard.press('Enter');
  await page.getByText('Address for grace').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  const address = (await page.locator('code').filter({ hasText: '#token=' }).innerText()).trim();
  expect(address.startsWith(`${host.origin}/#token=`)).toBe(true);
  await takePictures(page, 'packs-address');

  const context = await page
    .context()
    .browser()
    ?.newContext({ viewport: { width: 1280, height: 800 } });
  const other = await context?.newPage();
  if (other === undefined) throw new Error('There is no second browser window.');
  await other.goto(address);
  await other.getByRole('button', { name: 'Submit' }).waitFor();
  await other.getByText(`${ITEMS} left`).waitFor();
  expect(await findA11yTroubles(other)).toEqual([]);
  await takePictures(other, 'rater-tab');
  expect(await other.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
    expect.stringContaining('Grade') as string,
  ]);
  await other.keyboard.press('1');
  await other.keyboard.press('Enter');
  await other.getByText(`${ITEMS - 1} left`).waitFor();
  // The tab stays this rater's.
  await other.reload();
  await other.getByText(`${ITEMS - 1} left`).waitFor();
  const tab = await enterTab(host);
  const history = valueOf(await tab.call('grade.history', { rater: 'grace' })) as { events: unknown[] };
  expect(history.events).toHaveLength(1);
  expect(troubles.list()).toEqual([]);
});

test('the desktop window opens a pack that it is started with, on its queue, and saves what is sent back', async () => {
  const engine = await startWorkbench(3);
  const queue = await makeQueue(engine, { name: 'Dosage' });
  const path = join(engine.folder, 'ada.mrpack');
  await engine.client.call('pack.export', { queueId: queue.id, rater: 'ada', path });
  const folder = testFolder();
  const app = await openDesktopApp(join(folder, 'data'), [path]);
  await app.page.getByText('A pack for ada').waitFor();
  await app.page.getByText('3 left').waitFor();
  await app.page.keyboard.press('1');
  await app.page.keyboard.press('Enter');
  await app.page.getByText('2 left').waitFor();
  const copy = join(folder, 'graded.mrpack');
  app.answerDialog('showSaveDialog', { canceled: false, filePath: copy });
  await app.page.getByRole('button', { name: 'Send it back' }).click();
  await app.page.getByRole('button', { name: 'Save a copy…' }).click();
  await app.page.getByText('The copy is written').waitFor();
  expect(await engine.client.call('pack.merge', { path: copy })).toMatchObject({ rater: 'ada', added: 1 });
  await app.page.getByRole('button', { name: 'Show in folder' }).click();
  await expect.poll(() => app.handedOver().map((file) => basename(file))).toEqual(['graded.mrpack']);
});
