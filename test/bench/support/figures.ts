import type { Frames } from './frames.ts';

const FRAME_P95_MS = 50;

/** One line: figure, budget, verdict. Over budget, the process ends with 1. */
export function print(name: string, value: number, unit: string, limit?: number): void {
  const budget = limit === undefined ? '' : `< ${limit} ${unit}`;
  const verdict = limit === undefined ? '' : value < limit ? 'ok' : 'OVER';
  if (verdict === 'OVER') process.exitCode = 1;
  const figure = `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
  process.stdout.write(`${name.padEnd(64)} ${figure.padStart(12)}  ${budget.padEnd(10)} ${verdict}\n`);
}

export function printFrames(name: string, frames: Frames): void {
  print(`${name}, frame p50 (${frames.count} frames)`, frames.p50, 'ms');
  print(`${name}, frame p95`, frames.p95, 'ms', FRAME_P95_MS);
  print(`${name}, longest frame`, frames.longest, 'ms');
}

/** Milliseconds until it is done. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
