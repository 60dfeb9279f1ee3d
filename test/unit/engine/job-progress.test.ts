import { expect, test } from 'vitest';
import type { JobProgress } from '../../../src/contract/client.ts';
import { createProgressReporter } from '../../../src/engine/job-progress.ts';

/** What is emitted when each of some steps is reported at its time. */
function emitted(
  steps: readonly { readonly ms: number; readonly done: number; readonly stage?: string }[],
  total: number,
): readonly JobProgress[] {
  let now = 1_000_000;
  const sent: JobProgress[] = [];
  const reporter = createProgressReporter(
    () => now,
    (progress) => sent.push(progress),
  );
  for (const { ms, done, stage = 'counting' } of steps) {
    now = 1_000_000 + ms;
    reporter.report({ stage, fraction: done / total, done, total, unit: 'steps' });
  }
  reporter.flush();
  return sent;
}

/** So many steps, one each so many milliseconds. */
const steadily = (count: number, everyMs: number, fromMs = 0) =>
  Array.from({ length: count }, (_, i) => ({ ms: fromMs + (i + 1) * everyMs, done: i + 1 }));

test('steady work has its rate and the time that is left', () => {
  const last = emitted(steadily(50, 200), 200).at(-1);
  expect(last).toMatchObject({ elapsedMs: 10_000, leftMs: 30_000, unit: 'steps' });
  expect(last?.ratePerSecond).toBeCloseTo(5, 9);
});

test('too little says nothing yet, and the end that nothing is left', () => {
  expect(emitted(steadily(2, 200), 200).at(-1)).toMatchObject({ ratePerSecond: null, leftMs: null });
  expect(emitted(steadily(20, 200), 20).at(-1)).toMatchObject({ leftMs: 0 });
});

test('what is long past does not count: work that became slower is told as slow as it is', () => {
  const fast = steadily(100, 100);
  const slow = steadily(30, 1000, 10_000).map(({ ms, done }) => ({ ms, done: 100 + done }));
  const last = emitted([...fast, ...slow], 200).at(-1);
  expect(last?.ratePerSecond).toBeCloseTo(1, 9);
  expect(last?.leftMs).toBe(70_000);
});

test('a rate is of one stage: another counts other things', () => {
  const fits = steadily(10, 200).map((step) => ({ ...step, stage: 'fitting' }));
  const draws = steadily(10, 400, 2000).map((step) => ({
    ms: step.ms,
    done: step.done * 3,
    stage: 'drawing',
  }));
  expect(emitted([...fits, ...draws], 200).at(-1)?.ratePerSecond).toBeCloseTo(7.5, 9);
});

test('what comes too fast is replaced by what comes after it', () => {
  const sent = emitted(steadily(1000, 1), 1000);
  expect(sent.length).toBeLessThanOrEqual(11);
  expect(sent.at(-1)).toMatchObject({ done: 1000, elapsedMs: 1000 });
});
