import { quantile } from '../stats/descriptive.ts';
import { TEXT_FORM_DIM, textForm } from '../runtime/text-form.ts';
import type { PairSnapshot } from './snapshot.ts';

/** Ways to divide prompts, by what is known before any model answers: the bias map looks at each part by itself. */

export const SLICINGS = ['category', 'language', 'length', 'form'] as const;
export type SliceKind = (typeof SLICINGS)[number];

export interface Slicing {
  readonly by: SliceKind;
  /** The slice of a row of the snapshot; null where the row belongs to none. */
  readonly valueOf: (row: number) => string | null;
  /** What a slice means, where its name does not say so. */
  readonly noteOf: (value: string) => string | undefined;
}

/** All slicings; those that do not divide the given rows have one value or none. */
export function slicingsOf(snapshot: PairSnapshot, rows: Int32Array): readonly Slicing[] {
  const named = (by: SliceKind, labels: readonly (string | null)[]): Slicing => ({
    by,
    valueOf: (row) => labels[row],
    noteOf: () => undefined,
  });
  return [
    named('category', snapshot.categories),
    named('language', snapshot.languages),
    byLength(snapshot, rows),
    byForm(snapshot),
  ];
}

export const LENGTHS = ['short', 'medium', 'long'] as const;

/** Thirds of the prompts by length in characters; the cuts come from the rows that are looked at. */
function byLength(snapshot: PairSnapshot, rows: Int32Array): Slicing {
  const lengths = Float64Array.from(rows, (row) => snapshot.prompts[row].length);
  const [low, high] = [quantile(lengths, 1 / 3), quantile(lengths, 2 / 3)].map(Math.round);
  const notes = new Map([
    ['short', `up to ${low} characters`],
    ['medium', `${low + 1} to ${high} characters`],
    ['long', `more than ${high} characters`],
  ]);
  return {
    by: 'length',
    valueOf: (row) => {
      const { length } = snapshot.prompts[row];
      // Prompts that came as vectors have no text to be long or short.
      if (length === 0) return null;
      return length <= low ? 'short' : length <= high ? 'medium' : 'long';
    },
    noteOf: (value) => notes.get(value),
  };
}

const FORM_NOTES = new Map([
  ['code', 'code words, a code fence, or many signs of programming'],
  ['digits', 'at least one character in twenty is a digit'],
  ['question', 'ends with a question mark or begins with a question word'],
]);

/** The first of code, digits, question that holds, by the same numbers that a router sees (src/runtime/text-form.ts). */
function byForm(snapshot: PairSnapshot): Slicing {
  const form = new Float64Array(TEXT_FORM_DIM);
  return {
    by: 'form',
    valueOf: (row) => {
      if (snapshot.prompts[row] === '') return null;
      textForm(snapshot.prompts[row], form);
      const [, , digits, signs, codeWords] = form;
      if (codeWords >= 0.5 || signs >= 0.4) return 'code';
      if (digits >= 0.2) return 'digits';
      return form[7] === 1 || form[8] === 1 ? 'question' : 'other';
    },
    noteOf: (value) => FORM_NOTES.get(value),
  };
}
