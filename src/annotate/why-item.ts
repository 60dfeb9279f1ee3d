import { z } from '../contract/zod.ts';

/** Why an item is in its queue: what the draw saw, stored with the item, and said in a sentence. */
export const itemReason = z.object({
  /** Null where nothing was drawn: an adjudication, a check. */
  propensity: z.number().nullable(),
  lookedAt: z.enum(['nothing', 'prompt', 'verdict']).nullable(),
  why: z.enum(['random', 'active', 'slice', 'disagreement', 'drawn-before', 'graded-before']),
  /** Expected error of the corrected preference, as a multiple of the mean over all items. */
  errorRatio: z.number().optional(),
  /** From 0 (far from the decision) to 1 (at it). */
  closeness: z.number().optional(),
  isInSlice: z.boolean().optional(),
});

export type ItemReason = z.output<typeof itemReason>;

/** What an adjudicator or grader reads under "Why this item?". */
export function whySentence(reason: ItemReason): string {
  const chance =
    reason.propensity === null ? '' : ` It was drawn with probability ${asPercent(reason.propensity)}.`;
  switch (reason.why) {
    case 'random':
      return `By chance: every item had the same probability.${chance}`;
    case 'slice':
      return `${reason.isInSlice === true ? 'It belongs to the slice that this queue is about.' : 'It lies outside the slice of this queue, of which some items are drawn as well, so that every item keeps a chance.'}${chance}`;
    case 'active':
      return `${activeReason(reason)}${chance}`;
    case 'disagreement':
      return 'Raters gave it different grades: it needs a decision.';
    case 'graded-before':
      return 'It has gold already, and is graded again to compare: nothing was drawn.';
    case 'drawn-before':
      return `An earlier queue drew this prompt, and an item is drawn once in its life.${chance}`;
  }
}

function activeReason({ errorRatio = 1, closeness = 0 }: ItemReason): string {
  const isUncertain = errorRatio >= 1.15;
  const isClose = closeness >= 0.6;
  const error = `the corrected preference is expected to be off by ${errorRatio.toFixed(1)} times the average`;
  if (isUncertain && isClose)
    return `It teaches much: ${error}, and the decision between the models is close.`;
  if (isUncertain) return `It teaches much: ${error}.`;
  if (isClose) return 'The decision between the two models is close here, so that a grade can change it.';
  return 'It is one of those drawn so that every item keeps a chance: nothing makes it stand out.';
}

function asPercent(probability: number): string {
  return `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)} %`;
}
