import { AppError } from '../core/errors.ts';

function order(value: unknown, path: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new AppError('invalid-input', `Cannot export: ${path} is ${value}; expected a finite number.`);
  }
  if (Array.isArray(value)) return value.map((entry, i) => order(entry, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, entry]) => [key, order(entry, path === '' ? key : `${path}.${key}`)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * JSON whose bytes depend on the content alone: keys sorted by code unit, undefined fields left out.
 *
 * @param indent spaces for people; 0 for programs
 * @throws AppError `invalid-input` naming the place of a NaN or an infinity, which JSON cannot hold
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(order(value, ''), null, indent);
}
