/** How vectors were made, as it is stored in a project and said in a manifest. */
import { z } from '../contract/zod.ts';
import type { EncoderDescription } from '../runtime/manifest.ts';

/** English prompts of this length are about 4,000 tokens: within what every embedding model reads. */
export const DEFAULT_MAX_CODE_POINTS = 16_384;

export const encoderDescription: z.ZodType<EncoderDescription> = z.object({
  kind: z.enum(['openai-embeddings', 'onnx']),
  model: z.string(),
  revision: z.string().nullable(),
  dimension: z.int().min(1),
  isShortened: z.boolean(),
  pooling: z.enum(['mean', 'cls', 'server']),
  normalisation: z.enum(['l2', 'none']),
  prefix: z.string(),
  maxCodePoints: z.int().min(1),
});

const FIELDS = ['kind', 'model', 'revision', 'pooling', 'normalisation', 'prefix', 'maxCodePoints'] as const;

/** In words, what makes the vectors of two encoders different; null where nothing does. */
export function differenceOf(
  known: EncoderDescription,
  other: Omit<EncoderDescription, 'dimension'> & { readonly dimension: number | null },
): string | null {
  for (const field of FIELDS) {
    if (known[field] !== other[field]) return `${field} ${show(known[field])}, not ${show(other[field])}`;
  }
  if (other.dimension !== null && known.dimension !== other.dimension) {
    return `dimension ${known.dimension}, not ${other.dimension}`;
  }
  if (other.dimension === null && known.isShortened) return `vectors shortened to ${known.dimension} numbers`;
  return null;
}

function show(value: string | number | null): string {
  return typeof value === 'string' ? `"${value.slice(0, 80)}"` : String(value);
}
