import type { Clock } from '../core/clock.ts';
import type { JobProgress } from '../contract/client.ts';
import { formatCount, formatDuration } from './format.ts';

/** Where there is no terminal to draw on, a line now and then. */
const PLAIN_INTERVAL_MS = 3000;
const BAR_WIDTH = 24;

export interface ProgressView {
  readonly update: (progress: JobProgress) => void;
  /** Clears the bar, so that what is printed next starts on a clean line. */
  readonly clear: () => void;
}

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** A bar with rate and time left on a terminal, plain lines elsewhere. */
export function createProgressView(stream: ProgressStream, clock: Clock): ProgressView {
  return stream.isTTY === true ? barView(stream) : plainView(stream, clock);
}

function barView(stream: ProgressStream): ProgressView {
  let isDrawn = false;
  return {
    update: (progress) => {
      const filled = Math.round(progress.fraction * BAR_WIDTH);
      const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
      const room = (stream.columns ?? 80) - 1;
      stream.write(`\r\u001b[K${`[${bar}] ${describeProgress(progress)}`.slice(0, room)}`);
      isDrawn = true;
    },
    clear: () => {
      if (isDrawn) stream.write('\r\u001b[K');
      isDrawn = false;
    },
  };
}

function plainView(stream: ProgressStream, clock: Clock): ProgressView {
  let lastMs = clock();
  let latest: JobProgress | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const write = (): void => {
    timer = null;
    if (latest === null) return;
    lastMs = clock();
    stream.write(`${describeProgress(latest)}\n`);
    latest = null;
  };
  return {
    update: (progress) => {
      latest = progress;
      // The latest of every few seconds, also where nothing follows it for long.
      timer ??= setTimeout(write, Math.max(0, lastMs + PLAIN_INTERVAL_MS - clock()));
    },
    clear: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      latest = null;
    },
  };
}

/** "45 %, training, 12 of 50 rounds, 3.2 rounds/s, 12 s left" */
export function describeProgress(progress: JobProgress): string {
  const unit = progress.unit ?? '';
  const parts = [`${Math.floor(progress.fraction * 100)} %`, progress.stage];
  if (progress.done !== undefined) {
    const total = progress.total === undefined ? '' : ` of ${formatCount(progress.total)}`;
    parts.push(`${formatCount(progress.done)}${total} ${unit}`.trimEnd());
  }
  if (progress.ratePerSecond !== null) parts.push(`${formatRate(progress.ratePerSecond)} ${unit}/s`);
  if (progress.leftMs !== null) parts.push(`${formatDuration(progress.leftMs)} left`);
  return parts.filter((part) => part !== '').join(', ');
}

function formatRate(rate: number): string {
  return rate >= 100 ? formatCount(Math.round(rate)) : rate.toPrecision(2);
}
