import { expect, test } from 'vitest';
import { createQuiet } from '../../../src/engine/quiet.ts';

test('work in the background waits until nobody has asked for a while, and a clock set back does not stop it', () => {
  let now = 1_000_000;
  const quiet = createQuiet(() => now);
  expect(quiet.leftMs()).toBe(0);
  quiet.touch();
  expect(quiet.leftMs()).toBe(200);
  now += 150;
  expect(quiet.leftMs()).toBe(50);
  quiet.touch();
  expect(quiet.leftMs()).toBe(200);
  now += 200;
  expect(quiet.leftMs()).toBe(0);
  quiet.touch();
  now -= 3_600_000;
  expect(quiet.leftMs()).toBe(0);
});
