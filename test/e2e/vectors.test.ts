/** Vectors of an embeddings server, from the window: what it takes is shown before anything is sent. */
import { expect, test } from 'vitest';
import { refuseWith, startEmbeddings } from '../support/embeddings-server.ts';
import { findA11yTroubles } from './support/axe.ts';
import { goTo, importFile, openNewProject, openWindow } from './support/open-window.ts';

const rows = Array.from({ length: 90 }, (_, i) =>
  JSON.stringify({
    prompt_id: `p${i}`,
    source: 'trial',
    prompt: `Question number ${i % 80}`,
    models: ['one', 'two'],
  }),
).join('\n');

test('are asked for, fail, go on, and are there for training', async () => {
  const server = await startEmbeddings(12);
  try {
    const { page, troubles } = await openNewProject('Vectors');
    await importFile(page, 'trial.wide.jsonl', rows);
    await goTo(page, 'data?tab=vectors');
    await page.getByText('No vectors yet').waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);
    await page.getByLabel('Address').fill(server.baseUrl);
    await page.getByLabel('Model').fill('mini');
    await page.getByLabel('Key', { exact: true }).fill('sk-secret');
    await page.getByLabel('USD per million tokens').fill('20');
    await page.getByLabel('USD per million tokens').press('Enter');
    await page.getByText(/^80 texts for 127\.0\.0\.1:\d+, about \d+ tokens, about \$/).waitFor();
    expect(server.requests).toEqual([]);
    expect(await findA11yTroubles(page)).toEqual([]);

    server.interfere = (_, response, count) => count > 1 && refuseWith(response, 401);
    await page.getByRole('button', { name: 'Send 80 texts' }).click();
    await page.getByText('Not all prompts have their vector').waitFor();
    await page.getByText(/HTTP 401: the key is missing or wrong/).waitFor();
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('');

    server.interfere = () => false;
    await page.getByRole('button', { name: 'See what it takes' }).click();
    await page.getByRole('button', { name: /^Send \d+ texts/ }).click();
    await page.getByText('openai:mini is ready').waitFor();
    await page.getByRole('row', { name: /openai:mini 90 12 mini, length 1/ }).waitFor();
    expect(server.keys[0]).toBe('Bearer sk-secret');
    expect(await findA11yTroubles(page)).toEqual([]);
    const picture = process.env.METAROUTER_PICTURES;
    if (picture !== undefined) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.screenshot({ path: `${picture}/vectors-light.png` });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.screenshot({ path: `${picture}/vectors-dark.png` });
    }
    expect(troubles.list()).toEqual([]);
  } finally {
    await server.close();
  }
});

test('can be what a router is trained on', async () => {
  const server = await startEmbeddings(12);
  try {
    const { page, troubles } = await openWindow();
    await page.getByRole('button', { name: 'Open the demo project' }).first().click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    await goTo(page, 'data?tab=vectors');
    await page.getByLabel('Address').fill(server.baseUrl);
    await page.getByLabel('Model').fill('mini');
    await page.getByLabel('Model').press('Enter');
    await page.getByRole('button', { name: /^Send [\d,]+ texts/ }).click();
    await page.getByText('openai:mini is ready').waitFor({ timeout: 60_000 });
    await goTo(page, 'train');
    await page.getByText('More choices').click();
    await page.getByLabel('What it reads of a prompt').click();
    await page.getByRole('option', { name: /^openai:mini/ }).click();
    const picture = process.env.METAROUTER_PICTURES;
    if (picture !== undefined) await page.screenshot({ path: `${picture}/train-vectors.png` });
    expect(await findA11yTroubles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Train a router' }).click();
    await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: 120_000 });
    expect(troubles.list()).toEqual([]);
  } finally {
    await server.close();
  }
});
