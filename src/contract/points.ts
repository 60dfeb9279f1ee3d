import { nothing } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/** Operating points that a person keeps with the project: an export puts them into the bundle, by name. */

export const operatingPoint = z.object({
  pointId: z.string(),
  runId: z.string(),
  name: z.string(),
  /** Exactly one of the three is not null. */
  w: z.number().nullable(),
  threshold: z.number().nullable(),
  strongShare: z.number().nullable(),
  note: z.string(),
  createdMs: z.int(),
});

export const pointMethods = {
  /** Of one run, or of all runs; oldest first. */
  'points.list': query(
    z.object({ runId: z.string().min(1).optional() }),
    z.object({ points: z.array(operatingPoint) }),
  ),
  /** No id: the newest run. A point of the same run and name is replaced. Give exactly one of w, threshold, strongShare. */
  'points.save': query(
    z.object({
      runId: z.string().min(1).optional(),
      name: z.string().trim().min(1).max(80),
      w: z.number().min(0).optional(),
      /** Of two models: the strong one answers where the predicted gain is above it. */
      threshold: z.number().optional(),
      strongShare: z.number().gt(0).lt(1).optional(),
      note: z.string().max(2000).default(''),
    }),
    operatingPoint,
  ),
  'points.remove': query(z.object({ pointId: z.string().min(1) }), nothing),
};
