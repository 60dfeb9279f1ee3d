import type { RawLine } from './split-lines.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Cuts a JSON array into its elements, counted from 1, as LineSplitter cuts lines: in constant memory, whatever the size of
 * the file, and without judging what an element is. Each element is then read like a line, so that a bad one is refused by
 * itself. Strings are followed only as far as needed to know which brackets count.
 */
export class ArraySplitter {
  readonly #longest: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #element = 1;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  constructor(longestBytes: number) {
    this.#longest = longestBytes;
  }

  /** The elements that end in this chunk. */
  *push(chunk: Buffer): Generator<RawLine, void, undefined> {
    let start = this.#depth === 0 ? -1 : 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.#isInString = true;
          break;
        case OPEN_BRACKET:
        case OPEN_BRACE:
          this.#depth++;
          if (this.#depth === 1) start = i + 1;
          break;
        case CLOSE_BRACKET:
        case CLOSE_BRACE:
          this.#depth--;
          if (this.#depth === 0 && start !== -1) {
            this.#keep(chunk.subarray(start, i));
            if (!this.#isBlank()) yield this.#take();
            start = -1;
          }
          break;
        case COMMA:
          if (this.#depth === 1) {
            this.#keep(chunk.subarray(start, i));
            yield this.#take();
            start = i + 1;
          }
          break;
        default:
      }
    }
    if (start !== -1) this.#keep(chunk.subarray(start));
  }

  /** An array that was cut off: its last element, which is not whole. */
  *end(): Generator<RawLine, void, undefined> {
    if (this.#depth > 0 && !this.#isBlank()) yield this.#take();
  }

  #isBlank(): boolean {
    return this.#pending.every((part) =>
      part.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)),
    );
  }

  #keep(part: Buffer): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#longest) this.#pending = [];
    else if (part.length > 0) this.#pending.push(part);
  }

  #take(): RawLine {
    const bytes = this.#pendingBytes > this.#longest ? null : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return { line: this.#element++, bytes };
  }
}
