import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHEAP, STRONG } from '../../src/cli/demo/generate.ts';
import { findA11yTroubles } from './support/axe.ts';
import { testFolder } from './support/loopback.ts';
import { MIDDLE, threeModelRows } from './support/three-models.ts';
import { go, openDemo, openWindow, runJob, valueOf } from './support/window.ts';

/** Trainings and accessibility checks in one journey. */
const JOURNEY_MS = 400_000;
const pair = { strong: STRONG, cheap: CHEAP };

test(
  'points are kept with the project, thresholds certified, and two runs compared',
  { timeout: JOURNEY_MS },
  async () => {
    const { page, troubles, tab } = await openDemo();
    await runJob(tab, 'run.train', { ...pair, intervals: false, estimator: 'gold-only' });
    const last = await runJob(tab, 'run.train', {
      ...pair,
      stage: 'cascade',
      intervals: false,
      holdOutDev: true,
    });
    await go(page, 'curves');
    const slider = page.getByRole('slider', { name: 'Operating point' });
    await slider.waitFor();

    // A point by name, found again after a walk to another screen.
    const name = page.getByRole('textbox', { name: 'Name' });
    await page.getByLabel('Strong share (% of prompts)').fill('30');
    await name.fill('thrifty');
    await page.keyboard.press('Enter');
    const saved = page.getByRole('group', { name: 'Saved points' });
    await saved.getByRole('row', { name: /thrifty 30 % strong/ }).waitFor();
    expect(valueOf(await tab.call('points.list', {}))).toMatchObject({
      points: [{ name: 'thrifty', strongShare: 0.3, runId: (last as { runId: string }).runId }],
    });
    await page.getByLabel('Strong share (% of prompts)').fill('80');
    await page.getByRole('button', { name: 'Go to thrifty' }).click();
    expect(await slider.getAttribute('aria-valuenow')).toBe('30');
    await slider.focus();
    await page.keyboard.press('Home');
    await page.getByText('there is no point to save').waitFor();

    // One picture of both stages and the fixed policies.
    await page.getByRole('combobox', { name: /^Beside it/ }).click();
    await page.getByRole('option', { name: /route, gold only/ }).click();
    await page.getByText('Cost', { exact: true }).click();
    const curves = page.getByRole('figure', { name: 'Quality against cost' });
    await curves.locator('text').getByText('route, gold only').waitFor();
    await curves.locator('text').getByText('always strong').waitFor();

    await page.getByRole('button', { name: 'Find a certified setting' }).click();
    await page.getByText(/^(Certified|No certified setting)$/).waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove thrifty' }).click();
    await saved.waitFor({ state: 'detached' });

    await go(page, 'train');
    const marks = page.getByRole('checkbox', { name: /^Compare the run of/ });
    await marks.nth(1).waitFor();
    for (const mark of await marks.all()) await mark.check();
    await page.getByRole('figure', { name: 'Two runs side by side' }).waitFor();
    const changes = page.getByRole('region', { name: 'What changed between them' });
    await changes.getByRole('row', { name: /stage.*route cascade/ }).waitFor();
    await changes.getByRole('row', { name: /estimator.*gold-only auto/ }).waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);
    expect(troubles.list()).toEqual([]);
  },
);

test(
  'the diagnostics of a run have a picture, a number and a sentence each',
  { timeout: JOURNEY_MS },
  async () => {
    const { page, troubles, tab } = await openDemo();
    await runJob(tab, 'run.train', { ...pair, intervals: false });
    await go(page, 'curves');
    await page.getByRole('button', { name: 'Run the diagnostics' }).click();
    const overlap = page.getByRole('figure', { name: 'Overlap' });
    // The learning curve in gold trains many times.
    await overlap.waitFor({ timeout: 300_000 });
    expect(await overlap.locator('figcaption').innerText()).toMatch(/\w+ .*\.$/);
    expect(await page.getByRole('figure', { name: 'What more grades would buy' }).count()).toBe(1);
    expect(await findA11yTroubles(page)).toEqual([]);
    expect(troubles.list()).toEqual([]);
  },
);

test(
  'three models are trained from two sources with one button, and each w has its shares',
  { timeout: JOURNEY_MS },
  async () => {
    const { page, troubles, tab } = await openWindow();
    const folder = testFolder();
    const file = join(folder, 'three.wide.jsonl');
    const rows = threeModelRows({ train: 300, test: 120 });
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    valueOf(await tab.call('project.create', { path: join(folder, 'three.mrproj') }));
    await runJob(tab, 'import.start', { paths: [file] });
    for (const [model, usd] of [
      [STRONG, 10],
      [MIDDLE, 3],
      [CHEAP, 1],
    ] as const) {
      valueOf(await tab.call('model.setPrice', { model, inputUsdPerMillion: usd, outputUsdPerMillion: usd }));
    }
    await page.getByText('three').first().waitFor();
    await go(page, 'train');
    await page.getByText('More choices').click();
    await page.getByText('More models').click();
    const models = page.getByRole('group', { name: 'Models' });
    for (const name of [STRONG, MIDDLE, CHEAP]) {
      const box = models.getByRole('checkbox', { name: new RegExp(`^${name}`) });
      if (!(await box.isChecked())) await box.check();
    }
    await page.getByLabel('Anchor').click();
    await page.getByRole('option', { name: CHEAP }).click();
    await page.getByRole('group', { name: 'Further sources' }).getByRole('checkbox').first().check();
    await page.getByText('Intervals that redraw training too').click();
    expect(await findA11yTroubles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Train a router' }).click();
    await page.getByRole('figure', { name: 'Every estimator on held-out gold' }).waitFor();
    await page.getByRole('radiogroup', { name: `What each model gains over ${CHEAP}` }).waitFor();
    const bias = page.getByRole('figure', { name: 'Mean bias of the preferences' });
    await bias.getByRole('button', { name: 'Table' }).click();
    // Two sources, each with a bias of its own.
    expect(await bias.getByRole('row').count()).toBe(3);

    await page.getByRole('button', { name: 'Choose the operating point' }).click();
    const slider = page.getByRole('slider', { name: 'Cost weight w' });
    await slider.focus();
    await page.keyboard.press('End');
    const shares = page.getByRole('figure', { name: 'Who answers' });
    await shares.getByRole('button', { name: 'Table' }).click();
    // Where w is largest the cheapest model has everything.
    await shares.getByRole('row', { name: new RegExp(`${CHEAP} 1 `) }).waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);
    expect(troubles.list()).toEqual([]);
  },
);
