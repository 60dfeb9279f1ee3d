import { query } from './method.ts';
import { z } from './zod.ts';

const loggedValue = z.object({
  value: z.number().nullable(),
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  reason: z.string().optional(),
  /** How many equally weighted decisions would say as much. */
  effectiveDecisions: z.number(),
});

export const decisionMethods = {
  /** The imported decision logs, and what the feedback in them says about policies. Scores are from 0 to 1. */
  'decision.summary': query(
    z.object({}),
    z.object({
      routers: z.array(
        z.object({
          router: z.string(),
          decisions: z.int(),
          explored: z.int(),
          firstMs: z.int(),
          lastMs: z.int(),
          /** With feedback, answered by the model that was chosen. */
          judged: z.int(),
          /** The mean score under the policy that ran. */
          logged: loggedValue,
          /** The mean score had one model answered everything; needs exploration. */
          always: z.array(loggedValue.extend({ model: z.string() })),
        }),
      ),
    }),
  ),
};
