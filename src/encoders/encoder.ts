/** What every encoder of texts is, whatever makes its vectors. */
import type { EncoderDescription } from '../runtime/manifest.ts';

/** Before the first vector is there, a server's dimension is not known. */
export type UnmeasuredDescription = Omit<EncoderDescription, 'dimension'> & {
  readonly dimension: number | null;
};

export interface EncodedTexts {
  readonly vectors: readonly Float64Array[];
  /** As the server counted; null where it did not. */
  readonly tokens: number | null;
}

export interface Encoder {
  readonly description: UnmeasuredDescription;
  /** How many texts at once serve it best. */
  readonly batchSize: number;
  readonly maxConcurrent: number;
  /**
   * The vectors of texts that are not blank, in their order.
   *
   * @throws AppError `io` where the encoder cannot be reached or gives nonsense, `usage` where it refuses the request
   */
  readonly encode: (texts: readonly string[], signal: AbortSignal) => Promise<EncodedTexts>;
  readonly close: () => Promise<void>;
}

/** The text that is encoded: the prefix, and at most so many code points of the text. */
export function prepareText(
  text: string,
  { prefix, maxCodePoints }: Pick<EncoderDescription, 'prefix' | 'maxCodePoints'>,
): string {
  return prefix + firstCodePoints(text, maxCodePoints);
}

function firstCodePoints(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let points = 0; points < limit && end < text.length; points++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** In place: divided by its length where that is asked for; a vector of zeros stays one. */
export function normalise(
  vector: Float64Array,
  normalisation: EncoderDescription['normalisation'],
): Float64Array {
  if (normalisation === 'none') return vector;
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Whether there is anything to encode. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Tokens of a text, roughly: a quarter of its ASCII characters and one for every other. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let other = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) ascii++;
    else if (code < 0xdc00 || code > 0xdfff) other++;
  }
  return Math.ceil(ascii / 4) + other;
}
