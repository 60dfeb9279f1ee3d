import type { Page } from 'playwright-core';
import { print, printFrames, timed } from './figures.ts';
import { quantile, recordFrames } from './frames.ts';
import { COMMON_WORD, RARE_WORD } from './large-project.ts';

const SCROLLER = `document.querySelector('[role=grid]')`;
/** Keys, wheel, a drag over the whole range, and jumps, in the table of all prompts. */
export async function measureScrolling(page: Page, prompts: number): Promise<void> {
  const grid = page.getByRole('grid');
  await grid.focus();
  const press = async (key: string, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
  };
  printFrames(
    'scroll by keys',
    await recordFrames(page, async () => {
      await press('ArrowDown', 100);
      await press('PageDown', 100);
      for (let i = 0; i < 4; i++) {
        await press('End', 1);
        await press('PageUp', 20);
        await press('Home', 1);
        await press('PageDown', 20);
      }
    }),
  );
  await grid.hover();
  printFrames(
    'scroll by wheel',
    await recordFrames(page, async () => {
      for (let i = 0; i < 200; i++) await page.mouse.wheel(0, i % 20 < 15 ? 900 : -900);
    }),
  );
  // A scroll bar that is drawn sets the place once a frame, over the whole range in four seconds.
  printFrames(
    'drag over the whole range',
    await recordFrames(page, () =>
      page.evaluate(`new Promise((fulfil) => {
        const scroller = ${SCROLLER};
        const end = scroller.scrollHeight - scroller.clientHeight;
        let frame = 0;
        const step = () => {
          scroller.scrollTop = (end * frame) / 240;
          if (frame++ < 240) requestAnimationFrame(step); else fulfil();
        };
        step();
      })`),
    ),
  );
  const jumps: number[] = [];
  for (let i = 0; i < 20; i++) {
    const share = ((i * 7) % 20) / 20 + 0.011;
    const row = Math.round(share * prompts);
    await page.waitForTimeout(200);
    jumps.push(
      await page.evaluate<number>(`new Promise((fulfil) => {
        const scroller = ${SCROLLER};
        const start = performance.now();
        scroller.scrollTop = ${share} * (scroller.scrollHeight - scroller.clientHeight);
        const look = () => {
          const drawn = document.querySelector('[role=grid] .item');
          const isThere = Math.abs(Number(drawn?.getAttribute('aria-rowindex')) - ${row}) < 200;
          if (isThere && document.querySelector('[role=grid] .waiting') === null) fulfil(performance.now() - start);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      })`),
    );
  }
  print('jump to anywhere until its rows are drawn, p50', quantile(jumps, 0.5), 'ms');
  print('jump to anywhere until its rows are drawn, p95', quantile(jumps, 0.95), 'ms');
}

/** From the choice to the rows that fit it. */
async function measureList(
  page: Page,
  name: string,
  shown: string | RegExp,
  choose: () => Promise<void>,
): Promise<void> {
  const ms = await timed(async () => {
    await choose();
    await page.getByText(shown, { exact: true }).waitFor();
  });
  print(`${name}, to the first rows`, ms, 'ms');
}

/** Each filter from all prompts and back. */
export async function measureFilters(page: Page, prompts: number): Promise<void> {
  const total = prompts.toLocaleString('en');
  const all = `${total} prompts`;
  const of = (share: number): string => `${(prompts * share).toLocaleString('en')} of ${total} prompts`;
  const select = async (label: string, option: string): Promise<void> => {
    await page.getByRole('combobox', { name: `${label}: ` }).click();
    await page.getByRole('option', { name: option }).first().click();
  };
  const clear = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText(all, { exact: true }).waitFor();
  };
  const search = page.getByRole('searchbox');
  // One choice has too few frames for a quantile.
  const frames = await recordFrames(page, async () => {
    await measureList(page, 'filter by split', of(0.2), () => select('Split', 'Test'));
    await clear();
    await measureList(page, 'filter by gold', of(0.01), () => select('Gold', 'With gold'));
    await clear();
    await measureList(page, 'search for a rare word', of(0.001), () => search.fill(RARE_WORD));
    await clear();
    await measureList(page, 'search for a word of half the prompts', /^[45]\d\d,\d{3} of/, () =>
      search.fill(COMMON_WORD),
    );
    await clear();
  });
  printFrames('filter and search', frames);
}
