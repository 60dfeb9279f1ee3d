import { describe, expect, it } from 'vitest';
import { layoutCurves, pointAt, shareAt, type CurveSeries } from '../../../renderer/charts/curve-layout.ts';

const points = Array.from({ length: 11 }, (_, k) => ({
  strongShare: k / 10,
  quality: 0.5 + 0.3 * Math.sqrt(k / 10),
  cost: 1 + k / 5,
  ci95: [0.45 + 0.3 * Math.sqrt(k / 10), 0.55 + 0.3 * Math.sqrt(k / 10)] as const,
}));
const main: CurveSeries = { id: 'router', label: 'this router', points, tone: 1 };
const random: CurveSeries = {
  id: 'random',
  label: 'random',
  points: [points[0], points[10]],
  tone: 'reference',
  isDashed: true,
};
const input = {
  main,
  baselines: [random],
  axis: 'share' as const,
  width: 800,
  height: 400,
  formatX: (v: number) => `${Math.round(100 * v)} %`,
  formatY: (v: number) => v.toFixed(2),
};

describe('layoutCurves', () => {
  it('keeps every point and the band inside the frame', () => {
    const { frame, x, y } = layoutCurves(input);
    for (const p of points) {
      expect(x(p.strongShare)).toBeGreaterThanOrEqual(frame.left);
      expect(x(p.strongShare)).toBeLessThanOrEqual(frame.right);
      for (const q of p.ci95) {
        expect(y(q)).toBeGreaterThan(frame.top);
        expect(y(q)).toBeLessThan(frame.bottom);
      }
    }
  });

  it('draws the router last, on top, and labels every line', () => {
    const { lines, labels } = layoutCurves(input);
    expect(lines.map((l) => l.series.id)).toEqual(['random', 'router']);
    expect(labels.map((l) => l.series?.id ?? 'end').sort()).toEqual(['end', 'random', 'router']);
    expect(Math.abs(labels[0].at - labels[1].at)).toBeGreaterThanOrEqual(15 - 1e-9);
  });

  it('has no band where no interval is known', () => {
    const plain = points.map(({ strongShare, quality, cost }) => ({ strongShare, quality, cost }));
    expect(layoutCurves({ ...input, main: { ...main, points: plain } }).band).toBe('');
  });
});

describe('pointAt', () => {
  it('gives a point of the curve back as it is', () => {
    expect(pointAt(points, 0.3)).toEqual(points[3]);
  });

  it('is linear between two points, also for cost and interval', () => {
    const middle = pointAt(points, 0.95);
    expect(middle?.quality).toBeCloseTo((points[9].quality + points[10].quality) / 2, 12);
    expect(middle?.cost).toBeCloseTo((points[9].cost + points[10].cost) / 2, 12);
    expect(middle?.ci95?.[0]).toBeCloseTo((points[9].ci95[0] + points[10].ci95[0]) / 2, 12);
  });

  it('is undefined for an empty curve', () => {
    expect(pointAt([], 0.5)).toBeUndefined();
  });
});

describe('shareAt', () => {
  it('finds the share under the pointer on both axes, and stays between 0 and 1', () => {
    for (const axis of ['share', 'cost'] as const) {
      const { x } = layoutCurves({ ...input, axis });
      const pixel = x(axis === 'share' ? 0.4 : points[4].cost);
      expect(shareAt(points, axis, x, pixel)).toBeCloseTo(0.4, 6);
      expect(shareAt(points, axis, x, -1000)).toBe(0);
      expect(shareAt(points, axis, x, 10_000)).toBe(1);
    }
  });
});
