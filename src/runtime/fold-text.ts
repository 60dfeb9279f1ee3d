/**
 * Text folding of the encoder: the same code points in every language and every Unicode version from 14 on.
 *
 *  1. Read at most `maxCodePoints` code points of the text; a lone surrogate becomes U+FFFD.
 *  2. Split into maximal runs of code points that Unicode 14 assigns (unicode-14.ts). Each run becomes
 *     NFKC(lower(NFKC(run))), where `lower` is the full, context-free mapping of each code point by itself (İ becomes
 *     two code points; Σ is always σ, never the final ς). Other code points pass unchanged between the runs.
 *  3. Each maximal run of white space (code-points.ts) becomes one space; none at the beginning and the end.
 *
 * The second NFKC composes what lower case made composable, so that folding twice is folding once.
 */
import { CLASS_OF, WHITE_SPACE, codePointAt } from './code-points.ts';
import { UNASSIGNED_IN_UNICODE_14 } from './unicode-14.ts';

/** A reusable buffer of code points: `data[0 … length)` is the content. */
export interface CodePointBuffer {
  data: Int32Array;
  length: number;
}

/** Ascending boundaries: [b0, b1) is unassigned, [b1, b2) assigned, and so on. */
const BOUNDARIES = decodeBoundaries(UNASSIGNED_IN_UNICODE_14);
const FIRST_UNASSIGNED = BOUNDARIES[0];

function decodeBoundaries(encoded: string): Int32Array {
  const steps = encoded.split(' ');
  const boundaries = new Int32Array(steps.length);
  let at = 0;
  steps.forEach((step, i) => {
    at += parseInt(step, 36);
    boundaries[i] = at;
  });
  return boundaries;
}

/** Whether Unicode 14 assigns the code point (surrogates and private use count as assigned). */
export function isAssigned(code: number): boolean {
  let low = 0;
  let high = BOUNDARIES.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (BOUNDARIES[middle] <= code) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 0;
}

function foldRun(run: string): string {
  const composed = run.normalize('NFKC');
  // The one context rule of the root locale's lower case is the final sigma; without capital sigma there is none.
  const lower = composed.replaceAll('\u03a3', '\u03c3').toLowerCase();
  return lower === composed ? lower : lower.normalize('NFKC');
}

/** Steps 1 (without the limit) and 2. */
function foldCharacters(text: string): string {
  const wellFormed = text.toWellFormed();
  let out = '';
  let runStart = 0;
  for (let i = 0; i < wellFormed.length; i++) {
    const code = codePointAt(wellFormed, i);
    const units = code > 0xffff ? 2 : 1;
    if (code >= FIRST_UNASSIGNED && !isHan(code) && !isAssigned(code)) {
      out += foldRun(wellFormed.slice(runStart, i)) + wellFormed.slice(i, i + units);
      runStart = i + units;
    }
    i += units - 1;
  }
  return out + foldRun(wellFormed.slice(runStart));
}

/** A block without gaps, asked first because most of the text that is long in code points > FIRST_UNASSIGNED is in it. */
function isHan(code: number): boolean {
  return code >= 0x4e00 && code <= 0x9fff;
}

/** The UTF-16 length of the first `maxCodePoints` code points; a lone surrogate is one. */
function lengthInUnits(text: string, maxCodePoints: number): number {
  if (text.length <= maxCodePoints) return text.length;
  let units = 0;
  for (let points = 0; points < maxCodePoints && units < text.length; points++) {
    units += codePointAt(text, units) > 0xffff ? 2 : 1;
  }
  return units;
}

function reserve(buffer: CodePointBuffer, size: number): Int32Array {
  if (buffer.data.length < size) buffer.data = new Int32Array(Math.max(size, 2 * buffer.data.length));
  return buffer.data;
}

/**
 * Step 3 from position 1 of `data`, lower-casing ASCII on the way. Stops at the first unit above ASCII when `asciiOnly`.
 *
 * @returns the position after the last code point, or -1 where it stopped
 */
function foldSpaces(text: string, units: number, data: Int32Array, asciiOnly: boolean): number {
  let length = 1;
  let spaceIsDue = false;
  for (let i = 0; i < units; i++) {
    let code = text.charCodeAt(i);
    if (code > 127) {
      if (asciiOnly) return -1;
      if (code >= 0xd800 && code <= 0xdbff) code = codePointAt(text, i++);
    }
    if (code < 0x10000 && CLASS_OF[code] === WHITE_SPACE) {
      spaceIsDue = length > 1;
    } else {
      if (spaceIsDue) data[length++] = 0x20;
      spaceIsDue = false;
      data[length++] = code >= 0x41 && code <= 0x5a ? code + 32 : code;
    }
  }
  return length;
}

/** Fills the buffer with the folded text between two spaces; an empty or blank text leaves it empty. */
export function foldInto(text: string, maxCodePoints: number, buffer: CodePointBuffer): void {
  let units = lengthInUnits(text, maxCodePoints);
  let length = foldSpaces(text, units, reserve(buffer, units + 2), true);
  if (length < 0) {
    const folded = foldCharacters(units === text.length ? text : text.slice(0, units));
    units = folded.length;
    length = foldSpaces(folded, units, reserve(buffer, units + 2), false);
  }
  buffer.data[0] = 0x20;
  buffer.data[length] = 0x20;
  buffer.length = length === 1 ? 0 : length + 1;
}

/** The folded text as a string, without the spaces around it: what another implementation must reproduce. */
export function foldText(text: string, maxCodePoints = Infinity): string {
  const buffer = { data: new Int32Array(0), length: 0 };
  foldInto(text, maxCodePoints, buffer);
  let folded = '';
  for (let i = 1; i < buffer.length - 1; i++) folded += String.fromCodePoint(buffer.data[i]);
  return folded;
}
