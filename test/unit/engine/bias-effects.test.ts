import { describe, expect, it } from 'vitest';
import { CHEAP, JUDGE, STRONG } from '../../../src/cli/demo/generate.ts';
import { refusal, startWithData } from './test-engine.ts';

const pair = { strong: STRONG, cheap: CHEAP };
const OUTCOMES = ['strong', 'tie', 'cheap'] as const;

describe('the effects of a source', () => {
  it('count visible gold outside the test set, as the items behind them do', async () => {
    const { client } = await startWithData({ train: 300, test: 100, gold: 120 });
    const { gold, sources } = await client.run('bias.effects', { pair });
    const [judge] = sources;
    expect(judge.source).toBe(JUDGE);
    expect(judge.confusion.n).toBe(120);
    expect(gold.longer.n).toBeLessThanOrEqual(120);
    // The judge says something of every prompt, also of those without gold.
    expect(judge.length.source.clusters).toBeGreaterThan(350);
    expect(judge.position).toMatchObject({ basis: null, firstShown: { value: null } });
    expect(judge.passes?.n).toBe(240);
    for (const [g, inGold] of OUTCOMES.entries()) {
      for (const [s, inSource] of OUTCOMES.entries()) {
        const cell = { gold: inGold, preference: inSource };
        const items = await client.call('bias.items', { ...pair, source: JUDGE, cell, limit: 500 });
        expect(items.total, `${inGold} and ${inSource}`).toBe(judge.confusion.cells[g][s]);
        expect(items.rows.length).toBe(items.total);
        for (const { goldGain, preferenceGain } of items.rows) {
          expect(Math.sign(goldGain ?? NaN)).toBe(1 - g);
          expect(Math.sign(preferenceGain ?? NaN)).toBe(1 - s);
        }
      }
    }
  });

  it('turn with the pair: strong and cheap exchanged turn the table round', async () => {
    const { client } = await startWithData({ train: 200, test: 40 });
    const turned = { strong: CHEAP, cheap: STRONG };
    const [one] = (await client.run('bias.effects', { pair })).sources;
    const [other] = (await client.run('bias.effects', { pair: turned })).sources;
    const { cells } = one.confusion;
    expect(other.confusion.cells).toEqual([...cells].reverse().map((row) => [...row].reverse()));
    expect(other.length).toEqual(one.length);
    // The project has two models: all pairs are this one.
    expect((await client.run('bias.effects', {})).sources.at(0)?.length).toEqual(one.length);
  });
});

describe('the items of a slice', () => {
  it('are as many as the bias map says, furthest apart first, a page at a time', async () => {
    const { client } = await startWithData({ train: 400, test: 60 });
    const { sources } = await client.run('bias.estimate', { ...pair, sources: [JUDGE] });
    const { slices, points, nPaired } = sources[0];
    expect(new Set(slices.map((slice) => slice.by))).toEqual(new Set(['category', 'length', 'form']));
    expect(points.reduce((sum, point) => sum + point.prompts, 0)).toBe(nPaired);
    const byLength = slices.filter((slice) => slice.by === 'length');
    expect(byLength.map((slice) => slice.value).sort()).toEqual(['long', 'medium', 'short']);
    expect(byLength.find((slice) => slice.value === 'short')?.note).toMatch(/^up to \d+ characters$/);
    for (const { by, value, rows, mean } of slices) {
      const ask = { ...pair, source: JUDGE, slice: { by, value } };
      const all = await client.call('bias.items', { ...ask, limit: 500 });
      expect(all.paired).toBe(rows);
      const differences = all.rows.map((row) => (row.goldGain ?? NaN) - (row.preferenceGain ?? NaN));
      expect(differences.reduce((sum, d) => sum + d, 0) / rows).toBeCloseTo(mean, 9);
      const apart = differences.map(Math.abs);
      expect(apart).toEqual([...apart].sort((a, b) => b - a));
      const page = await client.call('bias.items', { ...ask, offset: 3, limit: 2 });
      expect(page).toEqual({ ...all, rows: all.rows.slice(3, 5) });
    }
  });

  it('refuse a slice that does not exist', async () => {
    const { client } = await startWithData({ train: 60, test: 20 });
    const slice = { by: 'category', value: 'astrology' } as const;
    const error = await refusal(client.call('bias.items', { ...pair, source: JUDGE, slice }));
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('astrology') as string });
  });
});
