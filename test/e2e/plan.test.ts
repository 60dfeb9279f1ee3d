/** Review → Plan: how many more grades buy how much narrower an interval. */
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { judgedRows } from './support/judged-rows.ts';
import { goTo, importFile, openNewProject } from './support/open-window.ts';
import { takePictures } from './support/pictures.ts';
import { textOf } from './support/window.ts';

/** Prompts of which the first have gold, and all have a judge. */
function rows(count: number, graded: number): string {
  return judgedRows(count)
    .map((row, i) => JSON.stringify(i < graded ? row : { ...row, gold: null }))
    .join('\n');
}

test('a plan says how many more grades reach a half-width, as picture, table and sentence', async () => {
  const { page, troubles } = await openNewProject('Plan');
  await importFile(page, 'judged.pairs.jsonl', rows(300, 60));
  await goTo(page, 'review?tab=plan');
  await page.getByText(/^About [\d,]+ more grades \([\d,]+ to [\d,]+\) make it ±0\.\d+\.$/).waitFor();
  await page.getByText(/The interval of the mean gain is ±0\.\d+ now/).waitFor();
  // 300 prompts are judged, and 60 of them graded.
  await page.getByText(/^That is more than the 240 judged prompts that are left/).waitFor();
  await page.getByText('Correlation of gold and preference').waitFor();
  expect(await page.getByText(/^0\.\d\d to 0\.\d\d$/).count()).toBe(1);
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'plan');

  // A target that is reached, by keys.
  const target = page.getByLabel('Half-width to reach');
  await target.fill('0.9');
  await page.getByText('±0.900 is reached already.').waitFor();
  await target.fill('0');
  await page.getByText('Enter a half-width above 0.').waitFor();
  await target.fill('0.0001');
  await page
    .getByText(/^±0\.000 is out of reach|more grades/)
    .first()
    .waitFor();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Save Half-width .* as CSV$/ }).click(),
  ]);
  const lines = (await textOf(download)).trimEnd().split('\r\n');
  expect(lines).toHaveLength(14);
  const widths = lines.slice(1).map((line) => Number(line.split(',')[1]));
  expect([...widths].sort((a, b) => b - a)).toEqual(widths);
  await page.setViewportSize({ width: 640, height: 400 });
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  expect(troubles.list()).toEqual([]);
});

test('without enough gold a plan says so, and where to get it', async () => {
  const { page, troubles } = await openNewProject('Little');
  await importFile(page, 'judged.pairs.jsonl', rows(40, 4));
  await goTo(page, 'review?tab=plan');
  await page.getByText('Too little gold to plan with').waitFor();
  await page.getByText(/^4 prompts outside the test set have gold/).waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'plan-empty');
  expect(troubles.list()).toEqual([]);
});
