import type { Page } from 'playwright-core';

export interface Frames {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly longest: number;
}

const RECORDER = `(() => {
  const deltas = [];
  let last = null;
  let isOn = true;
  const tick = (now) => {
    if (last !== null) deltas.push(now - last);
    last = now;
    if (isOn) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  globalThis.endFrames = () => { isOn = false; return deltas; };
})()`;

/** Milliseconds from one animation frame to the next while `work` goes on. */
export async function recordFrames(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(RECORDER);
  await work();
  return summarise(await page.evaluate<number[]>('endFrames()'));
}

/** What is at this share of the sorted values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.at(Math.min(sorted.length - 1, Math.floor(share * sorted.length))) ?? Number.NaN;
}

function summarise(deltas: readonly number[]): Frames {
  return {
    count: deltas.length,
    p50: quantile(deltas, 0.5),
    p95: quantile(deltas, 0.95),
    longest: Math.max(...deltas),
  };
}
