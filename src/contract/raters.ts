import { rater } from './grading.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

export const raterProfile = z.object({
  name: z.string(),
  /** `imported` stands for the graders behind a file. */
  kind: z.enum(['person', 'imported']),
  /** A senior decides where raters disagree. */
  role: z.enum(['rater', 'senior']),
  note: z.string(),
  /** In force. */
  grades: z.int(),
  skips: z.int(),
  lastMs: z.int().nullable(),
});

export const raterMethods = {
  'rater.list': query(z.object({}), z.object({ raters: z.array(raterProfile) })),
  /** Makes a rater, or changes one of that name. */
  'rater.save': query(
    z.object({
      name: rater,
      role: z.enum(['rater', 'senior']).default('rater'),
      note: z.string().max(10_000).default(''),
    }),
    raterProfile,
  ),
};
