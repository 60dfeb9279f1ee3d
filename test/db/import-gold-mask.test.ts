import { describe, expect, test } from 'vitest';
import { drawGold } from '../../db/import/gold-mask.ts';
import type { ProjectFile } from '../../db/open.ts';
import { pairsRow } from '../unit/dataset/example-rows.ts';
import { contentOf, fileOf, importRows, importWithMask, refusalOf } from './import-support.ts';
import { newProject, options } from './temporary-project.ts';

interface Draw {
  readonly external_id: string;
  readonly is_revealed: number;
  readonly propensity: number;
}

function draws(project: ProjectFile): readonly Draw[] {
  return project.db
    .prepare<[], Draw>(
      `SELECT external_id, is_revealed, propensity FROM gold_draw g JOIN prompt p ON p.id = g.prompt_id
       ORDER BY external_id`,
    )
    .all();
}

/** Rows with gold; `split` of each by its number. */
function rows(count: number, split: (i: number) => string | null, from = 0): readonly object[] {
  return Array.from({ length: count }, (_, k) => {
    const i = k + from;
    return {
      ...pairsRow,
      prompt_id: `p/${String(i).padStart(4, '0')}`,
      prompt: `Number ${i}?`,
      split: split(i),
    };
  });
}

const everyFifthIsTest = (i: number): string => (i % 5 === 0 ? 'test' : i % 5 === 1 ? 'dev' : 'train');
const count = (n: number, seed = 1) => ({ amount: { kind: 'count', count: n }, seed }) as const;

describe('a number of gold prompts', () => {
  test('is revealed exactly, outside the test set, with the designed propensity', async () => {
    const project = newProject();
    const { gold } = await importWithMask(project, [fileOf(rows(100, everyFifthIsTest))], count(20));
    expect(gold).toEqual({ eligible: 80, revealed: 20, masked: 60, isNew: true });
    expect(draws(project)).toHaveLength(80);
    expect(draws(project).filter((draw) => draw.is_revealed === 1)).toHaveLength(20);
    expect(new Set(draws(project).map(({ propensity }) => propensity))).toEqual(new Set([0.25]));
    const logged = project.db.prepare('SELECT DISTINCT looked_at, method, seed FROM gold_draw').all();
    expect(logged).toEqual([{ looked_at: 'nothing', method: 'import-count', seed: 1 }]);
  });

  test('is drawn over several files together, and the same whatever their order', async () => {
    const files = [fileOf(rows(50, () => 'train')), fileOf(rows(50, () => 'train', 50))];
    const [one, other, third] = [newProject(), newProject(), newProject()];
    await importWithMask(one, files, count(10));
    await importWithMask(other, files.toReversed(), count(10));
    await importWithMask(third, files, count(10, 2));
    expect(draws(one).filter((draw) => draw.is_revealed === 1)).toHaveLength(10);
    expect(draws(other)).toEqual(draws(one));
    expect(draws(third)).not.toEqual(draws(one));
  });

  test('is refused where there is less gold, and the import with it', async () => {
    const project = newProject();
    const before = contentOf(project.db);
    const path = fileOf(rows(10, everyFifthIsTest));
    const error = await refusalOf(() => importWithMask(project, [path], count(9)));
    expect(error).toMatchObject({ code: 'not-enough-data', details: { eligible: 8 } });
    expect(error.message).toContain('there are 8 with gold outside the test set');
    expect(contentOf(project.db)).toEqual(before);
    const withoutGold = fileOf([{ ...pairsRow, gold: null }]);
    const none = await refusalOf(() => importWithMask(project, [withoutGold], count(1)));
    expect(none).toMatchObject({ code: 'not-enough-data' });
    expect(none.message).toContain('Import gold first');
  });
});

test('a fraction reveals each prompt with that probability', async () => {
  const project = newProject();
  const path = fileOf(rows(2000, () => 'train'));
  const { gold } = await importWithMask(project, [path], {
    amount: { kind: 'fraction', fraction: 0.3 },
    seed: 5,
  });
  expect(gold).toMatchObject({ eligible: 2000, isNew: true });
  // 3 standard deviations of a binomial.
  expect(Math.abs((gold?.revealed ?? 0) - 600)).toBeLessThan(62);
  expect(new Set(draws(project).map(({ propensity }) => propensity))).toEqual(new Set([0.3]));
});

test('importing again never redraws; new gold is drawn by itself', async () => {
  const project = newProject();
  const path = fileOf(rows(100, everyFifthIsTest));
  await importWithMask(project, [path], count(20));
  const before = draws(project);
  const again = await importWithMask(project, [path], count(30, 99));
  expect(again.gold).toEqual({ eligible: 80, revealed: 20, masked: 60, isNew: false });
  expect(draws(project)).toEqual(before);
  const more = fileOf([...rows(100, everyFifthIsTest), ...rows(10, () => 'train', 100)]);
  const { gold } = await importWithMask(project, [more], count(5, 99));
  expect(gold).toEqual({ eligible: 90, revealed: 25, masked: 65, isNew: true });
  expect(draws(project).slice(0, 80)).toEqual(before);
  expect(draws(project).at(-1)?.propensity).toBe(0.5);
});

test('prompts of earlier imports without a mask stay revealed, and can be drawn by name of the project', async () => {
  const project = newProject();
  await importRows(project, ...rows(10, () => 'train'));
  await importWithMask(project, [fileOf(rows(10, () => 'train', 10))], count(5));
  expect(draws(project)).toHaveLength(10);
  const all = drawGold(project.db, { kind: 'count', count: 10 }, { seed: 1, clock: options.clock });
  expect(all).toEqual({ eligible: 20, revealed: 15, masked: 5, isNew: true });
});

test('without splits one prompt in five is a test prompt, and one test row makes all rows of its text test', async () => {
  const project = newProject();
  const { gold } = await importWithMask(project, [fileOf(rows(1000, () => null))], count(1));
  expect(Math.abs((gold?.eligible ?? 0) - 800)).toBeLessThan(40);
  const same = { ...pairsRow, prompt: 'The SAME?' };
  const twice = newProject();
  const mixed = [
    { ...same, prompt_id: '1', split: 'train' },
    { ...same, prompt_id: '2', split: 'test', prompt: ' the same?' },
    { ...same, prompt_id: '3', split: 'train', prompt: 'Another?' },
  ];
  expect((await importWithMask(twice, [fileOf(mixed)], count(1))).gold).toMatchObject({ eligible: 1 });
});
