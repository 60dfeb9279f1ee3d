/** Numbers and durations for people. Documents for programs keep every digit. */

interface MeasuredLike {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
}

/** 0.1234 → "0.123"; null → "–". */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '–';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** The 95 % interval in brackets, or nothing. */
export function formatInterval(ci95: readonly [number, number] | null, digits = 3): string {
  return ci95 === null ? '' : `[${formatNumber(ci95[0], digits)}, ${formatNumber(ci95[1], digits)}]`;
}

export function formatMeasured(measured: MeasuredLike | undefined, digits = 3): string {
  if (measured === undefined) return '–';
  return `${formatNumber(measured.value, digits)} ${formatInterval(measured.ci95, digits)}`.trimEnd();
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** "4 s", "2 min 05 s", "1 h 20 min". */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
}

/** A point in time, UTC, to the minute. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
