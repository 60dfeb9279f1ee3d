import { describe, expect, it } from 'vitest';
import type { JobResult } from '../../../src/contract/methods.ts';
import {
  describeScatter,
  misroutedPrompts,
  operatingPoint,
  sayPoint,
} from '../../../renderer/screens/curves/operating-point.ts';

const curve = [
  { strongShare: 0, quality: 0.5, cost: 0, ci95: [0.45, 0.55] as const },
  { strongShare: 0.5, quality: 0.7, cost: 0.5, ci95: [0.65, 0.75] as const },
  { strongShare: 1, quality: 0.6, cost: 1, ci95: [0.55, 0.65] as const },
];
const percentiles = Array.from({ length: 101 }, (_, k) => (k - 50) / 100);

describe('operatingPoint', () => {
  it('gives quality, cost and saving of a share, and the threshold that the exported router uses for it', () => {
    expect(operatingPoint(curve, percentiles, 0.25)).toEqual({
      strongShare: 0.25,
      threshold: 0.25,
      w: 0.25,
      quality: 0.6,
      ci95: [0.55, 0.65],
      cost: 0.25,
      saving: 0.75,
      qualityOverStrong: 0,
    });
  });

  it('has no cost weight where the threshold is below 0, and none at the ends', () => {
    expect(operatingPoint(curve, percentiles, 0.75)?.w).toBeNull();
    expect(operatingPoint(curve, percentiles, 0)?.threshold).toBe(Infinity);
    expect(operatingPoint(curve, percentiles, 1)).toMatchObject({ threshold: -Infinity, w: null, saving: 0 });
  });

  it('knows no saving where always strong costs nothing, and no point without a curve', () => {
    expect(operatingPoint(curve, percentiles, 0.5, 0)?.saving).toBeNull();
    expect(operatingPoint([], percentiles, 0.5)).toBeNull();
  });

  it('can be spoken', () => {
    const point = operatingPoint(curve, percentiles, 0.5);
    if (point === null) throw new Error('There is a curve.');
    expect(sayPoint(point, 'strong-call')).toBe(
      '50 % strong: quality 0.700, 95 % interval 0.650 to 0.750, cost 0.50, 50 % saved against always strong',
    );
  });
});

const inspection: JobResult<'run.inspect'> = {
  runId: 'run',
  n: 4,
  costUnit: 'strong-call',
  qualityUnit: 'gold-score',
  curves: {},
  policyCurves: {},
  calibration: [],
  predictedGain: [0.3, 0.2, -0.1, -0.3],
  predictedCi95: null,
  goldGain: [0.5, -0.4, 0.6, 0],
  prompts: [2, 0, 1, 3].map((row) => ({ row, promptId: 10 + row, excerpt: `prompt ${row}`, category: null })),
  gainPercentiles: percentiles,
};

describe('misroutedPrompts', () => {
  it('lists what loses quality by the decision, the most first', () => {
    expect(misroutedPrompts(inspection, 0).map((p) => [p.promptId, p.isStrong, p.loss])).toEqual([
      [12, false, 0.6],
      [11, true, 0.4],
    ]);
  });

  it('follows the threshold: never strong loses every positive gain, always strong every negative one', () => {
    expect(misroutedPrompts(inspection, Infinity).map((p) => p.promptId)).toEqual([12, 10]);
    expect(misroutedPrompts(inspection, -Infinity).map((p) => p.promptId)).toEqual([11]);
  });

  it('is counted in the sentence below the scatter, ties apart', () => {
    expect(describeScatter(inspection, 0)).toMatch(
      /^At this operating point 2 of 4 test prompts \(50 %\).*for 1 gold likes both/,
    );
  });
});
