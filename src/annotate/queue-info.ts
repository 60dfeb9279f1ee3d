import { countQueue, getQueue, listQueues, queueRaters, type Queue } from '../../db/repositories/queues.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { warning } from '../contract/common.ts';
import type { Frozen } from '../contract/method.ts';
import type { queueInfo as infoSchema } from '../contract/queues.ts';
import { queueDesign } from '../contract/queues.ts';
import { z } from '../contract/zod.ts';

/** What a queue keeps of its draw. */
export const queueDesignRecord = z.object({
  models: z.array(z.string()),
  /** Null of an adjudication or a pack: nothing was drawn. */
  design: queueDesign.nullable(),
  split: z.enum(['train', 'test']),
  budget: z.number().nullable(),
  eligible: z.int(),
  drawn: z.int(),
  warnings: z.array(warning),
});

export type QueueDesignRecord = Frozen<z.output<typeof queueDesignRecord>>;
export type QueueInfo = Frozen<z.output<typeof infoSchema>>;

export function queueInfos(db: ReadableDb): readonly QueueInfo[] {
  return listQueues(db).map((queue) => describe(db, queue));
}

export function queueInfo(db: ReadableDb, id: number): QueueInfo {
  return describe(db, getQueue(db, id));
}

function describe(db: ReadableDb, queue: Queue): QueueInfo {
  const record = queueDesignRecord.parse(queue.design);
  const counts = countQueue(db, queue.id);
  return {
    id: queue.id,
    name: queue.name,
    taskId: queue.taskId,
    kind: queue.kind,
    models: record.models,
    overlap: queue.overlap,
    raters: queueRaters(db, queue.id),
    createdMs: queue.createdMs,
    isOpen: queue.isOpen,
    eligible: record.eligible,
    budget: record.budget,
    ...counts,
    warnings: [
      ...record.warnings,
      ...(counts.skipped === 0
        ? []
        : [
            {
              code: 'non-response',
              message: `${counts.skipped} of ${counts.items} drawn items were skipped and graded by nobody. That is non-response: figures are of what was graded, and are off where skipped items differ from it.`,
            },
          ]),
    ],
  };
}
