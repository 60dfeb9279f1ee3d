import type { GoldKind, Split, Verdict } from './canonical.ts';
import type { SaidFields } from './graded-detail.ts';
import type { JudgeType } from './pair-judges.ts';

/**
 * A prompt with everything that is known about its responses, as a row of a `wide` file: what every export is made from and
 * every foreign format is turned into. Absent fields are left out.
 */
export interface WideRow {
  readonly prompt_id: string;
  readonly source?: string | undefined;
  readonly split?: Split | undefined;
  readonly category?: string | undefined;
  readonly lang?: string | undefined;
  readonly turn?: number | undefined;
  readonly prompt: string;
  readonly reference?: string | undefined;
  readonly covariates?: Readonly<Record<string, number>> | undefined;
  readonly vector?: readonly number[] | undefined;
  readonly models: readonly string[];
  readonly responses?: ByModel<string>;
  readonly prev_responses?: ByModel<string>;
  readonly len?: ByModel<number>;
  readonly truncated?: readonly string[] | undefined;
  readonly cost?: ByModel<number>;
  readonly input_tokens?: ByModel<number>;
  readonly output_tokens?: ByModel<number>;
  readonly grades?: readonly GradeEntry[] | undefined;
  readonly judgements?: readonly JudgementEntry[] | undefined;
  /** For formats that hold rubrics; no reader of rows looks at it. */
  readonly rubrics?: readonly RubricEntry[] | undefined;
}

/** What a response to the prompt is graded by in a task. */
export interface RubricEntry {
  readonly task: string;
  readonly criteria: readonly {
    readonly id: string;
    readonly criterion: string;
    readonly points: number;
    readonly tags: readonly string[];
  }[];
}

type ByModel<T> = Readonly<Record<string, T>> | undefined;

/** About the response of `model_a`, or, with `model_b`, about the pair. */
interface Said {
  readonly model_a: string;
  readonly model_b?: string | undefined;
  readonly scale?: readonly [number, number] | undefined;
  readonly score_a?: number | undefined;
  readonly score_b?: number | undefined;
  readonly verdict?: Verdict | undefined;
  /** How much better, from 0 to 1. */
  readonly strength?: number | undefined;
}

/** Gold of one rater. */
export interface GradeEntry extends Said, SaidFields {
  readonly rater?: string | undefined;
  readonly event_id?: string | undefined;
  readonly created_ms?: number | undefined;
  readonly kind?: GoldKind | undefined;
  readonly n_raters?: number | undefined;
  readonly metric?: string | undefined;
  readonly share_a?: number | undefined;
  readonly votes?: { readonly a: number; readonly b: number; readonly tie: number } | undefined;
  readonly rank?: number | undefined;
  readonly is_gain?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly latency_ms?: number | undefined;
  /** A senior's decision between grades. */
  readonly is_adjudicated?: true | undefined;
}

/** A preference of one source. */
export interface JudgementEntry extends Said {
  readonly judge: string;
  readonly type: JudgeType;
  readonly order?: 'ab' | 'ba' | 'both' | undefined;
  readonly vote?: string | undefined;
  readonly consistent?: boolean | undefined;
}

/** The text of a model's response, whatever the model is called; null where there is none. */
export function responseText(row: WideRow, model: string | null | undefined): string | null {
  const { responses } = row;
  if (responses === undefined || model === null || model === undefined) return null;
  return Object.hasOwn(responses, model) ? responses[model] : null;
}

/** The verdict that a difference of scores means. */
export function verdictOfScores(scoreA: number, scoreB: number): Verdict {
  if (scoreA === scoreB) return 'tie';
  return scoreA > scoreB ? 'a' : 'b';
}

/** The verdict of an entry on a pair, said or by its scores; null for a score of a single response. */
export function verdictOf(entry: Said): Verdict | null {
  if (entry.model_b === undefined) return null;
  if (entry.verdict !== undefined) return entry.verdict;
  if (entry.score_a === undefined || entry.score_b === undefined) return null;
  return verdictOfScores(entry.score_a, entry.score_b);
}
