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
  return {
    update: (progress) => {
      const now = clock();
      if (now - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = now;
      stream.write(`${describeProgress(progress)}\n`);
    },
    clear: () => undefined,
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
