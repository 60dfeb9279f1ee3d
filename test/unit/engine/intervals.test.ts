import { describe, expect, test } from 'vitest';
import { startWithData } from './test-engine.ts';

const pair = { strong: 'large', cheap: 'small', stage: 'cascade' as const, dimensions: 12, seed: 3 };

/** Few, for a quick test: widths are rough. */
const DRAWS = 40;

describe('the intervals of a run', () => {
  test('redraw test, training and both, and do not depend on the number of workers', async () => {
    const results = [];
    for (const maxWorkers of [1, 2]) {
      const { client } = await startWithData({ train: 240, test: 80, gold: 60 }, { maxWorkers });
      const status = await client.call('project.status', {});
      const [strong, cheap] = status.models.map((m) => m.name);
      const run = await client.run('run.train', { ...pair, strong, cheap, draws: DRAWS });
      const inspection = await client.run('run.inspect', {});
      // Refits on redrawn labels surround the prediction of every prompt, mostly.
      const inside = inspection.predictedGain.filter((gain, i) => {
        const [low, high] = inspection.predictedCi95?.[i] ?? [Number.NaN, Number.NaN];
        return low < gain && gain < high;
      });
      expect(inside.length).toBeGreaterThan(0.8 * inspection.n);
      results.push({ uncertainty: run.uncertainty, metrics: run.metrics, refits: inspection.predictedCi95 });
    }
    const [one, two] = results;
    expect(two).toEqual(one);
    expect(one.uncertainty?.draws).toBe(DRAWS);
    expect(one.uncertainty?.reason).toBeNull();

    const width = (interval: readonly [number, number] | null | undefined): number =>
      interval === null || interval === undefined ? Number.NaN : interval[1] - interval[0];
    const eg = one.uncertainty?.redrawn;
    const [test, training, both] = [eg?.test, eg?.training, eg?.both].map((i) => width(i?.metrics.egMean));
    expect(training).toBeGreaterThan(0);
    // Redrawing both is the least sure, or nearly.
    expect(both).toBeGreaterThan(0.6 * Math.max(test, training));
    const value = one.metrics.egMean.value ?? Number.NaN;
    const [low, high] = eg?.both?.metrics.egMean ?? [Number.NaN, Number.NaN];
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(width(one.uncertainty?.meanBias)).toBeGreaterThan(0);
  });

  test('are left out where nobody wants them', async () => {
    const { client } = await startWithData({ train: 150, test: 40, gold: 40 });
    const status = await client.call('project.status', {});
    const [strong, cheap] = status.models.map((m) => m.name);
    const run = await client.run('run.train', { ...pair, strong, cheap, intervals: false });
    expect(run.uncertainty).toBeNull();
    expect((await client.run('run.inspect', {})).predictedCi95).toBeNull();
  });
});
