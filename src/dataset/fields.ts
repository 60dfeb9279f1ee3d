import type { Scale } from './canonical.ts';

/**
 * Guards for untrusted rows, written by hand because they run for every field of every row. A wrong field throws
 * `RowError`, whose message names the field, what was expected and the type that was found: never the content.
 */

/** Why a row is refused. */
export class RowError extends Error {
  constructor(field: string, expected: string, value?: unknown) {
    super(
      value === undefined
        ? `${field}: ${expected}`
        : `${field}: expected ${expected}, found ${kindOf(value)}`,
    );
    this.name = 'RowError';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const absent = Symbol('absent');

/** The type of a value in words. */
export function kindOf(value: unknown): string {
  if (value === absent || value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number too large to store';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

const LONGEST_NAME = 200;

/** A key of the file as it may appear in a message: short, on one line, visible. */
export function quoteKey(key: string): string {
  const short = key.length > 60 ? `${key.slice(0, 57).toWellFormed()}...` : key;
  return JSON.stringify(short.replace(/[\p{C}\p{Z}]/gu, ' '));
}

/** null where the field is absent or null. */
export function optionalString(object: JsonObject, key: string, prefix = ''): string | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  return requireText(value, prefix + key);
}

export function requiredString(object: JsonObject, key: string, prefix = ''): string {
  return requireText(object[key] ?? absent, prefix + key);
}

function requireText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new RowError(field, 'a string', value);
  if (!value.isWellFormed())
    throw new RowError(field, 'the text has half of a surrogate pair, which is not Unicode');
  return value;
}

/** The name of a model, a source, a dataset or an id: not blank, not a text. */
export function requireName(value: unknown, field: string): string {
  const name = requireText(value ?? absent, field);
  if (name.trim() === '') throw new RowError(field, 'expected a name, found a blank string');
  if (name.length > LONGEST_NAME) {
    throw new RowError(field, `expected a name of at most ${LONGEST_NAME} characters, found ${name.length}`);
  }
  return name;
}

export function optionalName(object: JsonObject, key: string, prefix = ''): string | null {
  const value = object[key];
  return value === undefined || value === null ? null : requireName(value, prefix + key);
}

export function optionalNumber(object: JsonObject, key: string, prefix = ''): number | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  return requireNumber(value, prefix + key);
}

export function requireNumber(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new RowError(field, 'a finite number', value ?? absent);
  }
  return value;
}

/** A whole number from 0 that JavaScript holds exactly. */
export function optionalCount(object: JsonObject, key: string, prefix = ''): number | null {
  const value = optionalNumber(object, key, prefix);
  return value === null ? null : requireCount(value, prefix + key);
}

export function requireCount(value: unknown, field: string): number {
  const count = requireNumber(value, field);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RowError(field, 'expected a whole number from 0, found another number');
  }
  return count;
}

export function requireNonNegative(value: unknown, field: string): number {
  const amount = requireNumber(value, field);
  if (amount < 0) throw new RowError(field, 'expected a number from 0, found a negative one');
  return amount;
}

export function optionalBoolean(object: JsonObject, key: string, prefix = ''): boolean | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw new RowError(prefix + key, 'true or false', value);
  return value;
}

/** A number from 0 to 1. */
export function optionalShare(object: JsonObject, key: string, prefix = ''): number | null {
  const value = optionalNumber(object, key, prefix);
  if (value !== null && (value < 0 || value > 1)) {
    throw new RowError(prefix + key, 'expected a number from 0 to 1, found one outside');
  }
  return value;
}

export function optionalOneOf<T extends string>(
  object: JsonObject,
  key: string,
  allowed: readonly T[],
  prefix = '',
): T | null {
  const value = object[key];
  return value === undefined || value === null ? null : requireOneOf(value, prefix + key, allowed);
}

export function requireOneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  for (const candidate of allowed) if (value === candidate) return candidate;
  const expected = allowed.join(', ');
  if (typeof value !== 'string') throw new RowError(field, `one of ${expected}`, value ?? absent);
  throw new RowError(field, `expected one of ${expected}, found another string`);
}

export function optionalObject(object: JsonObject, key: string, prefix = ''): JsonObject | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  return requireObject(value, prefix + key);
}

export function requireObject(value: unknown, field: string): JsonObject {
  if (!isJsonObject(value)) throw new RowError(field, 'an object', value ?? absent);
  return value;
}

/** Empty where the field is absent or null. */
export function optionalArray(object: JsonObject, key: string, prefix = ''): readonly unknown[] {
  const value = object[key];
  if (value === undefined || value === null) return [];
  return requireArray(value, prefix + key);
}

export function requireArray(value: unknown, field: string): readonly unknown[] {
  if (!isArray(value)) throw new RowError(field, 'an array', value ?? absent);
  return value;
}

/** `[lo, hi]` with lo < hi. */
export function optionalScale(object: JsonObject, key: string, prefix = ''): Scale | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  const ends = requireArray(value, prefix + key);
  if (ends.length !== 2) throw new RowError(prefix + key, 'an array of 2', value);
  const lo = requireNumber(ends[0], `${prefix}${key}[0]`);
  const hi = requireNumber(ends[1], `${prefix}${key}[1]`);
  if (lo >= hi)
    throw new RowError(prefix + key, 'expected the lower end first, found an empty or reversed scale');
  return { lo, hi };
}

/** Refuses a score outside its declared scale; rounding in the last digits is let through. */
export function requireInScale(score: number | null, scale: Scale | null, field: string): void {
  if (score === null || scale === null) return;
  const slack = 1e-9 * (scale.hi - scale.lo);
  if (score < scale.lo - slack || score > scale.hi + slack) {
    throw new RowError(field, `the score is outside its declared scale [${scale.lo}, ${scale.hi}]`);
  }
}

/** A vector of at least one finite number. */
export function optionalVector(object: JsonObject, keys: readonly string[]): Float64Array | null {
  for (const key of keys) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    const numbers = requireArray(value, key);
    if (numbers.length === 0) throw new RowError(key, 'expected numbers, found an empty array');
    const vector = new Float64Array(numbers.length);
    for (let i = 0; i < numbers.length; i++) vector[i] = requireNumber(numbers[i], `${key}[${i}]`);
    return vector;
  }
  return null;
}
