import type { JobProgress } from '../contract/client.ts';
import type { Clock } from '../core/clock.ts';
import type { Progress } from '../core/progress.ts';

/** At most ten events a second, and rates measured over the last quarter of a minute. */
const EMIT_INTERVAL_MS = 100;
const WINDOW_MS = 15_000;
/** Before this much has been seen, an estimate of the time left would be noise. */
const MINIMUM_ELAPSED_MS = 500;
const MINIMUM_FRACTION = 0.005;

export interface ProgressReporter {
  /** The last value wins: what comes too fast is replaced by what comes after it. */
  readonly report: (progress: Progress) => void;
  /** Sends what is held back. */
  readonly flush: () => void;
}

/** Throttles the progress of one job, and is the one place where its rate and time left are computed. */
export function createProgressReporter(
  clock: Clock,
  emit: (progress: JobProgress) => void,
): ProgressReporter {
  const startedMs = clock();
  const meter = createMeter(startedMs);
  let lastEmitMs = -Infinity;
  let held: Progress | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const send = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (held === null) return;
    const now = clock();
    const progress = held;
    held = null;
    lastEmitMs = now;
    emit({ ...progress, elapsedMs: Math.max(0, now - startedMs), ...meter(progress, now) });
  };

  return {
    report: (progress) => {
      held = { ...progress, fraction: Math.min(1, Math.max(0, progress.fraction)) };
      const wait = lastEmitMs + EMIT_INTERVAL_MS - clock();
      if (wait <= 0) send();
      else timer ??= setTimeout(send, wait);
    },
    flush: send,
  };
}

interface Sample {
  readonly ms: number;
  readonly fraction: number;
  readonly stage: string;
  readonly done: number | undefined;
}

function createMeter(
  startedMs: number,
): (progress: Progress, now: number) => Pick<JobProgress, 'ratePerSecond' | 'leftMs'> {
  let samples: Sample[] = [{ ms: startedMs, fraction: 0, stage: '', done: undefined }];
  return (progress, now) => {
    samples.push({ ms: now, fraction: progress.fraction, stage: progress.stage, done: progress.done });
    // Keep one sample from before the window, so that a slow job still has two to compare.
    const firstInside = samples.findIndex((s) => s.ms >= now - WINDOW_MS);
    if (firstInside > 1) samples = samples.slice(firstInside - 1);
    return {
      ratePerSecond: unitsPerSecond(samples, progress, now),
      leftMs: timeLeft(samples, progress, now),
    };
  };
}

function timeLeft(samples: readonly Sample[], progress: Progress, now: number): number | null {
  if (progress.fraction >= 1) return 0;
  const first = samples.at(0);
  if (first === undefined) return null;
  const elapsed = now - first.ms;
  const gained = progress.fraction - first.fraction;
  if (elapsed < MINIMUM_ELAPSED_MS || gained < MINIMUM_FRACTION) return null;
  return Math.round((elapsed * (1 - progress.fraction)) / gained);
}

/** Units of the present stage only: another stage counts other things. */
function unitsPerSecond(samples: readonly Sample[], progress: Progress, now: number): number | null {
  const first = samples.find((s) => s.stage === progress.stage && s.done !== undefined);
  if (first?.done === undefined || progress.done === undefined) return null;
  const elapsed = now - first.ms;
  if (elapsed < MINIMUM_ELAPSED_MS) return null;
  return Math.max(0, ((progress.done - first.done) * 1000) / elapsed);
}
