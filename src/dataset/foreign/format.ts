import type { JsonObject } from '../fields.ts';
import type { GradeEntry, JudgementEntry, WideRow } from '../wide-json.ts';

/**
 * A format of another program: how a record of it is told from others, and what row of ours it is. A record that cannot be
 * used throws RowError.
 */
export interface ForeignFormat {
  /** By the names of the fields or columns; `first` is the first record, where it is at hand. */
  readonly matches: (fields: readonly string[], first: JsonObject | null) => boolean;
  readonly read: (record: JsonObject) => JsonObject;
  /** What a cell of a CSV file stands for, where that is another text. */
  readonly readCell?: (cell: string) => string | null;
}

/**
 * The other direction: the records of one prompt, and what of it the format has no place for, counted by what it is. A
 * count is a sentence's end: "12 ties".
 */
export interface Written {
  readonly records: readonly JsonObject[];
  readonly leftOut: Readonly<Record<string, number>>;
}

export type WriteForeign = (row: WideRow) => Written;

export function has(fields: readonly string[], ...wanted: readonly string[]): boolean {
  return wanted.every((name) => fields.includes(name));
}

/** Counts what is left out, by what it is. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** What a rater said beside a verdict, for formats that hold the verdict only. */
  addBeside(entry: GradeEntry | JudgementEntry): void {
    if (!('rater' in entry)) return;
    if (entry.comment !== undefined) this.add('comments of raters');
    this.add('marked parts of responses', entry.spans?.length ?? 0);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
