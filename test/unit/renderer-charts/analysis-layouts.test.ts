import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutBins } from '../../../renderer/charts/bins-layout.ts';
import { layoutConfusion } from '../../../renderer/charts/confusion-layout.ts';
import { layoutDiagnostic, type Picture } from '../../../renderer/charts/diagnostic-layout.ts';
import { layoutGainScatter } from '../../../renderer/charts/gain-scatter-layout.ts';
import { fitLabel } from '../../../renderer/charts/labels.ts';
import { layoutPolicies } from '../../../renderer/charts/policy-layout.ts';
import { layoutStacked } from '../../../renderer/charts/stacked-layout.ts';

describe('layoutStacked', () => {
  it('fills the bar from end to end, whatever the parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 }),
        (raw) => {
          const total = raw.reduce((sum, v) => sum + v, 0);
          const shares = raw.map((v) => v / total);
          const parts = shares.map((_, k) => ({ name: `part ${k}`, tone: 1 }));
          const { rows, left, right } = layoutStacked(
            [{ id: 'a', label: 'a', note: '', shares }],
            parts,
            640,
          );
          const bars = rows[0].parts;
          expect(bars[0].x).toBeCloseTo(left, 6);
          const last = bars[bars.length - 1];
          expect(last.x + last.width).toBeLessThanOrEqual(right + 1e-6);
          expect(last.x + last.width).toBeGreaterThan(right - 3);
        },
      ),
    );
  });

  it('breaks the legend into lines where it does not fit', () => {
    const parts = ['same verdict', 'twice the first shown', 'twice the second shown'].map((name) => ({
      name,
      tone: 1,
    }));
    const lines = (width: number): number =>
      new Set(layoutStacked([], parts, width).legend.map((item) => item.y)).size;
    expect(lines(900)).toBe(1);
    expect(lines(300)).toBeGreaterThan(1);
  });
});

it('layoutConfusion shades a cell by its share of the row, and has no share for an empty row', () => {
  const { cells, rows } = layoutConfusion(
    [
      [6, 2, 2],
      [0, 0, 0],
      [1, 0, 3],
    ],
    ['strong', 'tie', 'cheap'],
    500,
  );
  expect(cells.map((cell) => cell.share)).toEqual([0.6, 0.2, 0.2, null, null, null, 0.25, 0, 0.75]);
  expect(rows.map((row) => row.count)).toEqual([10, 0, 4]);
  expect(cells.filter((cell) => cell.isDiagonal).map((cell) => cell.count)).toEqual([6, 0, 3]);
});

it('layoutGainScatter gives equal gains one bubble, its area by number, the largest behind', () => {
  const { bubbles, diagonal, zero } = layoutGainScatter(
    [
      { gold: 0, preference: 0, prompts: 25 },
      { gold: 1, preference: -1, prompts: 100 },
      { gold: 1, preference: 1, prompts: 1 },
    ],
    400,
    300,
  );
  expect(bubbles.map((b) => b.point.prompts)).toEqual([100, 25, 1]);
  expect(bubbles[0].r / bubbles[1].r).toBeCloseTo(2, 6);
  expect(bubbles[2].r).toBeCloseTo(2.6, 6);
  // The diagonal goes through the crossing of the zero lines.
  expect((diagonal.x1 + diagonal.x2) / 2).toBeCloseTo(zero.x, 6);
  expect((diagonal.y1 + diagonal.y2) / 2).toBeCloseTo(zero.y, 6);
});

it('layoutBins keeps series of one category apart, and all of them in the frame', () => {
  const value = { value: 0.6, ci95: [0.5, 0.7] as const };
  const { series, frame, categories } = layoutBins({
    categories: [
      { label: 'a', note: '' },
      { label: 'b', note: '' },
    ],
    series: [
      { name: 'gold', tone: 4, values: [value, null] },
      { name: 'judge', tone: 3, values: [value, { value: 1, ci95: [0.8, 1] }] },
    ],
    reference: 0.5,
    width: 400,
    height: 300,
  });
  expect(series[0].points.length).toBe(1);
  expect(series[1].points[0].x - series[0].points[0].x).toBeCloseTo(12, 6);
  for (const { points } of series) for (const p of points) expect(p.y).toBeGreaterThanOrEqual(frame.top);
  expect(categories[0].x).toBeLessThan(categories[1].x);
});

describe('layoutDiagnostic', () => {
  const picture: Picture = {
    xLabel: 'grades',
    yLabel: 'EG',
    xScale: 'log',
    series: [
      {
        name: 'learning curve',
        mark: 'line',
        points: [25, 50, 100, 200].map((x) => ({
          x,
          y: Math.log(x),
          ci95: [Math.log(x) - 1, Math.log(x) + 1],
        })),
      },
    ],
    references: [
      { kind: 'x', value: 100, label: 'now' },
      { kind: 'y', value: 0, label: 'random' },
    ],
  };

  it('puts equal ratios at equal distances on a logarithmic axis, with round ticks', () => {
    const { series, xTicks, references } = layoutDiagnostic(picture, 600, 260);
    const [a, b, c, d] = series[0].points.map((p) => p.x);
    expect(b - a).toBeCloseTo(c - b, 6);
    expect(d - c).toBeCloseTo(c - b, 6);
    expect(references[0].x1).toBeCloseTo(c, 6);
    for (const tick of xTicks) expect(tick.label).toMatch(/^[125]0*$/);
    expect(series[0].band).not.toBe('');
  });

  it('falls back on a linear axis where a value is not above 0, and draws the diagonal inside', () => {
    const moved: Picture = {
      ...picture,
      series: [
        {
          name: 's',
          mark: 'points',
          points: [
            { x: 0, y: 0, ci95: null },
            { x: 1, y: 2, ci95: null },
          ],
        },
      ],
      references: [{ kind: 'diagonal', label: 'right' }],
    };
    const { frame, references, series } = layoutDiagnostic(moved, 600, 260);
    expect(series[0].path).toBe('');
    const [line] = references;
    for (const [x, y] of [
      [line.x1, line.y1],
      [line.x2, line.y2],
    ]) {
      expect(x).toBeGreaterThanOrEqual(frame.left - 1e-6);
      expect(y).toBeGreaterThanOrEqual(frame.top - 1e-6);
      expect(y).toBeLessThanOrEqual(frame.bottom + 1e-6);
    }
  });
});

it('layoutPolicies draws the line by cost and anchors labels towards the middle', () => {
  const { fixed, line, points } = layoutPolicies({
    points: [
      { cost: 3, quality: 0.8, ci95: null },
      { cost: 1, quality: 0.6, ci95: null },
    ],
    fixed: [
      { label: 'small', cost: 0, quality: 0.5, ci95: null },
      { label: 'large', cost: 4, quality: 0.7, ci95: [0.6, 0.8] },
    ],
    lines: [],
    mixtures: [],
    width: 500,
    height: 300,
    formatX: String,
    formatY: String,
  });
  expect(fixed.map((mark) => mark.anchor)).toEqual(['start', 'end']);
  expect(line.startsWith(`M${points[1].x}`.slice(0, 6))).toBe(true);
});

it('fitLabel keeps both ends of a name, and never cuts an emoji in two', () => {
  expect(fitLabel('short', 100)).toBe('short');
  expect(fitLabel('GPT-4/Metrics_Reference', 110)).toBe('GPT-4/Me…ference');
  expect(fitLabel('👩‍👩‍👧'.repeat(20), 66)).toBe(`${'👩‍👩‍👧'.repeat(5)}…${'👩‍👩‍👧'.repeat(4)}`);
});
