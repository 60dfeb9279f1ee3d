import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { enterTab, nextEvent } from './support/loopback.ts';
import { goTo, importFile, openNewProject } from './support/open-window.ts';
import { runJob, valueOf } from './support/window.ts';

const PROMPTS = 40;
const MODELS = [
  'an-extraordinarily-long-model-name-of-the-kind-that-hubs-have-v1.2-instruct',
  'small',
] as const;

function rows(): string {
  return Array.from({ length: PROMPTS }, (_, i) =>
    JSON.stringify({
      prompt_id: `p${i}`,
      source: 'test',
      split: 'train',
      prompt: `Question ${i}?`,
      model_a: MODELS[0],
      model_b: MODELS[1],
      response_a: `one answer to ${i}`,
      response_b: `another answer to ${i}`,
      gold: null,
      judges: [],
    }),
  ).join('\n');
}

/** Presses Tab until the control of that name has the focus: whoever has no mouse gets there. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('dialog').or(page.locator('body')).last();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const focused = wanted.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const label = await focused.evaluate(
      (element: {
        readonly labels?: ArrayLike<{ readonly textContent: string }>;
        readonly textContent: string;
        readonly getAttribute: (name: string) => string | null;
      }) => element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent,
    );
    if (typeof name === 'string' ? label.trim().startsWith(name) : name.test(label)) return;
  }
  throw new Error(`Tab does not lead to ${String(name)}.`);
}

/** Nothing wrong by axe in light and dark, and nothing to the right of the window or of the form. */
async function expectSound(page: Page): Promise<void> {
  expect(await findA11yTroubles(page)).toEqual([]);
  const beyond = await page.evaluate<number>(`Math.max(
    document.documentElement.scrollWidth - innerWidth,
    ...Array.from(document.querySelectorAll('.ui-dialog .body, main'), (each) => each.scrollWidth - each.clientWidth))`);
  expect(beyond).toBeLessThanOrEqual(0);
}

test('the forms of Grade are filled in by keys alone at 200 % zoom, with nothing for axe to say', async () => {
  const { page, troubles } = await openNewProject('Forms');
  await importFile(page, 'rows.pairs.jsonl', rows());
  // A window of 1280 × 800 at 200 % has room for so many pixels of a page.
  await page.setViewportSize({ width: 640, height: 400 });
  const press = (key: string): Promise<void> => page.keyboard.press(key);

  await goTo(page, 'grade?queue=choose');
  await page.getByLabel('Your name').waitFor();
  await expectSound(page);
  await page.keyboard.type('Ada');
  await press('Enter');
  await page.getByRole('heading', { name: 'Queues' }).waitFor();
  await expectSound(page);

  await tabTo(page, 'New task…');
  await press('Enter');
  const taskForm = page.getByRole('dialog', { name: 'A task: what graders are asked' });
  await taskForm.waitFor();
  await page.keyboard.type('Rubric');
  await expectSound(page);
  await tabTo(page, 'Which is better');
  for (let i = 0; i < 3; i++) await press('ArrowRight');
  await tabTo(page, 'Add a criterion');
  await press('Enter');
  await press('Shift+Tab');
  await press('Shift+Tab');
  await press('Shift+Tab');
  await page.keyboard.type('Says what the first step is');
  await expectSound(page);
  await tabTo(page, 'Save');
  await press('Enter');

  const queueForm = page.getByRole('dialog', { name: 'A queue: what is graded, and by whom' });
  await queueForm.waitFor();
  await taskForm.waitFor({ state: 'detached' });
  await page.keyboard.type('First queue');
  await expectSound(page);
  await tabTo(page, 'At random');
  await press('ArrowRight');
  await page.getByText('Mostly prompts of the slice').waitFor();
  await expectSound(page);
  await press('ArrowLeft');
  await tabTo(page, 'Draw the queue');
  await press('Enter');
  await queueForm.waitFor({ state: 'detached' });
  await page.getByText(`0 of ${2 * PROMPTS} done`).waitFor();
  await expectSound(page);

  await goTo(page, 'grade?queue=pairs');
  await page
    .getByText('What a queue left out by chance is not offered')
    .or(page.getByText('Left response'))
    .first()
    .waitFor();
  await tabTo(page, 'Pair…');
  await press('Enter');
  await page.getByRole('dialog', { name: 'Which models are compared' }).waitFor();
  await expectSound(page);
  await press('Escape');
  expect(troubles.list()).toEqual([]);
});

test('an engine that dies while a queue is drawn leaves nothing of it, and it can be drawn again', async () => {
  const { page, host } = await openNewProject('Crash');
  await importFile(page, 'rows.pairs.jsonl', rows());
  const tab = await enterTab(host);
  const task = valueOf(await tab.call('task.save', { name: 'Better', form: { kind: 'verdict' } })) as {
    id: string;
  };
  const queue = { name: 'Queue', taskId: task.id, models: MODELS, design: { kind: 'random' }, budget: 10 };
  const started = nextEvent(host, (event) => (event.name === 'job.started' ? event.data : null));
  const restarted = nextEvent(host, (event) => (event.name === 'host.engineRestarted' ? event.data : null));
  await tab.call('queue.create', queue);
  await started;
  host.workspace.engine.crash();
  await restarted;
  expect(valueOf(await tab.call('queue.list', {}))).toEqual({ queues: [] });
  expect(valueOf(await tab.call('data.item', { promptId: 1 }))).toMatchObject({ draw: null });
  expect(await runJob(tab, 'queue.create', queue)).toMatchObject({ eligible: PROMPTS });
});
