import { expect, test } from 'vitest';
import { chooseFile, goTo, openNewProject } from './support/open-window.ts';

/** Long enough to be caught at work on a quick machine. */
const ROWS = 250_000;

function longFile(): string {
  const answer = 'An answer that goes on for a while, as answers do. '.repeat(4);
  const rows = Array.from({ length: ROWS }, (_, i) =>
    JSON.stringify({
      prompt_id: `p${i}`,
      source: 'long',
      split: 'train',
      prompt: `Question number ${i}`,
      models: ['one', 'two'],
      responses: { one: `${answer}${i}`, two: answer },
    }),
  );
  return rows.join('\n');
}

test('an import shows how far it is and how long it takes, and a cancelled one leaves nothing', async () => {
  const { page, troubles } = await openNewProject('Long');
  await chooseFile(page, 'long.wide.jsonl', longFile());
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const bar = page.getByRole('main').getByRole('progressbar');
  await expect
    .poll(() => bar.getAttribute('aria-valuetext'), { timeout: 30_000, interval: 20 })
    .toMatch(/^Reading rows, [\d,]+ rows, [\d,]+ rows\/s, .* left$/);

  const asked = performance.now();
  await page.getByRole('button', { name: 'Cancel the import' }).click();
  await page.getByText('Cancelled. Nothing was imported.').waitFor();
  // The promise is two seconds; a busy machine gets some more.
  expect(performance.now() - asked).toBeLessThan(6000);

  await goTo(page, 'data');
  await page.getByText('No data yet').waitFor();
  await goTo(page, 'data?import=new');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Show the data' }).click({ timeout: 60_000 });
  await page
    .getByText(`${ROWS.toLocaleString('en')} prompts`)
    .first()
    .waitFor();
  expect(troubles.list()).toEqual([]);
}, 120_000);
