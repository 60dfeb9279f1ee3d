import { isUtf8 } from 'node:buffer';
import { isJsonObject, kindOf, RowError } from './fields.ts';
import type { JsonObject } from './fields.ts';
import type { RawLine } from './split-lines.ts';

/** The object on a line, or null on a blank line. Throws RowError, never with what the line says. */
export function parseJsonLine(raw: RawLine, longestBytes: number): JsonObject | null {
  const { bytes } = raw;
  if (bytes === null) throw new RowError('line', `longer than ${longestBytes} bytes`);
  if (isBlank(bytes)) return null;
  if (!isUtf8(bytes)) throw new RowError('line', 'not valid UTF-8');
  const value = parse(bytes.toString('utf8'));
  if (!isJsonObject(value)) throw new RowError('line', `expected an object, found ${kindOf(value)}`);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the line.
    const hasNumberWord = /[:[,]\s*-?(NaN|Infinity)\b/.test(text);
    throw new RowError(
      'line',
      hasNumberWord ? 'not valid JSON: it has NaN or Infinity where JSON has null' : 'not valid JSON',
    );
  }
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  return true;
}
