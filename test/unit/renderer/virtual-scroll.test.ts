import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawnRows,
  listHeight,
  LONGEST_PX,
  revealed,
  rowTop,
  scrolledTo,
  scrollHeight,
  settled,
  toListTop,
  toScrollTop,
  type Geometry,
} from '../../../renderer/ui/virtual-scroll.ts';

const million: Geometry = { rows: 1_000_000, rowHeight: 40, viewport: 600 };
const short: Geometry = { rows: 500, rowHeight: 40, viewport: 600 };
const empty: Geometry = { rows: 0, rowHeight: 40, viewport: 600 };

const geometries = fc.record({
  rows: fc.integer({ min: 0, max: 3_000_000 }),
  rowHeight: fc.integer({ min: 20, max: 80 }),
  viewport: fc.integer({ min: 50, max: 2_000 }),
});

describe('the scroll bar of a long list', () => {
  test('never asks a browser for more than it can hold', () => {
    fc.assert(
      fc.property(geometries, (geometry) => {
        expect(scrollHeight(geometry)).toBeLessThanOrEqual(LONGEST_PX);
      }),
    );
  });

  test('is true where the list fits', () => {
    expect(scrollHeight(short)).toBe(20_000);
    expect(toListTop(1234, short)).toBe(1234);
    expect(toScrollTop(1234, short)).toBe(1234);
  });

  test('reaches the first and the last row of any list', () => {
    fc.assert(
      fc.property(geometries, (geometry) => {
        const end = Math.max(0, scrollHeight(geometry) - geometry.viewport);
        expect(drawnRows(toListTop(0, geometry), geometry, 0).first).toBe(0);
        expect(drawnRows(toListTop(end, geometry), geometry, 0).last).toBe(geometry.rows);
      }),
    );
  });

  test('answers the place it was set to', () => {
    fc.assert(
      fc.property(geometries, fc.double({ min: 0, max: 1, noNaN: true }), (geometry, share) => {
        const top = share * Math.max(0, listHeight(geometry) - geometry.viewport);
        expect(toListTop(toScrollTop(top, geometry), geometry)).toBeCloseTo(top, 4);
      }),
    );
  });
});

describe('scrolling a million rows', () => {
  test('by a turn of the wheel moves by as many pixels as anywhere', () => {
    const start = settled({ scrollTop: 0, listTop: 20_000_000 }, million);
    const next = scrolledTo(start, start.scrollTop + 100, million);
    expect(next.listTop).toBe(start.listTop + 100);
  });

  test('keeps the rows where they are on the screen while they move', () => {
    const start = settled({ scrollTop: 0, listTop: 20_000_000 }, million);
    const next = scrolledTo(start, start.scrollTop + 100, million);
    expect(rowTop(500_000, next, million)).toBeCloseTo(rowTop(500_000, start, million), 6);
  });

  test('by dragging the bar jumps in proportion', () => {
    const half = (scrollHeight(million) - million.viewport) / 2;
    const next = scrolledTo({ scrollTop: 0, listTop: 0 }, half, million);
    expect(next.listTop).toBeCloseTo((listHeight(million) - million.viewport) / 2, 3);
  });

  test('by the wheel alone arrives at the last row', () => {
    let position = settled({ scrollTop: 0, listTop: listHeight(million) - 5_000 }, million);
    for (let turn = 0; turn < 60; turn++) {
      const end = scrollHeight(million) - million.viewport;
      position = scrolledTo(position, Math.min(end, position.scrollTop + 120), million);
      position = settled(position, million);
    }
    expect(drawnRows(position.listTop, million, 0).last).toBe(million.rows);
  });

  test('settles with the bar in proportion and the list where it was', () => {
    const drifted = { scrollTop: 7_000, listTop: 30_000_000 };
    const rest = settled(drifted, million);
    expect(rest.listTop).toBe(30_000_000);
    expect(toListTop(rest.scrollTop, million)).toBeCloseTo(30_000_000, 3);
  });
});

describe('the rows to draw', () => {
  test('cover what is seen, with spares, and stay inside the list', () => {
    expect(drawnRows(0, short, 5)).toEqual({ first: 0, last: 20 });
    expect(drawnRows(4_000, short, 5)).toEqual({ first: 95, last: 120 });
    expect(drawnRows(20_000 - 600, short, 5)).toEqual({ first: 480, last: 500 });
    expect(drawnRows(0, empty, 5)).toEqual({ first: 0, last: 0 });
  });

  test('are few whatever the length', () => {
    fc.assert(
      fc.property(geometries, fc.nat(), (geometry, scrollTop) => {
        const { first, last } = drawnRows(toListTop(scrollTop, geometry), geometry, 8);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(last).toBeLessThanOrEqual(geometry.rows);
        expect(last - first).toBeLessThanOrEqual(Math.ceil(geometry.viewport / geometry.rowHeight) + 18);
      }),
    );
  });
});

describe('revealing a row', () => {
  test('moves nothing where it is seen whole', () => {
    const position = { scrollTop: 400, listTop: 400 };
    expect(revealed(position, 12, short)).toBe(position);
  });

  test('moves as little as possible, up and down', () => {
    expect(revealed({ scrollTop: 400, listTop: 400 }, 5, short).listTop).toBe(200);
    expect(revealed({ scrollTop: 400, listTop: 400 }, 30, short).listTop).toBe(31 * 40 - 600);
  });

  test('shows any row of a million', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: million.rows - 1 }), (row) => {
        const { listTop } = revealed({ scrollTop: 0, listTop: 0 }, row, million);
        const { first, last } = drawnRows(listTop, million, 0);
        expect(first <= row && row < last).toBe(true);
      }),
    );
  });
});
