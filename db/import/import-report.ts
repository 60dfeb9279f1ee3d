import type { Warning } from '../../src/core/warning.ts';
import type { Format } from '../../src/dataset/recognise.ts';
import type { Refusal } from '../repositories/imports.ts';

/** How many of the refused rows travel with a report; all of them are in the table `import_refusal`. */
export const REPORTED_REFUSALS = 1000;

/** Rows by kind. Gold counts grades, of a pair or of a single response; preferences count scores and verdicts of sources. */
export type ImportCounts = Readonly<
  Record<
    'prompts' | 'models' | 'responses' | 'gold' | 'sources' | 'preferences' | 'embeddings' | 'decisions',
    number
  >
>;

/** What a person should know about a file, counted while reading and merging. Each becomes a warning where it is not 0. */
export interface ImportNotes {
  /** Responses whose text differs from the one known for the same prompt and model. */
  readonly differingResponses: number;
  readonly differingGold: number;
  readonly differingPreferences: number;
  readonly differingVectors: number;
  /** Prompts that two rows, or a row and the project, put into different splits. */
  readonly differingSplits: number;
  /** Judgements without a verdict and without a score. */
  readonly absentJudgements: number;
  /** Drafts, discarded and skipped answers of other programs. */
  readonly unsubmittedAnswers: number;
  readonly unnamedPairs: number;
  readonly contradictingGold: number;
  readonly goldWithoutScale: number;
  readonly gainsOutOfRange: number;
}

/** What staging found. Plain data: it crosses from a worker to the engine. */
export interface StagingSummary {
  readonly fileName: string;
  readonly fileSha256: string;
  readonly format: Format;
  /** The column mapping in use, or null. */
  readonly mapping: unknown;
  /** Rows that were not blank, refused ones included. */
  readonly rowsRead: number;
  readonly rowsRefused: number;
  readonly refusals: readonly Refusal[];
  readonly notes: ImportNotes;
}

/** What an import did. */
export interface ImportReport {
  readonly importId: string;
  readonly fileName: string;
  readonly format: Format;
  readonly rowsRead: number;
  readonly rowsRefused: number;
  /** The first refused rows, by line. */
  readonly refusals: readonly Refusal[];
  readonly added: ImportCounts;
  /** Rows of the file that the project had before. */
  readonly alreadyThere: ImportCounts;
  readonly warnings: readonly Warning[];
}

const SENTENCES: Readonly<Record<keyof ImportNotes, { readonly code: string; readonly what: string }>> = {
  differingResponses: {
    code: 'response-differs',
    what: 'responses differ from the one already known for the same prompt and model; the known ones were kept',
  },
  differingGold: {
    code: 'gold-differs',
    what: 'gold grades differ from the one already known for the same prompt and models; the known ones were kept',
  },
  differingPreferences: {
    code: 'preference-differs',
    what: 'preferences differ from the one already known for the same prompt, models and source; the known ones were kept',
  },
  differingVectors: {
    code: 'vector-differs',
    what: 'vectors differ from the one already known for the same prompt; the known ones were kept',
  },
  differingSplits: {
    code: 'split-differs',
    what: 'rows put a prompt into another split than is already known; the known ones were kept',
  },
  absentJudgements: {
    code: 'judgement-absent',
    what: 'judgements name neither a verdict nor a score (null), and there was nothing of them to store',
  },
  unsubmittedAnswers: {
    code: 'answer-not-submitted',
    what: 'answers were drafts, discarded or skipped in the program that wrote the file; they are no grades and were left out',
  },
  unnamedPairs: {
    code: 'unnamed-models',
    what: 'rows do not name their models; these are called unnamed-a and unnamed-b, which says nothing about any model',
  },
  contradictingGold: {
    code: 'gold-contradicts-scores',
    what: 'gold verdicts are not what their own scores say; the scores count',
  },
  goldWithoutScale: {
    code: 'gold-without-scale',
    what: 'rows have gold scores without a declared scale, so that gains are in the scores’ own units',
  },
  gainsOutOfRange: {
    code: 'gain-out-of-range',
    what: 'gains are beyond [-1, 1] in a file that declares no scale; they were taken as they are',
  },
};

export function toWarnings(notes: ImportNotes): readonly Warning[] {
  return noteNames.flatMap((name) => {
    const { code, what } = SENTENCES[name];
    return notes[name] === 0 ? [] : [{ code, message: `${notes[name].toLocaleString('en')} ${what}.` }];
  });
}

export const NO_IMPORT_NOTES: ImportNotes = {
  differingResponses: 0,
  differingGold: 0,
  differingPreferences: 0,
  differingVectors: 0,
  differingSplits: 0,
  absentJudgements: 0,
  unsubmittedAnswers: 0,
  unnamedPairs: 0,
  contradictingGold: 0,
  goldWithoutScale: 0,
  gainsOutOfRange: 0,
};

const noteNames = [
  'differingResponses',
  'differingGold',
  'differingPreferences',
  'differingVectors',
  'differingSplits',
  'absentJudgements',
  'unsubmittedAnswers',
  'unnamedPairs',
  'contradictingGold',
  'goldWithoutScale',
  'gainsOutOfRange',
] as const satisfies readonly (keyof ImportNotes)[];

/** The notes of two parts of an import together. */
export function addNotes(a: ImportNotes, b: Partial<ImportNotes>): ImportNotes {
  const sum = { ...a };
  for (const name of noteNames) sum[name] += b[name] ?? 0;
  return sum;
}
