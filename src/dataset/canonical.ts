/**
 * What every format becomes before it is stored. A row is taken as a whole or refused as a whole.
 *
 * Absent values are null. Names of models and sources are as the file gives them; ids come later.
 */

export type Split = 'train' | 'dev' | 'test';
export type Verdict = 'a' | 'b' | 'tie';
/** Which response the judge saw first; '' where that is not recorded, 'both' where both orders were merged. */
export type Shown = 'ab' | 'ba' | 'both' | '';
export type SourceKind = 'judge' | 'crowd' | 'rule' | 'reward-model' | 'simulated';
export type GoldKind = 'human_expert' | 'human_annotators' | 'verifiable';

/** The lowest and the highest score possible, lo < hi. */
export interface Scale {
  readonly lo: number;
  readonly hi: number;
}

export interface CanonicalPrompt {
  readonly dataset: string;
  /** Names the prompt inside its dataset. */
  readonly externalId: string;
  readonly text: string;
  /** See normalise.ts: equal for what counts as the same prompt. */
  readonly normHash: string;
  readonly split: Split | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turn: number | null;
  readonly reference: string | null;
  /** Named numbers that the deployer will have too. */
  readonly covariates: readonly (readonly [name: string, value: number])[];
}

export interface CanonicalResponse {
  readonly model: string;
  readonly text: string | null;
  /** What the model had answered to the turn before. */
  readonly previousText: string | null;
  /** Characters before any truncation by whoever exported the data. */
  readonly chars: number | null;
  readonly isTruncated: boolean | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

/** A grade of one response (`modelB` null) or of a pair. */
export interface CanonicalGold {
  readonly modelA: string;
  readonly modelB: string | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly verdict: Verdict | null;
  readonly strength: number | null;
  readonly scale: Scale | null;
  readonly kind: GoldKind | null;
  readonly raterCount: number | null;
  readonly detail: GoldDetail;
  /** Who graded, and which event it was, where the file says so: grades of several raters stay apart. */
  readonly provenance?: GoldProvenance;
}

export interface GoldProvenance {
  readonly rater: string | null;
  /** The grading event that the grade was exported from: where the project has it, it is the same grade. */
  readonly eventId: string | null;
  readonly createdMs: number | null;
  /** A senior's decision between grades: it counts, and not their mean. */
  readonly isAdjudicated: boolean;
}

/** What is kept beside an imported grade. `shareA` and `votes` are about this row's a and b. */
export interface GoldDetail {
  readonly metric: string | null;
  /** Share of the raters that chose a. */
  readonly shareA: number | null;
  /** How many raters gave each verdict, where the file lists their votes. */
  readonly votes: { readonly a: number; readonly b: number; readonly tie: number } | null;
  /** The file's fixed draw in [0, 1) for nested masks. */
  readonly rank: number | null;
  /** The two scores stand for a gain (a's is the gain, b's is 0): neither is the quality of a response. */
  readonly isGain: boolean;
  /** What the rater wrote beside the grade. */
  readonly comment: string | null;
  readonly latencyMs: number | null;
  /** The name of the task that it was graded in. */
  readonly task: string | null;
  /** Which of the two was shown on the left. */
  readonly shownLeft: 'a' | 'b' | null;
  readonly correctness: 'correct' | 'partly' | 'incorrect' | null;
  /** What the rater said that the item is about. */
  readonly categories: readonly string[] | null;
  /** Of a rubric, as graded: the score is what these come to. */
  readonly criteria: readonly GradedCriterion[] | null;
  readonly spans: readonly GradedSpan[] | null;
}

/** A criterion of a rubric as it was graded, with the points it had then. */
export interface GradedCriterion {
  readonly id: string;
  readonly points: number;
  readonly isMet: boolean;
}

/** A marked part of a response: code units of its text from `start` to before `end`. */
export interface GradedSpan {
  readonly side: 'a' | 'b';
  readonly start: number;
  readonly end: number;
  readonly tag?: string;
  readonly comment?: string;
}

export const NO_DETAIL: GoldDetail = {
  metric: null,
  shareA: null,
  votes: null,
  rank: null,
  isGain: false,
  comment: null,
  latencyMs: null,
  task: null,
  shownLeft: null,
  correctness: null,
  categories: null,
  criteria: null,
  spans: null,
};

/** Who judged. Sources are the same where name, kind and scale are. */
export interface CanonicalSource {
  readonly name: string;
  readonly kind: SourceKind;
  readonly scale: Scale | null;
}

/** A source's score of a single response. */
export interface CanonicalScore {
  readonly source: CanonicalSource;
  readonly model: string;
  /** Tells several scores of one source for one response apart; '' for the first. */
  readonly vote: string;
  readonly score: number;
}

/** A source's verdict on a pair, or its two scores given in sight of both responses. */
export interface CanonicalVerdict {
  readonly source: CanonicalSource;
  readonly modelA: string;
  readonly modelB: string;
  readonly shown: Shown;
  /** Tells several verdicts of one source on one pair and order apart; '' for the first. */
  readonly vote: string;
  readonly verdict: Verdict | null;
  readonly strength: number | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly isConsistent: boolean | null;
}

/** What a served bundle decided about the row's prompt. */
export interface CanonicalDecision {
  readonly id: string;
  readonly router: string;
  readonly bundleId: string;
  readonly stage: 'route' | 'cascade';
  readonly decidedMs: number;
  /** The policy's choice, and the probability with which it chose so. */
  readonly model: string;
  readonly propensity: number;
  readonly isExplored: boolean;
  /** Whose answer was given; null where only a decision was asked for, or nobody answered. */
  readonly answeredBy: string | null;
  readonly action: string;
  readonly gain: number | null;
  readonly threshold: number | null;
  readonly costUsd: number | null;
}

/** What a person should know about a row that was taken. */
export interface RowNotes {
  /** Judgements that name no verdict and no score: nothing to store. */
  readonly absentJudgements: number;
  /** Drafts, discarded and skipped answers of other programs: no grades. */
  readonly unsubmittedAnswers: number;
  readonly hasUnnamedModels: boolean;
  /** The gold verdict is not the one its scores say; the scores count. */
  readonly goldContradictsScores: boolean;
  /** Gold scores without a declared scale. */
  readonly goldWithoutScale: boolean;
  /** Gains beyond [-1, 1] in a file that declares no scale. */
  readonly gainsOutOfRange: number;
}

export interface CanonicalRow {
  readonly prompt: CanonicalPrompt;
  /** Models the row names, whether or not they answered. */
  readonly models: readonly string[];
  readonly responses: readonly CanonicalResponse[];
  readonly gold: readonly CanonicalGold[];
  readonly scores: readonly CanonicalScore[];
  readonly verdicts: readonly CanonicalVerdict[];
  /** A vector the file brings for the prompt. */
  readonly vector: Float64Array | null;
  /** Of a decision log. */
  readonly decision?: CanonicalDecision;
  readonly notes: RowNotes;
}

/** A row of a file, with the line it begins on: taken or refused. */
export type DatasetItem =
  { readonly line: number; readonly row: CanonicalRow } | { readonly line: number; readonly refusal: string };

export const NO_NOTES: RowNotes = {
  absentJudgements: 0,
  unsubmittedAnswers: 0,
  hasUnnamedModels: false,
  goldContradictsScores: false,
  goldWithoutScale: false,
  gainsOutOfRange: 0,
};
