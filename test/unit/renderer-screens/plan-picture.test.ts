import { describe, expect, it } from 'vitest';
import {
  amountsUpTo,
  answerOf,
  firstTarget,
  limitOf,
  planPicture,
  planTable,
  type Plan,
} from '../../../renderer/screens/review/plan-picture.ts';

const row = (more: number, halfWidth: number): Plan['rows'][number] => ({
  more,
  halfWidth: { value: halfWidth, ci95: [0.9 * halfWidth, 1.1 * halfWidth] },
  goldOnlyHalfWidth: 2 * halfWidth,
  goldOnlyCi95: [1.8 * halfWidth, 2.2 * halfWidth],
});
const plan: Plan = {
  graded: 60,
  unlabelled: 240,
  source: 'judge',
  correlation: { value: 0.8, ci95: [0.7, 0.9] },
  meanGain: { value: null, ci95: null, drawn: 0, reason: 'none' },
  rows: [row(0, 0.2), row(100, 0.1)],
  targets: [{ halfWidth: 0.1, more: 100, ci95: [80.4, 130.2] }],
  sentence: '',
  warnings: [],
};

describe('a plan in words and pictures', () => {
  it('says about how many grades, with the interval rounded outwards', () => {
    expect(answerOf(plan.targets[0])).toBe('About 100 more grades (80 to 131) make it ±0.100.');
    expect(answerOf({ halfWidth: 0.3, more: 0, ci95: [0, 0] })).toBe('±0.300 is reached already.');
    expect(answerOf({ halfWidth: 0.001, more: null, ci95: null })).toMatch(/out of reach/);
    expect(answerOf({ halfWidth: 0.01, more: 900, ci95: [700, 1_000_000] })).toMatch(/700 or more/);
  });

  it('says when there are not so many prompts left', () => {
    expect(limitOf(plan)).toBe('');
    expect(limitOf({ ...plan, unlabelled: 99 })).toMatch(/more than the 99 judged prompts/);
  });

  it('draws both widths with their bands, and the width that is wanted', () => {
    const picture = planPicture(plan, 0.15);
    expect(picture.series.map(({ points }) => points.map(({ x, y }) => [x, y]))).toEqual([
      [
        [0, 0.2],
        [100, 0.1],
      ],
      [
        [0, 0.4],
        [100, 0.2],
      ],
    ]);
    expect(picture.references).toMatchObject([{ kind: 'y', value: 0.15 }]);
    expect(planPicture(plan, null).references).toEqual([]);
    const { columns, rows } = planTable(plan);
    for (const cells of rows) expect(cells).toHaveLength(columns.length);
  });

  it('asks for a round width below the one there is, and for amounts from none to the end', () => {
    for (const now of [0.173, 0.0049, 1.2, 37]) {
      const target = firstTarget(now);
      expect(target).toBeLessThan(now);
      expect(target).toBeGreaterThan(0.4 * now);
      expect(String(target).replace(/^0\.0*|\./g, '').length).toBeLessThanOrEqual(2);
    }
    expect([amountsUpTo(500).at(0), amountsUpTo(500).at(-1)]).toEqual([0, 500]);
    expect(amountsUpTo(5000).length).toBeLessThanOrEqual(20);
  });
});
