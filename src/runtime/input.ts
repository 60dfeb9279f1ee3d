/** What callers bring, checked: they need not be written in TypeScript. No message repeats what a text says. */
import { RouterInputError } from './errors.ts';
import { isRecord } from './json.ts';

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function copyOf(value: ArrayLike<unknown>): Float64Array {
  if (value instanceof Float32Array || value instanceof Float64Array) return new Float64Array(value);
  const copy = new Float64Array(value.length);
  for (let i = 0; i < copy.length; i++) {
    const entry = value[i];
    copy[i] = typeof entry === 'number' ? entry : NaN;
  }
  return copy;
}

/**
 * A copy of a vector in float64; what is not a number becomes NaN. `requireFinite` says whether all is well.
 *
 * @throws RouterInputError where the length is not `dim`
 */
export function toVector(value: ArrayLike<unknown>, dim: number, what: string): Float64Array {
  if (value.length === dim) return copyOf(value);
  throw new RouterInputError(`Expected a ${what} vector of ${dim} numbers, got ${value.length}.`);
}

/** @throws RouterInputError that names the first entry that is not a finite number, where there is one */
export function requireFinite(vector: Float64Array): void {
  const at = vector.findIndex((entry) => !Number.isFinite(entry));
  if (at >= 0) throw new RouterInputError(`Entry ${at} of the vector is not a finite number.`);
}

function toText(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new RouterInputError(`The ${what} must be a string, got ${kindOf(value)}.`);
}

function toNumbers(value: unknown, what: string): Record<string, number> {
  if (!isRecord(value))
    throw new RouterInputError(`${what} must be an object of numbers, got ${kindOf(value)}.`);
  const numbers: Record<string, number> = {};
  for (const [name, entry] of Object.entries(value)) {
    if (entry === null || entry === undefined) continue;
    if (typeof entry !== 'number' || !Number.isFinite(entry)) {
      throw new RouterInputError(
        `${what}: "${name}" must be a finite number; leave it out where it is absent.`,
      );
    }
    numbers[name] = entry;
  }
  return numbers;
}

/** Types are right, absent parts are left out; the entries of the vector are not looked at yet. */
export interface CheckedInput {
  readonly prompt?: string;
  readonly response?: string;
  readonly vector?: ArrayLike<unknown>;
  readonly columns?: Readonly<Record<string, number>>;
  readonly signals?: Readonly<Record<string, number>>;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/**
 * The input of a call as an object: a string is a prompt, a list of numbers a vector.
 *
 * @param columns those of the options; they win over those of the input
 * @throws RouterInputError where something has the wrong type
 */
export function checkInput(input: unknown, columns: unknown): CheckedInput {
  const own = isAbsent(columns) ? {} : { columns: toNumbers(columns, 'columns') };
  if (typeof input === 'string') return { prompt: input, ...own };
  if (isArrayLike(input)) return { vector: input, ...own };
  if (!isRecord(input)) {
    throw new RouterInputError(`Expected a prompt, a vector or an object with them, got ${kindOf(input)}.`);
  }
  const { prompt, response, vector, signals } = input;
  if (!isAbsent(vector) && !isArrayLike(vector)) {
    throw new RouterInputError(`The vector must be a list of numbers, got ${kindOf(vector)}.`);
  }
  return {
    ...(isAbsent(prompt) ? {} : { prompt: toText(prompt, 'prompt') }),
    ...(isAbsent(response) ? {} : { response: toText(response, 'response') }),
    ...(isAbsent(vector) ? {} : { vector }),
    ...(isAbsent(input.columns) ? {} : { columns: toNumbers(input.columns, 'columns') }),
    ...own,
    ...(isAbsent(signals) ? {} : { signals: toNumbers(signals, 'signals') }),
  };
}
