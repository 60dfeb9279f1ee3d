/** Small pieces of Markdown in which nothing that came from data can be more than text. */
import type { Measured } from '../runtime/manifest.ts';

/** One line of plain characters: no line breaks, control characters or invisible direction marks. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** Text as text: no markup, no HTML, no links. */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|~&]|:(?=\/\/)|^[#+-]/g, (sign) => `\\${sign}`);
}

/** Text as code, for names that people copy. */
export function code(text: string): string {
  return `\`${oneLine(text).replace(/[`|]/g, '\u2032')}\``;
}

/** Four decimals or four digits; rounding errors of nothing are 0. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  if (size < 1e-12) return '0';
  return String(Number(size >= 1000 || size < 0.001 ? value.toPrecision(4) : value.toFixed(4)));
}

/** A figure with its interval, or why there is none. */
export function formatMeasured({ value, ci95, reason }: Measured): string {
  if (value === null) return reason === undefined ? 'not measured' : `none: ${escapeMarkdown(reason)}`;
  const interval = ci95 === null ? '' : ` [${formatNumber(ci95[0])}, ${formatNumber(ci95[1])}]`;
  const note = reason === undefined ? '' : ` (${escapeMarkdown(reason)})`;
  return `${formatNumber(value)}${interval}${note}`;
}

/** A table; the cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((entry) => typeof entry === 'number');
}

/** Whether something in a run's free-form part is a measured figure. */
export function isMeasured(value: unknown): value is Measured {
  if (typeof value !== 'object' || value === null || !('value' in value) || !('ci95' in value)) return false;
  const { value: figure, ci95 } = value;
  const hasReason = !('reason' in value) || typeof value.reason === 'string';
  return hasReason && (figure === null || typeof figure === 'number') && (ci95 === null || isPair(ci95));
}

const MAX_LISTED = 8;

/**
 * Any JSON as rows [path, value] for a table: figures with their intervals, short lists in one cell, long lists as their
 * length. Texts are escaped and cut at 200 characters.
 */
export function flatten(value: unknown, path = ''): [string, string][] {
  if (isMeasured(value)) return [[path, formatMeasured(value)]];
  if (typeof value === 'number') return [[path, formatNumber(value)]];
  if (typeof value === 'boolean') return [[path, value ? 'yes' : 'no']];
  if (typeof value === 'string') {
    return [[path, escapeMarkdown(value.length > 200 ? `${value.slice(0, 200)}…` : value)]];
  }
  if (Array.isArray(value)) {
    const isShort = value.length <= MAX_LISTED && value.every((entry) => typeof entry !== 'object');
    const cell = value.flatMap((entry) => flatten(entry).map(([, text]) => text)).join(', ');
    return [[path, isShort ? cell : `${value.length} entries, see manifest.json`]];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, entry]) => {
      const name = escapeMarkdown(key);
      return flatten(entry, path === '' ? name : `${path} › ${name}`);
    });
}
