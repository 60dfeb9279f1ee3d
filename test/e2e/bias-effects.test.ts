import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { judgedRows } from './support/judged-rows.ts';
import { testFolder } from './support/loopback.ts';
import { go, openDemo, openWindow, runJob, textOf, valueOf, type Window } from './support/window.ts';

async function openJudged(): Promise<Window> {
  const window = await openWindow();
  const folder = testFolder();
  const file = join(folder, 'judged.pairs.jsonl');
  writeFileSync(
    file,
    judgedRows(120)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  valueOf(await window.tab.call('project.create', { path: join(folder, 'judged.mrproj') }));
  await runJob(window.tab, 'import.start', { paths: [file] });
  await window.page.getByText('judged').first().waitFor();
  await go(window.page, 'bias');
  await window.page.getByRole('figure', { name: 'Preference for the first response' }).waitFor();
  return window;
}

test('position, order, length and confusion show what a known judge does, and can be saved', async () => {
  const { page, troubles } = await openJudged();
  const position = page.getByRole('figure', { name: 'Preference for the first response' });
  // Six of ten pairs give each position one verdict, three the first both; of the last, b wins where it stands first.
  const share = (72 + 2 * 36 + 12) / (2 * 120 - 12);
  await position
    .getByText(`${Math.round(100 * share)} %`)
    .first()
    .waitFor();
  const swap = page.getByRole('figure', { name: 'The same verdict in both orders' });
  await swap.getByText(/changes its verdict on 40\.0 % of 120 pairs/).waitFor();
  await swap.getByText(/the first shown wins twice on 36 pairs and the second on 0/).waitFor();
  const length = page.getByRole('figure', { name: 'Preference for the longer response' });
  await length.getByText(/Gold prefers the longer response in 70 %/).waitFor();
  const confusion = page.getByRole('figure', { name: 'Verdicts of swap-judge against gold' });
  await confusion.getByText(/finds the gold winner in 70 %/).waitFor();

  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    swap.getByRole('button', { name: /as CSV$/ }).click(),
  ]);
  expect((await textOf(csv)).split('\r\n').at(1)).toMatch(/^swap-judge,120,0\.6,0\.\d+,0\.\d+,36,0,12$/);
  const [svg] = await Promise.all([
    page.waitForEvent('download'),
    confusion.getByRole('button', { name: /as SVG$/ }).click(),
  ]);
  expect(await textOf(svg)).not.toMatch(/var\(|class=|style=|<script|tabindex|role=/);
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(troubles.list()).toEqual([]);
});

test('a slice and a cell open down to their items by key, and the list gives the focus a place', async () => {
  const { page, troubles } = await openJudged();
  const slices = page.getByRole('figure', { name: 'Bias of swap-judge by slice' });
  await slices.getByRole('button', { name: /^maths/ }).focus();
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { name: 'Category: maths' });
  await heading.waitFor();
  await page.locator('h2:focus', { hasText: 'Category: maths' }).waitFor();
  const list = page.getByRole('group', { name: 'Category: maths' });
  await page.getByText('1–20 of 40').waitFor();
  await expect.poll(() => list.getByRole('row').count()).toBe(21);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByText('21–40 of 40').waitFor();
  await list.getByRole('button').first().focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByText('swap-judge').first().waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await page.keyboard.press('Escape');

  // Of ten pairs the judge calls three ties (twice the first shown) and halves of one: gold “large”, judge “tie”.
  const confusion = page.getByRole('figure', { name: 'Verdicts of swap-judge against gold' });
  await confusion.getByRole('button', { name: /gold says strong better, swap-judge says tie/ }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('heading', { name: /Gold says “strong better”, swap-judge says “tie”/ }).waitFor();
  await page.getByRole('heading', { name: 'Category: maths' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Close the list' }).click();
  await page.getByRole('heading', { name: /Gold says “strong better”/ }).waitFor({ state: 'detached' });

  // Over all pairs cells lead nowhere: a prompt has several pairs.
  await page.getByText('All pairs', { exact: true }).click();
  await confusion.getByText('first better').first().waitFor();
  expect(await confusion.getByRole('button', { name: /^gold says/ }).count()).toBe(0);
  expect(troubles.list()).toEqual([]);
});

test('single responses pass from the mark up, and moving the mark keeps the focus', async () => {
  const { page, troubles } = await openDemo();
  await go(page, 'bias');
  const passes = page.getByRole('figure', { name: /^Single responses/ });
  const before = await passes.locator('figcaption').innerText();
  const mark = passes.getByRole('spinbutton');
  await mark.fill('80');
  await expect.poll(() => passes.locator('figcaption').innerText()).not.toBe(before);
  await passes.locator('input:focus').waitFor();
  await page.getByText('No source says in which order it saw the responses', { exact: false }).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(troubles.list()).toEqual([]);
});
