import { z } from '../contract/zod.ts';

/**
 * What an event carries beside its grade, as it is stored (JSON). Sides are those of the stored order, and offsets are in
 * the text as it is stored: what was hidden from the grader does not move them.
 */
const storedSpan = z.object({
  side: z.enum(['a', 'b']),
  start: z.int().min(0),
  end: z.int().min(1),
  tag: z.string().optional(),
  comment: z.string().optional(),
});

export const eventDetail = z.object({
  /** Which of the two was shown on the left. */
  shownLeft: z.enum(['a', 'b']).nullish(),
  latencyMs: z.number().optional(),
  comment: z.string().optional(),
  spans: z.array(storedSpan).optional(),
  categories: z.array(z.string()).optional(),
  queueId: z.int().optional(),
  position: z.int().optional(),
  correctness: z.enum(['correct', 'partly', 'incorrect']).optional(),
  criteria: z.array(z.object({ id: z.string(), points: z.number(), isMet: z.boolean() })).optional(),
  /** Of a skip or a flag. */
  reason: z.string().optional(),
  /** The undo that this event takes back. */
  redoOf: z.string().optional(),
  /** Of an adjudication: the grades it decided between. */
  basedOn: z.array(z.string()).optional(),
});

export type EventDetail = z.output<typeof eventDetail>;
export type StoredSpan = z.output<typeof storedSpan>;

/** What is stored, as far as it can be read: an imported grade has a detail of its own. */
export function readDetail(stored: unknown): EventDetail {
  const parsed = eventDetail.safeParse(stored);
  return parsed.success ? parsed.data : {};
}
