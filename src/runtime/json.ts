/**
 * Reading JSON that nobody vouches for: every getter checks the type and names the place (`blocks[0].dim`) when it is not
 * what was expected.
 */
import { RouterFileError } from './errors.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}

/** Refuses a value with a message that names its place and what was expected there. */
export function refuse(path: string, expected: string, value: unknown): never {
  throw new RouterFileError(
    'bad-manifest',
    `The manifest is not valid: ${path} must be ${expected}, found ${describe(value)}.`,
  );
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asRecord(value: unknown, path: string): JsonRecord {
  return isRecord(value) ? value : refuse(path, 'an object', value);
}

export function asList(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(path, 'a list', value);
}

export function asText(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, 'a text', value);
}

export function asFinite(value: unknown, path: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(path, 'a finite number', value);
}

export function asInteger(value: unknown, path: string, least: number, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : refuse(path, `a whole number from ${least} to ${most}`, value);
}

export function asBoolean(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'true or false', value);
}

export function asOneOf<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? refuse(path, `one of ${choices.join(', ')}`, value);
}

export function asNull(value: unknown, path: string): null {
  return value === null ? null : refuse(path, 'null', value);
}

/** The value, or null where it is null. */
export function orNull<T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | null {
  return value === null ? null : read(value, path);
}
