import type { Measured } from '../runtime/manifest.ts';
import type { Warning } from '../core/warning.ts';

/** What a check found: a number with its interval, a sentence, and what to draw. */
export interface Diagnostic {
  readonly name: DiagnosticName;
  readonly title: string;
  readonly verdict: 'fine' | 'look' | 'bad' | 'unknown';
  readonly value: Measured;
  readonly unit: string;
  readonly sentence: string;
  readonly warningCode: string | null;
  readonly figures: readonly { readonly name: string; readonly value: Measured }[];
  readonly picture: Picture | null;
}

/** A check of one head of a run, and of one of its sources. */
export interface RunDiagnostic extends Diagnostic {
  /** The model against the anchor, in a run of more than two; else null. */
  readonly model: string | null;
  /** In a run with several sources, the one it is about; null: it is about the router. */
  readonly source: string | null;
}

export type DiagnosticName =
  | 'overlap'
  | 'mean-bias'
  | 'heterogeneity'
  | 'slices'
  | 'calibration'
  | 'placebo'
  | 'sensitivity'
  | 'agreement'
  | 'correction-level'
  | 'correction-ranking'
  | 'power';

export interface PicturePoint {
  readonly x: number;
  readonly y: number;
  readonly ci95: readonly [number, number] | null;
  readonly label?: string;
}

export interface Picture {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log' | 'categories';
  readonly series: readonly {
    readonly name: string;
    readonly mark: 'line' | 'points';
    readonly points: readonly PicturePoint[];
  }[];
  readonly references: readonly (
    | { readonly kind: 'x' | 'y'; readonly value: number; readonly label: string }
    | { readonly kind: 'diagonal'; readonly label: string }
  )[];
}

/** A check that these data do not allow, and what is missing. */
export function unknown(name: DiagnosticName, title: string, unit: string, reason: string): Diagnostic {
  return {
    name,
    title,
    verdict: 'unknown',
    value: { value: null, ci95: null, reason },
    unit,
    sentence: `Cannot be told: ${reason}.`,
    warningCode: null,
    figures: [],
    picture: null,
  };
}

/** Every check that says something is wrong is a warning too. */
export function warningsOf(diagnostics: readonly RunDiagnostic[]): Warning[] {
  return diagnostics.flatMap(({ warningCode, sentence, model, source }) => {
    if (warningCode === null) return [];
    const about = [model, source].filter((name) => name !== null).join(', ');
    return [{ code: warningCode, message: about === '' ? sentence : `${about}: ${sentence}` }];
  });
}

/** A signed number with three decimals, with a true minus. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(3);
  return `${Number(text) === 0 ? '' : value < 0 ? '−' : '+'}${text}`;
}

export function between([low, high]: readonly [number, number]): string {
  return `${signed(low)} to ${signed(high)}`;
}

export function holds([low, high]: readonly [number, number], value: number): boolean {
  return low <= value && value <= high;
}

/** A number that is counted or computed, not estimated. */
export function exact(value: number, reason: string): Measured {
  return { value, ci95: null, reason };
}
