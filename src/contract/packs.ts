import { queueId, rater } from './grading.ts';
import { query } from './method.ts';
import { taskId } from './tasks.ts';
import { z } from './zod.ts';

/**
 * Packs: what a rater has left to do in a queue, as one file that opens like a project on another machine. Blind, without
 * other people's labels, signed.
 */
const conflict = z.object({
  taskId: z.string(),
  promptId: z.int(),
  rater: z.string(),
  eventIds: z.array(z.string()),
});

export const packMethods = {
  /** Writes a pack; `already-exists` where there is a file. */
  'pack.export': query(
    z.object({ queueId, rater, path: z.string().min(1) }),
    z.object({ packId: z.string(), path: z.string(), items: z.int() }),
  ),
  /** In a pack: writes a copy with everything that was graded into one file, to be sent back while this one stays open. */
  'pack.saveCopy': query(
    z.object({ path: z.string().min(1), overwrite: z.boolean().default(false) }),
    z.object({ path: z.string(), bytes: z.int() }),
  ),
  /**
   * Takes results over: the union of the events by id, in any order, as often as one likes. `damaged`: changed since it
   * was exported; `conflict`: of another project; `invalid-input`: an event that the rater's form could not have given.
   */
  'pack.merge': query(
    z.object({ path: z.string().min(1) }),
    z.object({
      packId: z.string(),
      rater: z.string(),
      added: z.int(),
      known: z.int(),
      /** Items of which one rater has two grades in force: the latest counts until one is undone. */
      conflicts: z.array(conflict),
    }),
  ),
  /** Newest first. */
  'pack.list': query(
    z.object({}),
    z.object({
      packs: z.array(
        z.object({
          packId: z.string(),
          queueId: z.int(),
          queue: z.string(),
          rater: z.string(),
          items: z.int(),
          createdMs: z.int(),
          mergedMs: z.int().nullable(),
        }),
      ),
    }),
  ),
  /** Of one task, or of all. */
  'pack.conflicts': query(
    z.object({ taskId: taskId.optional() }),
    z.object({ conflicts: z.array(conflict) }),
  ),
};
