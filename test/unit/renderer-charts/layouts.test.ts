import { describe, expect, it } from 'vitest';
import { layoutBars } from '../../../renderer/charts/bar-layout.ts';
import { layoutCalibration } from '../../../renderer/charts/calibration-layout.ts';
import { layoutIntervals, type IntervalRow } from '../../../renderer/charts/interval-layout.ts';
import { showCost, showInterval, showSigned } from '../../../renderer/charts/numbers.ts';
import { layoutOverlap } from '../../../renderer/charts/overlap-layout.ts';
import { layoutScatter } from '../../../renderer/charts/scatter-layout.ts';
import { showCell, toCsv } from '../../../renderer/charts/table.ts';

const row = (id: string, value: number | null, ci95: IntervalRow['ci95'], group?: string): IntervalRow => ({
  id,
  label: id,
  value,
  ci95,
  group,
});

describe('layoutIntervals', () => {
  const size = { width: 700, labelWidth: 150, valueWidth: 150 };

  it('holds every interval and the line of no difference', () => {
    const layout = layoutIntervals({
      ...size,
      reference: 0,
      rows: [row('a', 0.4, [0.2, 0.6]), row('b', 0.3, [0.25, 0.35])],
    });
    expect(layout.reference).toBeGreaterThanOrEqual(layout.frame.left);
    for (const placed of layout.rows) {
      expect(placed.low).toBeGreaterThanOrEqual(layout.frame.left);
      expect(placed.high).toBeLessThanOrEqual(layout.frame.right);
      expect([placed.isCutLow, placed.isCutHigh]).toEqual([false, false]);
    }
  });

  it('cuts off what lies outside the limits, and says so', () => {
    const layout = layoutIntervals({
      ...size,
      limits: [0, 2],
      rows: [row('tame', 1, [0.9, 1.1]), row('wild', 9, [5, 12])],
    });
    expect(layout.rows.map((r) => r.isCutHigh)).toEqual([false, true]);
    expect(layout.rows[1].high).toBe(layout.frame.right);
  });

  it('keeps a row without a value, to say why', () => {
    const layout = layoutIntervals({ ...size, rows: [row('none', null, null), row('some', 1, null)] });
    expect(layout.rows[0].x).toBeNull();
    expect(layout.rows[1].low).toBeNull();
  });

  it('puts each group under its name once', () => {
    const layout = layoutIntervals({
      ...size,
      rows: [row('a', 1, null, 'category'), row('b', 1, null, 'category'), row('c', 1, null, 'language')],
    });
    expect(layout.groups.map((g) => g.name)).toEqual(['category', 'language']);
    expect(layout.rows[2].y - layout.rows[1].y).toBeGreaterThan(layout.rows[1].y - layout.rows[0].y);
  });
});

describe('the other layouts', () => {
  it('bars: the largest share first and widest', () => {
    const { bars } = layoutBars(
      [
        { label: 'a', share: 0.2 },
        { label: 'b', share: 0.8 },
      ],
      400,
    );
    expect(bars.map((b) => b.label)).toEqual(['b', 'a']);
    expect(bars[1].width / bars[0].width).toBeCloseTo(0.25, 6);
  });

  it('scatter: one path for each class, one dot for each point', () => {
    const layout = layoutScatter({
      width: 400,
      height: 300,
      points: [
        { x: 0, y: 0, isMarked: false },
        { x: 1, y: 1, isMarked: true },
        { x: 2, y: 0, isMarked: false },
      ],
    });
    expect(layout.plain.match(/M/g)).toHaveLength(2);
    expect(layout.marked.match(/M/g)).toHaveLength(1);
  });

  it('overlap: deciles in order on one axis from 0', () => {
    const deciles = Array.from({ length: 11 }, (_, k) => 0.01 * k);
    const { strips, frame } = layoutOverlap([{ label: 'gold', deciles }], 500);
    expect(strips[0].deciles[0]).toBe(frame.left);
    expect([...strips[0].deciles].sort((a, b) => a - b)).toEqual(strips[0].deciles);
  });

  it('calibration: a bin that is right lies on the diagonal', () => {
    const bins = [0, 0.1, 0.2].map((v) => ({ n: 10, meanPredicted: v, meanGold: v, ci95: null }));
    const { points, diagonal } = layoutCalibration(bins, 400, 300);
    const slope = (diagonal.y2 - diagonal.y1) / (diagonal.x2 - diagonal.x1);
    for (const p of points) expect(p.y).toBeCloseTo(diagonal.y1 + slope * (p.x - diagonal.x1), 6);
  });
});

describe('numbers and tables', () => {
  it('writes signs, intervals and costs for people', () => {
    expect(showSigned(0.0312)).toBe('+0.031');
    expect(showSigned(-0.0312)).toBe('−0.031');
    expect(showSigned(0.0001)).toBe('0.000');
    expect(showSigned(null)).toBe('–');
    expect(showInterval([-0.01, 0.2])).toBe('−0.010 to 0.200');
    expect(showInterval(null)).toBe('');
    expect(showCost(0.0123, 'usd')).toBe('$12.30');
    expect(showCost(0.5, 'strong-call')).toBe('0.50');
  });

  it('quotes CSV cells and defuses formulas, and leaves negative numbers numbers', () => {
    expect(
      toCsv({
        columns: ['name', 'value'],
        rows: [
          ['=1+1', -0.5],
          ['a "b", c', null],
        ],
      }),
    ).toBe('name,value\r\n\'=1+1,-0.5\r\n"a ""b"", c",\r\n');
  });

  it('shows counts whole and other numbers with four digits', () => {
    expect([1234, 0.5, -0.00001, null, 'x'].map(showCell)).toEqual([
      '1,234',
      '0.5000',
      '−0.0000100',
      '–',
      'x',
    ]);
  });
});
