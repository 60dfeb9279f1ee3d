import { describe, expect, it } from 'vitest';
import { formatDuration, formatInterval, formatMeasured, formatNumber } from '../../src/cli/format.ts';
import { createProgressView, describeProgress } from '../../src/cli/progress-view.ts';
import { formatFacts, formatTable } from '../../src/cli/table.ts';
import type { JobProgress } from '../../src/contract/client.ts';

const progress: JobProgress = {
  stage: 'rounds',
  fraction: 0.246,
  done: 1200,
  total: 5000,
  unit: 'rounds',
  elapsedMs: 4000,
  ratePerSecond: 3.21,
  leftMs: 65_000,
};

describe('numbers for people', () => {
  it.each([
    [formatNumber(0.12345), '0.123'],
    [formatNumber(-0.0001), '0.000'],
    [formatNumber(null), '–'],
    [formatInterval([-0.1, 0.25], 2), '[-0.10, 0.25]'],
    [formatMeasured({ value: 0.5, ci95: [0.4, 0.6] }, 1), '0.5 [0.4, 0.6]'],
    [formatMeasured({ value: 0.5, ci95: null }, 1), '0.5'],
    [formatDuration(4400), '4 s'],
    [formatDuration(125_000), '2 min 05 s'],
    [formatDuration(4_800_000), '1 h 20 min'],
  ])('%s', (actual, expected) => {
    expect(actual).toBe(expected);
  });
});

it('a table aligns its columns and leaves no blanks at the ends of lines', () => {
  const table = formatTable(
    [{ title: 'name' }, { title: 'n', align: 'right' }],
    [
      ['ψ̂', '5'],
      ['longer', '1,000'],
    ],
  );
  expect(table.split('\n')).toEqual([
    'name        n',
    '------  -----',
    expect.stringMatching(/^ψ̂.* 5$/),
    'longer  1,000',
  ]);
});

it('facts align their values', () => {
  expect(
    formatFacts([
      ['a', '1'],
      ['bcd', '2'],
    ]),
  ).toBe('a    1\nbcd  2');
});

describe('progress', () => {
  it('says share, stage, counts, rate and time left', () => {
    expect(describeProgress(progress)).toBe(
      '24 %, rounds, 1,200 of 5,000 rounds, 3.2 rounds/s, 1 min 05 s left',
    );
  });

  it('is a bar on a terminal, no wider than it, and cleared', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const view = createProgressView(stream, () => 0);
    view.update(progress);
    view.clear();
    expect(written[0]).toContain('[######------');
    expect(written[0].length).toBeLessThanOrEqual(60 + '\r\u001b[K'.length);
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  it('is plain lines elsewhere, not one for every event', () => {
    const written: string[] = [];
    const view = createProgressView({ write: (text: string) => written.push(text) }, () => 0);
    for (let i = 0; i < 50; i++) view.update(progress);
    view.clear();
    expect(written).toEqual([]);
  });
});
