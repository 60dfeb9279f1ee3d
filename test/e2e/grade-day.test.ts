import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { LoopbackHost } from '../../main/loopback/loopback-host.ts';
import type { WindowEvent } from '../../src/contract/host.ts';
import type { JobResult } from '../../src/contract/methods.ts';
import { findA11yTroubles } from './support/axe.ts';
import { enterTab, nextEvent } from './support/loopback.ts';
import { toNext } from './support/next-item.ts';
import { goTo, openNewProject } from './support/open-window.ts';
import { runJob } from './support/window.ts';

const NAME = 'mtbench.pairs.jsonl.gz';
const folder = process.env.METAROUTER_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url));
const file = `${folder.replace(/\/?$/, '/')}data/${NAME}`;
const isThere = existsSync(file);
if (!isThere) {
  process.stderr.write(
    `\nNOT RUN: a hundred items graded by keys alone. There is no ${NAME}; METAROUTER_SHARED names another place.\n`,
  );
}

const ITEMS = 100;
const DAY_MS = 280_000;
const keys = ['1', '2', '3'] as const;

async function importFile(page: Page): Promise<void> {
  await goTo(page, 'data?import=new');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ]);
  await chooser.setFiles(file);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Show the data' }).waitFor();
}

/** A queue of single responses to score, drawn by an analyst; answers its number. */
async function drawScoreQueue(host: LoopbackHost): Promise<number> {
  const tab = await enterTab(host);
  const value = async (method: string, input: unknown): Promise<Record<string, unknown>> => {
    const answer = await tab.call(method, input);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as Record<string, unknown>;
  };
  const form = { kind: 'score', scale: [1, 5] };
  const task = await value('task.save', { name: 'How good', form, guidelines: '# Look for\n\n- facts' });
  const models = ['gpt-4', 'vicuna-13b-v1.2', 'alpaca-13b'];
  const queue = await runJob(tab, 'queue.create', {
    name: 'Single responses',
    taskId: task.id,
    models,
    design: { kind: 'random' },
  });
  return (queue as JobResult<'queue.create'>).id;
}

test.runIf(isThere)(
  'a hundred items are graded by keys alone, through a reload and the death of the engine, and nothing is lost',
  { timeout: DAY_MS },
  async () => {
    const { page, host, troubles } = await openNewProject('Day');
    page.setDefaultTimeout(30_000);
    await importFile(page);
    await goTo(page, 'grade');
    await page.getByLabel('Your name').fill('Ada');
    await page.keyboard.press('Enter');
    const left = page.getByRole('region', { name: 'Left response' });
    await left.waitFor();
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    const grade = (key: string) =>
      toNext(page, async () => {
        await press(key);
        await press(key);
      });
    let graded = 0;

    const skip = async (): Promise<void> => {
      await press('x');
      await page.getByRole('dialog').waitFor();
      await toNext(page, () => press('1'));
    };
    const undoAndGradeAgain = async (): Promise<void> => {
      await toNext(page, () => press('u'));
      await expect.poll(() => page.getByRole('button', { pressed: true }).count()).toBe(1);
      await toNext(page, () => press('Enter'));
    };
    const markPassage = async (): Promise<void> => {
      await press('m');
      await page.getByRole('listbox', { name: 'Left response, sentence by sentence' }).waitFor();
      await press('ArrowDown');
      await press('Shift+ArrowDown');
      await press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Mark this passage' });
      await dialog.waitFor();
      expect(await findA11yTroubles(page)).toEqual([]);
      await press('1');
      await page.keyboard.type('It is the other way round');
      await press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await press('Escape');
      await left.getByText('It is the other way round').waitFor();
    };
    const rebind = async (): Promise<void> => {
      await press('?');
      const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await sheet.getByRole('button', { name: 'Change: Submit', exact: true }).focus();
      await press('Enter');
      await press('s');
      await sheet.getByText('S is taken: Equal. Press another.').waitFor();
      await press('n');
      await sheet.getByRole('button', { name: 'Reset: Submit', exact: true }).waitFor();
      expect(await findA11yTroubles(page)).toEqual([]);
      await press('Escape');
      await sheet.waitFor({ state: 'detached' });
    };
    const reloadWithDraft = async (): Promise<void> => {
      await press('3');
      await press('c');
      await page.keyboard.type('to be continued');
      await press('Escape');
      await page.waitForTimeout(600);
      await page.reload();
      await page.getByRole('button', { name: '3', pressed: true }).waitFor();
      expect(await page.getByLabel('Comment', { exact: true }).inputValue()).toBe('to be continued');
      await press('n');
    };
    const killEngine = async (): Promise<void> => {
      await press('1');
      await page.waitForTimeout(400);
      const restarted = nextEvent(host, (event: WindowEvent) =>
        event.name === 'host.engineRestarted' ? event.data : null,
      );
      host.workspace.engine.crash();
      await restarted;
      await page.reload();
      await page.getByRole('button', { name: '1', pressed: true }).waitFor();
    };

    for (let i = 0; i < ITEMS; i++) {
      if (i === 45) {
        await goTo(page, `grade?queue=${await drawScoreQueue(host)}`);
        await page.getByRole('region', { name: 'Response', exact: true }).waitFor();
        await page.getByRole('complementary', { name: 'Guidelines' }).getByText('Look for').waitFor();
      }
      if (i === 10) await skip();
      if (i === 20) await undoAndGradeAgain();
      if (i === 30) await markPassage();
      if (i === 40) await rebind();
      if (i === 50) {
        await toNext(page, reloadWithDraft);
      } else if (i === 60) {
        await killEngine();
        await toNext(page, () => press('1'));
      } else {
        await grade(keys[i % 3]);
      }
      graded++;
    }
    await page.getByText('Saved').waitFor();
    expect(await findA11yTroubles(page)).toEqual([]);

    const tab = await enterTab(host);
    const answer = await tab.call('grade.history', { rater: 'Ada', limit: 1000 });
    const { events } = (answer as { value: { events: readonly Record<string, unknown>[] } }).value;
    const current = events.filter((event) => event.isCurrent === true && event.action === 'submit');
    expect(current).toHaveLength(graded);
    expect(events.filter((event) => event.action === 'skip')).toHaveLength(1);
    expect(events.filter((event) => event.action === 'undo')).toHaveLength(1);
    expect(current.filter((event) => Array.isArray(event.spans) && event.spans.length > 0)).toMatchObject([
      { spans: [{ side: 'left', tag: 'first wrong claim', comment: 'It is the other way round' }] },
    ]);
    expect(current.some((event) => event.comment === 'to be continued')).toBe(true);
    expect(
      troubles.list().filter((trouble) => !/engine|fetch|network/i.test(JSON.stringify(trouble))),
    ).toEqual([]);
  },
);
