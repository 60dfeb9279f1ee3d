import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { testFolder } from './support/loopback.ts';
import { go, openDemo, openWindow, textOf } from './support/window.ts';

// A training, two evaluations, an export and three accessibility checks in one journey.
const JOURNEY_MS = 300_000;

test(
  'train with one button, move the operating point by keys and by mouse, export, and try a prompt',
  { timeout: JOURNEY_MS },
  async () => {
    const { page, troubles, tab } = await openDemo();

    await go(page, 'train');
    await page.getByRole('button', { name: 'Train a router' }).click();
    await page.getByRole('main').getByRole('progressbar', { name: 'Training' }).waitFor();
    await page.getByRole('figure', { name: 'Every estimator on held-out gold' }).waitFor();
    await page.getByRole('figure', { name: 'Weights of auto' }).getByText('Simulated').waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);

    await page.getByRole('button', { name: 'Choose the operating point' }).click();
    const slider = page.getByRole('slider', { name: 'Operating point' });
    await slider.waitFor();
    await slider.focus();
    await page.keyboard.press('Home');
    expect(await slider.getAttribute('aria-valuenow')).toBe('0');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowRight');
    expect(await slider.getAttribute('aria-valuenow')).toBe('11');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(
      /^11 % strong: quality 0\.\d{3}, 95 % interval 0\.\d{3} to 0\.\d{3}, cost 0\.\d\d, \d+ % saved/,
    );
    const share = page.getByLabel('Strong share (% of prompts)');
    expect(await share.inputValue()).toBe('11');
    const box = await page.getByRole('figure', { name: 'Quality against cost' }).locator('svg').boundingBox();
    if (box === null) throw new Error('The chart is not on the page.');
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    expect(Number(await share.inputValue())).toBeGreaterThan(40);
    await share.fill('30');
    expect(await slider.getAttribute('aria-valuenow')).toBe('30');
    expect(await findA11yTroubles(page)).toEqual([]);

    await page.getByRole('button', { name: 'Export with this point' }).click();
    await page.getByRole('button', { name: 'Export the router' }).click();
    const files = page.getByRole('region', { name: 'Files' });
    await files.getByText('router.safetensors').waitFor();
    await page.getByText('Every format that ran decides as the trained router does.').waitFor();
    const directory = await page.getByText('Written to').locator('code').innerText();
    expect(existsSync(join(directory, 'SHA256SUMS'))).toBe(true);
    const [card] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Take card.md' }).click(),
    ]);
    expect(await textOf(card)).toBe(readFileSync(join(directory, 'card.md'), 'utf8'));

    // The operating point came along, and the bundle decides the same.
    expect(await page.getByLabel('Strong share (%)').inputValue()).toBe('30');
    const prompt = 'Prove that the sum of two odd numbers is even.';
    await page.getByLabel('Prompt', { exact: true }).fill(prompt);
    await page.getByRole('button', { name: 'Decide' }).click();
    const shown = await page.getByText(/^Expected gain -?\d/).innerText();
    const answer = await tab.call('bundle.route', { directory, items: [{ prompt }], strongShare: 0.3 });
    expect(answer).toMatchObject({ ok: true, value: { decisions: [{ reason: shown }] } });
    expect(await findA11yTroubles(page)).toEqual([]);
    expect(troubles.list()).toEqual([]);
  },
);

test('the bias is estimated by itself; its charts have a table and leave as SVG and CSV that stand alone', async () => {
  const { page, troubles } = await openDemo();
  await go(page, 'bias');
  const figure = page.getByRole('figure', { name: 'Bias by source' });
  await figure.waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);

  const slices = page.getByRole('figure', { name: /by slice$/ });
  const [svg] = await Promise.all([
    page.waitForEvent('download'),
    slices.getByRole('button', { name: /as SVG$/ }).click(),
  ]);
  const picture = await textOf(svg);
  expect(svg.suggestedFilename()).toBe('bias-by-slice.svg');
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(picture).toContain('Simulated data');
  expect(picture).not.toMatch(/var\(|class=|style=|<script|light-dark/);

  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    slices.getByRole('button', { name: /as CSV$/ }).click(),
  ]);
  const rows = (await textOf(csv)).trim().split('\r\n');
  expect(rows.at(0)).toBe('by,slice,meaning,prompts,mean bias,95 % low,95 % high');
  await slices.getByRole('button', { name: 'Table' }).click();
  expect(await slices.getByRole('row').count()).toBe(rows.length);
  expect(await findA11yTroubles(page)).toEqual([]);
  expect(troubles.list()).toEqual([]);
});

test('a training that is cancelled says so, and leaves no run', async () => {
  const { page, troubles } = await openDemo();
  await go(page, 'train');
  await page.getByRole('button', { name: 'Train a router' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled. Nothing was stored.').waitFor();
  await page.getByRole('heading', { name: 'Nothing trained yet' }).waitFor();
  expect(troubles.list()).toEqual([]);
});

test('a project without data says on every screen what to do', async () => {
  const { page, troubles, tab } = await openWindow();
  await tab.call('project.create', { path: join(testFolder(), 'empty.mrproj') });
  await page.getByText('empty').first().waitFor();
  for (const [screen, heading] of [
    ['bias', 'Two models are needed'],
    ['train', 'Two models are needed'],
    ['curves', 'No run yet'],
    ['export', 'No run yet'],
  ] as const) {
    await go(page, screen);
    await page.getByRole('heading', { name: heading }).waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);
  }
  expect(troubles.list()).toEqual([]);
});
