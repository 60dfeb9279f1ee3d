import { describe, expect, test } from 'vitest';
import { ActiveTime } from '../../../renderer/screens/grade/active-time.ts';
import { BreakReminder } from '../../../renderer/screens/grade/break-reminder.ts';
import { segmentsOf } from '../../../renderer/response/segments.ts';
import { compareWords, MOST_COMPARED } from '../../../renderer/response/word-diff.ts';

const MINUTE = 60_000;

describe('time at work', () => {
  test('counts no more than a minute between two signs of life', () => {
    const time = new ActiveTime(0);
    time.touch(10_000);
    time.touch(10_000 + 30 * MINUTE);
    expect(time.read(10_000 + 30 * MINUTE + 5_000)).toBe(10_000 + MINUTE + 5_000);
  });

  test('does not count while the window is hidden', () => {
    const time = new ActiveTime(0);
    time.pause(5_000);
    time.touch(50_000);
    expect(time.read(51_000)).toBe(6_000);
  });
});

describe('a break', () => {
  test('is suggested after so long, once, and not after a pause or where it is off', () => {
    const reminder = new BreakReminder();
    const due = Array.from({ length: 102 }, (_, minute) => reminder.isDue(minute * MINUTE, 50));
    expect(due.flatMap((isDue, minute) => (isDue ? [minute] : []))).toEqual([50, 100]);
    expect(reminder.isDue(200 * MINUTE, 50)).toBe(false);
    const off = new BreakReminder();
    expect(Array.from({ length: 99 }, (_, minute) => off.isDue(minute * MINUTE, 0))).not.toContain(true);
  });
});

describe('passages', () => {
  test('are sentences and lines that make up the text, at their places in it', () => {
    const text = 'One is so. Two is not!\n\n- a point\n- another “quoted” one\nend';
    const segments = segmentsOf(text);
    expect(segments.map((segment) => segment.text).join('')).toBe(text);
    for (const { text: part, start, end } of segments) expect(text.slice(start, end)).toBe(part);
    expect(segments.map((segment) => segment.text.trim())).toEqual([
      'One is so.',
      'Two is not!',
      '- a point',
      '- another “quoted” one',
      'end',
    ]);
  });

  test('differ by words, both texts whole', () => {
    const compared = compareWords('the cat sat down', 'the dog sat');
    expect(compared?.left.map((piece) => piece.text).join('')).toBe('the cat sat down');
    expect(compared?.right.map((piece) => piece.text).join('')).toBe('the dog sat');
    expect(compared?.left.filter((piece) => piece.isOwn).map((piece) => piece.text.trim())).toContain('cat');
    expect(compareWords('x'.repeat(MOST_COMPARED), 'y')).toBeNull();
  });
});
