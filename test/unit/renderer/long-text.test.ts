import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, chunks } from '../../../renderer/response/long-text.ts';

test('parts together are the text, and no part splits a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 50 }),
      fc.integer({ min: 0, max: 600 }),
      (unit, times) => {
        const text = unit.repeat(times);
        const parts = chunks(text);
        expect(parts.join('')).toBe(text);
        expect(parts.every((part) => part.isWellFormed())).toBe(true);
      },
    ),
  );
});

test('a megabyte on one line becomes parts that a browser can lay out', () => {
  const parts = chunks('x'.repeat(1_000_000));
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(4096);
});

test('the beginning ends at a word, near the length asked for', () => {
  const text = 'word '.repeat(1000);
  const start = beginning(text, 1000);
  expect(text.startsWith(start)).toBe(true);
  expect(start.length).toBeGreaterThan(600);
  expect(start.length).toBeLessThanOrEqual(1000);
  expect(beginning('😀'.repeat(100), 99).isWellFormed()).toBe(true);
  expect(beginning('short', 1000)).toBe('short');
});
