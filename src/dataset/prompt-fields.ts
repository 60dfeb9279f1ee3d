import type { CanonicalPrompt, CanonicalVerdict, Shown, Split, Verdict } from './canonical.ts';
import {
  optionalCount,
  optionalName,
  optionalObject,
  optionalOneOf,
  optionalString,
  quoteKey,
  requireName,
  requireNumber,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { idFromText, normHash } from './normalise.ts';

export const SPLITS: readonly Split[] = ['train', 'dev', 'test'];
export const VERDICTS: readonly Verdict[] = ['a', 'b', 'tie'];

/** What every row of a file can rely on. */
export interface RowContext {
  /** The dataset of rows that do not name one. */
  readonly dataset: string;
}

/** The fields that pairs, wide and swap rows share. A row without a text must have a vector and an id. */
export function readPrompt(row: JsonObject, context: RowContext, hasVector: boolean): CanonicalPrompt {
  const dataset = optionalName(row, 'source') ?? context.dataset;
  const text = optionalString(row, 'prompt') ?? '';
  const hasText = text.trim() !== '';
  if (!hasText && !hasVector) {
    throw new RowError('prompt', 'expected a text, found none and no vector in its place');
  }
  const externalId = optionalName(row, 'prompt_id') ?? (hasText ? idFromText(text) : null);
  if (externalId === null)
    throw new RowError('prompt_id', 'expected an id, found none and no text in its place');
  return {
    dataset,
    externalId,
    text,
    normHash: normHash({ text, dataset, externalId }),
    split: optionalOneOf(row, 'split', SPLITS),
    category: optionalString(row, 'category'),
    language: optionalString(row, 'lang'),
    turn: optionalCount(row, 'turn'),
    reference: optionalString(row, 'reference'),
    covariates: readCovariates(row),
  };
}

function readCovariates(row: JsonObject): CanonicalPrompt['covariates'] {
  const covariates = optionalObject(row, 'covariates');
  if (covariates === null) return [];
  return Object.entries(covariates)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const field = `covariates[${quoteKey(name)}]`;
      return [requireName(name, field), requireNumber(value, field)] as const;
    });
}

/** Numbers repeated verdicts of one source on one pair and order, so that none overwrites another. */
export function numberVotes(verdicts: readonly CanonicalVerdict[]): readonly CanonicalVerdict[] {
  if (verdicts.length < 2 || isOnePairInTwoOrders(verdicts)) return verdicts;
  const seen = new Map<string, number>();
  return verdicts.map((verdict) => {
    const isTurned = verdict.modelA > verdict.modelB;
    const pair = isTurned ? [verdict.modelB, verdict.modelA] : [verdict.modelA, verdict.modelB];
    const { name, kind, scale } = verdict.source;
    const shown = isTurned ? turnShown(verdict.shown) : verdict.shown;
    const key = [name, kind, scale?.lo, scale?.hi, ...pair, shown, verdict.vote].join('\u0000');
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? verdict : { ...verdict, vote: String(count) };
  });
}

/** The usual row, told without building keys: two verdicts on the same pair that saw it in different orders. */
function isOnePairInTwoOrders(verdicts: readonly CanonicalVerdict[]): boolean {
  const [one, other] = verdicts;
  return (
    verdicts.length === 2 &&
    one.shown !== other.shown &&
    one.modelA === other.modelA &&
    one.modelB === other.modelB
  );
}

/** The order of presentation after a and b changed places. */
export function turnShown(shown: Shown): Shown {
  if (shown === 'ab') return 'ba';
  return shown === 'ba' ? 'ab' : shown;
}

/** The verdict after a and b changed places. */
export function turnVerdict(verdict: Verdict | null): Verdict | null {
  if (verdict === 'a') return 'b';
  return verdict === 'b' ? 'a' : verdict;
}
