/** A line without its end; `bytes` is null where it was longer than allowed and was not kept. */
export interface RawLine {
  readonly line: number;
  readonly bytes: Buffer | null;
}

const NEWLINE = 0x0a;

/**
 * Cuts chunks into lines, counted from 1. Holds at most one line, and of a line over the limit nothing.
 */
export class LineSplitter {
  readonly #longest: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #line = 1;

  constructor(longestBytes: number) {
    this.#longest = longestBytes;
  }

  /** The lines that end in this chunk. */
  *push(chunk: Buffer): Generator<RawLine, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** What follows the last newline, where anything does. */
  *end(): Generator<RawLine, void, undefined> {
    if (this.#pendingBytes > 0) yield this.#take();
  }

  #keep(part: Buffer): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#longest) this.#pending = [];
    else if (part.length > 0) this.#pending.push(part);
  }

  #take(): RawLine {
    const parts = this.#pending;
    const only = parts.length === 1 ? parts[0] : undefined;
    const bytes = this.#pendingBytes > this.#longest ? null : (only ?? Buffer.concat(parts));
    this.#pending = [];
    this.#pendingBytes = 0;
    return { line: this.#line++, bytes };
  }
}
