/** Numbers, times and sizes as people read them. Pure; English, as all of the window is. */

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const decimals = new Map<number, Intl.NumberFormat>();
const usd = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 4,
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const MINUS = '−';

export function formatCount(value: number): string {
  return count.format(value).replace('-', MINUS);
}

/** `1 prompt`, `2 prompts`. */
export function formatQuantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

export function formatNumber(value: number, digits = 3): string {
  const format =
    decimals.get(digits) ??
    new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  decimals.set(digits, format);
  const text = format.format(value);
  return (Number(text.replaceAll(',', '')) === 0 ? text.replace('-', '') : text).replace('-', MINUS);
}

export function formatPercent(share: number, digits = 0): string {
  return `${formatNumber(share * 100, digits)} %`;
}

/** `0.12 to 0.34`, or what there is to say where no interval is known. */
export function formatInterval(
  ci95: readonly [number, number] | null,
  format: (value: number) => string = formatNumber,
): string {
  return ci95 === null ? 'no interval' : `${format(ci95[0])} to ${format(ci95[1])}`;
}

export function formatUsd(value: number): string {
  return usd.format(value);
}

/** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms / 10) * 10)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `12,000 rows/s`; slow work by the minute. */
export function formatRate(perSecond: number, unit: string): string {
  const name = unit === '' ? '' : ` ${unit}`;
  if (perSecond >= 10) return `${formatCount(perSecond)}${name}/s`;
  if (perSecond >= 0.5) return `${formatNumber(perSecond, 1)}${name}/s`;
  return `${formatNumber(perSecond * 60, 1)}${name}/min`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatNumber(value, value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** `23 Nov 2026, 14:05`. */
export function formatTime(ms: number): string {
  const time = new Date(ms);
  return `${day.format(time)}, ${clock.format(time)}`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date. */
export function formatAgo(ms: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days < 7 ? formatQuantity(days, 'day').concat(' ago') : day.format(new Date(ms));
}
