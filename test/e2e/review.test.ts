import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findA11yTroubles } from './support/axe.ts';
import { gradedPairs, ungradedTask, type GradedProject } from './support/graded-project.ts';
import { enterTab } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, openWindow, type TestWindow } from './support/open-window.ts';
import { takePictures } from './support/pictures.ts';

async function openProject({ path }: GradedProject): Promise<TestWindow> {
  const window = await openWindow();
  const analyst = await enterTab(window.host);
  const opened = await analyst.call('project.open', { path });
  if (!opened.ok) throw new Error(opened.error.message);
  await goTo(window.page, 'review');
  await window.page.getByRole('heading', { name: 'Review', exact: true }).waitFor();
  return window;
}

/** axe looks at seven pages in two themes. */
const AXE_MS = 150_000;

const tabs = ['Agreement', 'Disagreements', 'Raters', 'Packs', 'Plan'] as const;

/** Whether anything sticks out to the right of the page or of the part of it that scrolls. */
function sideways(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const main = document.querySelector('main') ?? document.documentElement;
    return main.scrollWidth > main.clientWidth + 1 || document.documentElement.scrollWidth > innerWidth + 1;
  })()`);
}

async function openTab(page: Page, name: (typeof tabs)[number]): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.getByRole('tabpanel').locator('visible=true').waitFor();
}

test('the whole of a review by keys alone: figures, a disagreement, a decision, its history', async () => {
  const { page, troubles } = await openProject(await gradedPairs(24));
  const press = (key: string): Promise<void> => page.keyboard.press(key);
  await page.getByText('raters or more, two raters say the same').first().waitFor();
  await page.getByRole('img', { name: 'All raters together' }).waitFor();
  // lefty, who looks at the side only, is the one who agrees least.
  await page.getByText('lefty agrees least with the others').waitFor();
  await page.getByText('judge agrees with the raters at').waitFor();

  await page.getByRole('tab', { name: 'Agreement', exact: true }).focus();
  await press('ArrowRight');
  const grid = page.getByRole('grid', { name: 'Disagreements' });
  await grid.waitFor();
  const total = Number(await grid.getAttribute('aria-rowcount')) - 1;
  expect(total).toBeGreaterThan(10);
  await grid.focus();
  await press('ArrowDown');
  await press('ArrowDown');
  await press('Enter');
  await page.getByRole('heading', { name: `3 of ${total}` }).waitFor();
  const grades = page.getByRole('list', { name: 'Grades' });
  await grades.getByText('It is right, and says so plainly.').waitFor();
  await grades.getByText(/^(Left|Right) better, by far$/).waitFor();
  await grades.getByText('first wrong claim').waitFor();
  await grades.getByText(/^answer (one|two)$/).waitFor();
  await press('j');
  await page.getByRole('heading', { name: `4 of ${total}` }).waitFor();
  await press('k');
  await page.getByRole('heading', { name: `3 of ${total}` }).waitFor();
  await press('r');
  const history = page.getByRole('dialog', { name: 'History of this item' });
  await history.getByText('Drawn to be graded, with probability').waitFor();
  await history.getByText('lefty graded').waitFor();
  await press('Escape');
  await history.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: `3 of ${total}` }).waitFor();
  await press('Escape');
  await grid.waitFor();
  await expect.poll(() => page.evaluate(`document.activeElement?.getAttribute('role')`)).toBe('grid');

  // Queue them for the senior there is, and decide the first.
  await press('a');
  const dialog = page.getByRole('dialog', { name: 'Queue disagreements' });
  await dialog.getByText('Decide now, as mary').waitFor();
  await dialog.getByRole('button', { name: 'Queue', exact: true, disabled: false }).focus();
  await press('Enter');
  const given = page.getByRole('region', { name: 'Grades to decide between' });
  await given.getByText('It is right, and says so plainly.').waitFor();
  for (const rater of ['ada', 'grace', 'tia', 'lefty'])
    await given.getByText(rater, { exact: true }).waitFor();
  const prompt = await page.getByRole('region', { name: 'Prompt' }).innerText();
  await press('2');
  await press('2');
  await expect.poll(() => page.getByRole('region', { name: 'Prompt' }).innerText()).not.toBe(prompt);

  await press('g');
  await press('r');
  await page.getByRole('tab', { name: 'Agreement', exact: true }).focus();
  await press('ArrowRight');
  await page.getByText(`${total - 1} items on which raters differ and nobody decided`).waitFor();
  await page.getByText(`${total - 1} left to decide · mary`).waitFor();
  await page.getByRole('radio', { name: 'Decided' }).focus();
  await press('Space');
  await page.getByText('1 item that a senior decided').waitFor();
  await grid.focus();
  await press('Enter');
  await grades.getByText('Decision', { exact: true }).waitFor();
  await grades.getByText('Decided between 4 grades').waitFor();
  expect(await page.getByRole('region', { name: 'Prompt' }).innerText()).toContain(prompt);
  await press('r');
  await history.getByText('mary decided').waitFor();
  expect(troubles.list()).toEqual([]);
});

test('what is decided to the end leads back to Review, and nothing is queued twice', async () => {
  const { page, troubles } = await openProject(await gradedPairs(6));
  await openTab(page, 'Disagreements');
  const grid = page.getByRole('grid', { name: 'Disagreements' });
  await grid.waitFor();
  const total = Number(await grid.getAttribute('aria-rowcount')) - 1;
  const dialog = page.getByRole('dialog', { name: 'Queue disagreements' });
  const queue = async (): Promise<void> => {
    await grid.focus();
    await page.keyboard.press('a');
    await dialog.getByRole('button', { name: 'Queue', exact: true }).click();
  };
  await queue();
  const prompt = page.getByRole('region', { name: 'Prompt' });
  await prompt.waitFor();
  await goTo(page, 'review?tab=disagreements');
  await queue();
  await page.getByText(/queued already, in “/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await goTo(page, 'grade');
  await page
    .getByRole('button', { name: /^Grade: / })
    .last()
    .click();
  await prompt.waitFor();
  for (let i = 0; i < total; i++) {
    await toNext(page, async () => {
      await page.keyboard.press('2');
      await page.keyboard.press('2');
    });
  }
  await page.getByText('Nothing that raters disagreed on is left to decide here.').waitFor();
  expect(await findA11yTroubles(page)).toEqual([]);
  await takePictures(page, 'decided');
  await page.getByRole('button', { name: 'Back to Review' }).click();
  await page.getByRole('radio', { name: 'Decided' }).focus();
  await page.keyboard.press('Space');
  await page.getByText(new RegExp(`^${total} items? that a senior decided`)).waitFor();
  expect(troubles.list()).toEqual([]);
});

test(
  'every tab has a name for everything, in light and dark, and fits at 200 % zoom',
  async () => {
    const { page, troubles } = await openProject(await gradedPairs(12));
    await page.getByRole('img', { name: 'Pairs of raters' }).waitFor();
    for (const tab of tabs) {
      await openTab(page, tab);
      expect(await findA11yTroubles(page), tab).toEqual([]);
      if (tab !== 'Agreement' && tab !== 'Raters') continue;
      // The table behind every picture.
      const pictures = page.getByRole('button', { name: 'Table', exact: true });
      for (let i = 0; i < (await pictures.count()); i++) {
        await pictures.nth(i).click();
        await page
          .getByRole('columnheader', { name: /95 % low/ })
          .first()
          .waitFor();
        await pictures.nth(i).click();
      }
    }
    await openTab(page, 'Disagreements');
    await page.getByRole('grid', { name: 'Disagreements' }).press('Enter');
    await page.getByRole('region', { name: 'Left response' }).waitFor();
    expect(await findA11yTroubles(page), 'an item').toEqual([]);
    await openTab(page, 'Raters');
    await page.getByRole('button', { name: 'lefty' }).click();
    await page.getByText('Of verdicts that are no tie. Sides are by chance').waitFor();
    expect(await findA11yTroubles(page), 'a rater').toEqual([]);
    await page.keyboard.press('Escape');

    // 200 % of 1280 by 800.
    await page.setViewportSize({ width: 640, height: 400 });
    for (const tab of tabs) {
      await openTab(page, tab);
      expect(await sideways(page), tab).toBe(false);
    }
    await openTab(page, 'Disagreements');
    await page.getByRole('grid', { name: 'Disagreements' }).press('Enter');
    await page.getByRole('region', { name: 'Left response' }).waitFor();
    expect(await sideways(page), 'an item').toBe(false);
    expect(troubles.list()).toEqual([]);
  },
  AXE_MS,
);

test('a rater becomes a senior, and an item a check, where raters are reviewed', async () => {
  const { page, troubles } = await openProject(await gradedPairs(12));
  await openTab(page, 'Raters');
  await page.getByText('lefty chooses the left side more often than chance would').waitFor();
  await page.getByLabel('Role, ada: Rater').click();
  await page.getByRole('option', { name: 'Senior' }).click();
  await page.getByLabel('Role, ada: Senior').waitFor();
  await page.getByText('No checks yet').waitFor();

  // From the history of an item, in Data too, where models have their names.
  await goTo(page, 'data');
  await page.getByText('Question 3?').click();
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByText(/^(gpt-4|vicuna-13b) better \(strength 100 %\)$/).waitFor();
  await page.getByRole('button', { name: 'Use as an attention check…' }).click();
  await page.getByRole('button', { name: 'Use as a check', exact: true }).click();
  await page.getByText('It is an attention check now.').waitFor();
  await goTo(page, 'review?tab=raters');
  await page.getByRole('row', { name: 'Question 3? 0 –' }).waitFor();
  expect(troubles.list()).toEqual([]);
});

test('a task that nobody graded says what to do', async () => {
  const { page, troubles } = await openProject(await ungradedTask());
  await page.getByText('Nobody has graded an item of this task.').waitFor();
  await openTab(page, 'Disagreements');
  await page.getByText('Nothing to decide').waitFor();
  await openTab(page, 'Raters');
  await page.getByText('Nobody has graded this task yet').waitFor();
  expect(troubles.list()).toEqual([]);
});
