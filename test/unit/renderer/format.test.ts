import { describe, expect, test } from 'vitest';
import { csvOf } from '../../../renderer/app/csv.ts';
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRate,
} from '../../../renderer/app/format.ts';
import { parseHash, toHash } from '../../../renderer/app/route.ts';

describe('numbers', () => {
  test.each([
    [formatCount(1_234_567), '1,234,567'],
    [formatNumber(-0.1234), '−0.123'],
    [formatNumber(-0.0001), '0.000'],
    [formatPercent(0.125, 1), '12.5 %'],
    [formatInterval([-0.1, 0.25]), '−0.100 to 0.250'],
    [formatInterval(null), 'no interval'],
    [formatQuantity(1, 'row'), '1 row'],
    [formatQuantity(2000, 'row'), '2,000 rows'],
    [formatBytes(999), '999 B'],
    [formatBytes(1_500_000), '1.5 MB'],
    [formatRate(12_345.6, 'rows'), '12,346 rows/s'],
    [formatRate(0.1, 'rounds'), '6.0 rounds/min'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe('times', () => {
  test.each([
    [formatDuration(850), '850 ms'],
    [formatDuration(12_400), '12 s'],
    [formatDuration(200_000), '3 min 20 s'],
    [formatDuration(7_500_000), '2 h 5 min'],
    [formatAgo(0, 30_000), 'just now'],
    [formatAgo(0, 3 * 3_600_000), '3 h ago'],
    [formatAgo(0, 86_400_000), '1 day ago'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

test('a CSV file quotes what must be quoted and holds no formula', () => {
  expect(
    csvOf(
      ['line', 'reason'],
      [
        [-1, 'a,"b"'],
        [2, '=cmd()'],
        [3, null],
      ],
    ),
  ).toBe('line,reason\r\n-1,"a,""b"""\r\n2,\'=cmd()\r\n3,\r\n');
});

test('an address is the screen and its parameters, and any other address is Home', () => {
  const route = { screen: 'data', params: { item: '12', q: 'a&b=c' } } as const;
  expect(parseHash(toHash(route))).toEqual(route);
  expect(parseHash('#token=abc')).toEqual({ screen: 'home', params: {} });
  expect(parseHash('#/data?__proto__=x')).toEqual({
    screen: 'data',
    params: Object.fromEntries([['__proto__', 'x']]),
  });
});
